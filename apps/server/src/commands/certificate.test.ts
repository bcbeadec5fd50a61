import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildCertificate,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  generateSoftwareKey,
  identityNumberExtension,
  keyUsage,
  Name,
  toPem,
} from '@certdesk/pki';
import { expect, test } from 'vitest';
import { openIssuingCa } from '../authority/embedded/open.ts';
import { fileOf, newDesk, origin, passphrase, testDesk, testFolder } from './commands.test-support.ts';
import { makeDesk } from './init.ts';

const day = 86_400_000;

/** A CA that is not the desk’s, and one of its certificates in a file. */
async function formerCa() {
  const folder = join(await testFolder(), 'former');
  await makeDesk(newDesk(folder, { algorithm: 'p256', now: new Date(Date.now() - 10 * day) }));
  const ca = await openIssuingCa(join(folder, 'authority'), passphrase);
  const issue = async ({ serial = '01', uscc = '91310000631291289X' } = {}) => {
    const der = await buildCertificate({
      serialNumber: serial,
      issuer: ca.certificate.subject,
      subject: Name.of([
        { type: 'C', value: 'CN' },
        { type: 'CN', value: '上海旧系统有限公司' },
      ]),
      notBefore: new Date(Math.floor(Date.now() / 1000) * 1000 - day),
      notAfter: new Date(Math.floor(Date.now() / 1000) * 1000 + 30 * day),
      publicKey: generateSoftwareKey('p256').publicKey,
      extensions: [
        keyUsage(['digitalSignature', 'nonRepudiation']),
        ...(uscc
          ? [identityNumberExtension({ kind: 'uscc', value: uscc }, DEFAULT_IDENTITY_NUMBER_OIDS)]
          : []),
      ],
      signer: ca.signer,
    });
    return fileOf(toPem('CERTIFICATE', der), 'holder.crt');
  };
  const authority = {
    trustedRoots: [join(folder, 'authority', 'root.crt')],
    intermediates: [join(folder, 'authority', 'issuing.crt')],
  };
  return { issue, authority };
}

async function trustingDesk() {
  const desk = await testDesk();
  const { issue, authority } = await formerCa();
  await writeFile(desk.env.CERTDESK_CONFIG, JSON.stringify({ publicOrigin: origin, authority }));
  const certificates = () => desk.db.selectFrom('certificate').select(['serial_number', 'state']).execute();
  return { ...desk, issue, certificates };
}

test('good files are taken although others are bad, which are named', async () => {
  const { run, issue, certificates, db } = await trustingDesk();
  const [good, numberless] = [await issue(), await issue({ serial: '02', uscc: '' })];
  const rubbish = await fileOf('rubbish', 'rubbish.crt');
  const { code, out, err } = await run('certificate', 'import', rubbish, '/no/such.crt', numberless, good);
  expect(code).toBe(1);
  expect(out).toBe(`${good}: imported, 上海旧系统有限公司, 01\n`);
  expect(err.split('\n')).toEqual([
    `${rubbish}: The certificate on the key cannot be read. Have the key checked at a service point.`,
    expect.stringMatching(/^\/no\/such\.crt: ENOENT/),
    expect.stringContaining(
      `${numberless}: The certificate of “上海旧系统有限公司” holds no identity number`,
    ),
    '',
  ]);
  expect(await certificates()).toEqual([{ serial_number: '01', state: 'in-force' }]);
  const rows = await db
    .selectFrom('audit_event')
    .select('actor')
    .where('action', '=', 'certificate.imported')
    .execute();
  expect(rows).toEqual([{ actor: 'operator' }]);
});

test('a file that was taken before is known, and that is no failure', async () => {
  const { run, issue, certificates } = await trustingDesk();
  const good = await issue();
  expect(await run('certificate', 'import', good)).toMatchObject({ code: 0, err: '' });
  const { code, out, err } = await run('certificate', 'import', good);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain(': known, ');
  expect(await certificates()).toHaveLength(1);
});

test('a certificate of a CA that the configuration does not trust is refused', async () => {
  const { run, db } = await testDesk();
  const stranger = await (await formerCa()).issue();
  const { code, err } = await run('certificate', 'import', stranger);
  expect(code).toBe(1);
  expect(err).toContain(`${stranger}: This certificate was not issued by this authority`);
  expect(await db.selectFrom('certificate').select('id').execute()).toEqual([]);
});
