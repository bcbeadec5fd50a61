import {
  buildCertificate,
  Certificate,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  type Extension,
  generateSoftwareKey,
  identityNumberExtension,
  keyUsage,
  Name,
} from '@certdesk/pki';
import { expect, test } from 'vitest';
import { now, testCa, testDesk } from './authority.test-support.ts';
import { importCertificate } from './import.ts';

const company = { name: '上海旧系统有限公司', uscc: '91310000631291289X', serial: '01' };

/** As a former system of the CA issued it: the P-256 test CA, which is not the desk's own. */
async function former(
  more: Partial<typeof company> & { usage?: 'twin'; notAfter?: string; fund?: string; code?: string } = {},
) {
  const { ca } = await testCa('p256');
  const {
    name,
    uscc,
    serial,
    usage,
    notAfter = '2027-06-01T00:00:00Z',
    fund,
    code,
  } = { ...company, ...more };
  const number = (kind: string, value: string): Extension =>
    identityNumberExtension({ kind, value }, DEFAULT_IDENTITY_NUMBER_OIDS);
  const signing = ['digitalSignature', 'nonRepudiation'] as const;
  const encryption = ['keyEncipherment', 'dataEncipherment'] as const;
  const der = await buildCertificate({
    serialNumber: serial,
    issuer: ca.certificate.subject,
    subject: Name.of([
      { type: 'C', value: 'CN' },
      { type: 'CN', value: name },
    ]),
    notBefore: new Date('2027-02-01T00:00:00Z'),
    notAfter: new Date(notAfter),
    publicKey: generateSoftwareKey('p256').publicKey,
    extensions: [
      keyUsage(usage ? encryption : signing),
      ...(uscc ? [number('uscc', uscc)] : []),
      ...(code ? [number('organizationCode', code)] : []),
      ...(fund ? [number('housingFund', fund)] : []),
    ],
    signer: ca.signer,
  });
  return Certificate.parse(der);
}

async function importing({ trusted = true } = {}) {
  const desk = await testDesk();
  const { ca } = await testCa('p256');
  const { authority } = desk.node(trusted ? { trustedRoots: [ca.certificate] } : {});
  const take = (certificate: Certificate) =>
    desk.db.transaction().execute((tx) => importCertificate(tx, authority, certificate.der, 'test', now));
  return { ...desk, take };
}

test('a certificate of the former system is in force, with its entity and a line', async () => {
  const { db, take } = await importing();
  expect(await take(await former())).toMatchObject({ result: 'imported', entityName: company.name });
  const row = await db
    .selectFrom('certificate')
    .innerJoin('certificate_line as line', 'line.id', 'certificate.line_id')
    .innerJoin('entity', 'entity.id', 'line.entity_id')
    .select(['state', 'source', 'use', 'ordinal', 'name'])
    .executeTakeFirstOrThrow();
  expect(row).toEqual({
    state: 'in-force',
    source: 'imported',
    use: 'signing',
    ordinal: 1,
    name: company.name,
  });
});

test('imported again, it is known and nothing changes', async () => {
  const { db, take } = await importing();
  const certificate = await former();
  await take(certificate);
  const events = await db.selectFrom('audit_event').select('id').execute();
  expect(await take(certificate)).toMatchObject({ result: 'known' });
  expect(await db.selectFrom('audit_event').select('id').execute()).toEqual(events);
});

test('a second certificate of an entity begins its second line, whatever number they share', async () => {
  const { db, take } = await importing();
  await take(await former({ fund: '0042' }));
  await take(await former({ serial: '02', uscc: '', fund: '0042' }));
  expect(await db.selectFrom('entity').select('name').execute()).toHaveLength(1);
  const lines = await db.selectFrom('certificate_line').select('ordinal').orderBy('ordinal').execute();
  expect(lines).toEqual([{ ordinal: 1 }, { ordinal: 2 }]);
});

test('an entity is found by its organisation code, with the hyphen or without', async () => {
  const { db, take } = await importing();
  await take(await former({ uscc: '', code: '66943382-8' }));
  await take(await former({ serial: '02', uscc: '', code: '669433828' }));
  expect(await db.selectFrom('entity_number').select('value').execute()).toEqual([{ value: '669433828' }]);
});

test('an encryption certificate joins the line of its twin', async () => {
  const { db, take } = await importing();
  await take(await former());
  await take(await former({ serial: '02', notAfter: '2027-07-01T00:00:00Z' }));
  const twin = await former({ serial: '03', usage: 'twin', notAfter: '2027-07-01T00:00:00Z' });
  await take(twin);
  const rows = await db
    .selectFrom('certificate')
    .select(['serial_number', 'line_id', 'use'])
    .orderBy('serial_number')
    .execute();
  expect(rows[2]).toMatchObject({ line_id: rows[1]?.line_id, use: 'encryption' });
});

test('an expired certificate is taken, because it may still be renewed', async () => {
  const { take } = await importing();
  expect(await take(await former({ notAfter: '2027-03-01T07:59:00Z' }))).toMatchObject({
    result: 'imported',
  });
});

test('refused, and nothing is kept', async () => {
  const { db, take } = await importing();
  const stranger = (await importing({ trusted: false })).take;
  await expect(stranger(await former())).rejects.toMatchObject({ code: 'certificate-foreign' });
  await expect(take(await former({ uscc: '' }))).rejects.toMatchObject({ code: 'entity-numbers' });
  await expect(take(await former({ usage: 'twin' }))).rejects.toMatchObject({
    code: 'certificate-without-twin',
  });
  const broken = Uint8Array.from((await former()).der);
  broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
  await expect(take(Certificate.parse(broken))).rejects.toMatchObject({ code: 'certificate-foreign' });
  expect(await db.selectFrom('entity').select('id').execute()).toEqual([]);
});

test('numbers of two entities in one certificate are no reason to join them', async () => {
  const { take } = await importing();
  await take(await former());
  await take(await former({ serial: '02', name: '另一家公司', uscc: '', fund: '0042' }));
  const both = await former({ serial: '03', fund: '0042' });
  await expect(take(both)).rejects.toMatchObject({ code: 'entity-numbers' });
});
