import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Certificate, checkChain } from '@certdesk/pki';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../../test/support/database.ts';
import { openDatabase } from '../../schema/database.ts';
import { cheap, intentRequest, now, passphrase } from '../authority.test-support.ts';
import { readProfiles } from '../profiles.ts';
import { type AuthorityAlgorithm, createAuthority } from './create.ts';
import { embeddedAuthority } from './embedded.ts';
import { openIssuers } from './issuers.ts';
import { firstIssuer, type IssuerEntry, readIssuersFile, writeIssuersFile } from './issuers-file.ts';
import { openIssuingCa } from './open.ts';
import type { IssuedBy } from './routing.ts';

async function newAuthority(organisation: string, algorithm: AuthorityAlgorithm = 'sm2'): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'certdesk-issuers-')), 'authority');
  onTestFinished(() => rm(join(folder, '..'), { recursive: true }));
  await createAuthority({
    folder,
    organisation,
    algorithm,
    passphrase,
    rootPassphrase: 'root',
    cost: cheap,
    now: new Date('2020-01-01T00:00:00Z'),
  });
  return folder;
}

/** Another authority's CA, brought into this folder. */
async function bring(folder: string, other: string, name: string): Promise<IssuerEntry> {
  for (const [from, to] of [
    ['issuing.crt', `${name}.crt`],
    ['issuing.key', `${name}.key`],
    ['root.crt', `${name}-root.crt`],
  ] as const)
    await copyFile(join(other, from), join(folder, to));
  return {
    name,
    series: name,
    certificate: `${name}.crt`,
    root: `${name}-root.crt`,
    key: { file: `${name}.key` },
    activeFrom: '2020-01-01T00:00:00Z',
  };
}

const open = (folder: string, more: { clock?: () => Date; onTrouble?: (error: unknown) => void } = {}) =>
  openIssuers({ folder, passphrase, clock: () => now, ...more });

/** A node of a desk whose authority lies in this folder. */
async function nodeOver(url: string, folder: string, issuedBy: IssuedBy = {}, clock = () => now) {
  const database = openDatabase(url);
  onTestFinished(() => database.end());
  const issuers = await open(folder, { clock });
  const authority = embeddedAuthority({
    db: database.db,
    issuers,
    profiles: readProfiles(),
    issuedBy,
    clock,
  });
  return { ...database, authority, issuers };
}

async function issue(node: Awaited<ReturnType<typeof nodeOver>>, algorithm: 'sm2' | 'p256') {
  const request = intentRequest({ algorithm });
  const { intentId } = await node.db.transaction().execute((tx) => node.authority.intend(tx, request, now));
  return node.authority.finish(intentId);
}

const verifies = (der: Uint8Array, chain: readonly Uint8Array[]): boolean => {
  const [issuer, root] = chain.map((each) => Certificate.parse(each));
  return checkChain(Certificate.parse(der), {
    intermediates: issuer ? [issuer] : [],
    roots: root ? [root] : [],
    at: now,
  }).ok;
};

test('a folder from before there could be several has the one', async () => {
  const folder = await newAuthority('一');
  await rm(join(folder, 'issuers.json'));
  expect(await readIssuersFile(folder)).toEqual([firstIssuer]);
  const issuers = await open(folder);
  expect(issuers.active().name).toBe('issuing');
  expect(issuers.active('main')).toBe(issuers.active());
});

test('each kind of key gets its certificate from the CA that is named for it', async () => {
  const folder = await newAuthority('国密');
  const web = await bring(folder, await newAuthority('国际', 'p256'), 'web');
  await writeIssuersFile(folder, [firstIssuer, web]);
  const { url } = await createTestDatabase();
  const node = await nodeOver(url, folder, { p256: 'web' });
  const [sm2, p256] = [await issue(node, 'sm2'), await issue(node, 'p256')];
  const { authority, issuers } = node;

  for (const { der, issuer } of [sm2, p256]) expect(verifies(der, authority.chain(issuer))).toBe(true);
  expect(verifies(p256.der, authority.chain(sm2.issuer))).toBe(false);
  expect(Certificate.parse(p256.der).signatureAlgorithm.oid).toBe('1.2.840.10045.4.3.2');
  expect(Certificate.parse(sm2.der).signatureAlgorithm.oid).toBe('1.2.156.10197.1.501');
  expect(issuers.withSubject(p256.issuer)?.name).toBe('web');
  expect(authority.notAfter('entity-signing-p256')).toEqual(issuers.active('web').certificate.notAfter);
  expect(authority.intermediates()).toHaveLength(2);
  expect(authority.roots()).toHaveLength(2);
  expect(authority.chain()).toEqual(authority.chain(sm2.issuer));
});

describe('when another CA of the series begins', () => {
  test('it issues from then on, and an intent from before is finished by the CA that it was written for', async () => {
    const folder = await newAuthority('一');
    const next = await bring(folder, await newAuthority('二'), 'issuing-2');
    const begin = new Date(now.getTime() + 60_000);
    const { url } = await createTestDatabase();
    let time = now;
    const node = await nodeOver(url, folder, {}, () => time);
    const intend = () =>
      node.db.transaction().execute((tx) => node.authority.intend(tx, intentRequest(), time));
    const before = await intend();
    await writeIssuersFile(folder, [
      firstIssuer,
      { ...next, series: 'main', activeFrom: begin.toISOString() },
    ]);
    const meanwhile = await intend();
    time = begin;
    const after = await intend();

    const names = [];
    for (const { intentId } of [before, meanwhile, after]) {
      const { der, issuer } = await node.authority.finish(intentId);
      names.push(node.issuers.withSubject(issuer)?.name);
      expect(verifies(der, node.authority.chain(issuer))).toBe(true);
    }
    expect(names).toEqual(['issuing', 'issuing', 'issuing-2']);
    // The other one's certificates still find their chain.
    expect(node.authority.intermediates()).toHaveLength(2);
  });

  test('a node that has not heard of it finishes its intents all the same', async () => {
    const folder = await newAuthority('一');
    const { url } = await createTestDatabase();
    const late = await nodeOver(url, folder);
    const next = await bring(folder, await newAuthority('二'), 'issuing-2');
    await writeIssuersFile(folder, [firstIssuer, { ...next, series: 'main' }]);
    const early = await nodeOver(url, folder);
    const { intentId } = await early.db
      .transaction()
      .execute((tx) => early.authority.intend(tx, intentRequest(), now));
    const { issuer } = await late.authority.finish(intentId);
    expect(late.issuers.withSubject(issuer)?.name).toBe('issuing-2');
  });

  test('an intent whose CA this node cannot reach stays, and is finished once it can', async () => {
    const folder = await newAuthority('一');
    const { url } = await createTestDatabase();
    const node = await nodeOver(url, folder);
    const { intentId } = await node.db
      .transaction()
      .execute((tx) => node.authority.intend(tx, intentRequest(), now));
    const state = () =>
      node.db.selectFrom('issuance_intent').select(['state', 'issuing_ca']).executeTakeFirstOrThrow();
    await writeIssuersFile(folder, [{ ...firstIssuer, name: 'renamed' }]);
    await node.issuers.refresh();
    await expect(node.authority.finish(intentId)).rejects.toMatchObject({ code: 'authority-unavailable' });
    expect(await state()).toEqual({ state: 'intended', issuing_ca: 'issuing' });
    await writeIssuersFile(folder, [firstIssuer]);
    await node.authority.finish(intentId);
    expect(await state()).toEqual({ state: 'issued', issuing_ca: 'issuing' });
  });
});

test('what cannot be taken up while a desk runs changes nothing, and is told', async () => {
  const folder = await newAuthority('一');
  const troubles: unknown[] = [];
  const issuers = await open(folder, { onTrouble: (error) => troubles.push(error) });
  const before = issuers.all();
  await writeFile(join(folder, 'issuers.json'), '{');
  await issuers.refresh();
  await issuers.refresh();
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toMatchObject({ code: 'configuration-invalid' });
  expect(issuers.all()).toEqual(before);
  await writeIssuersFile(folder, [{ ...firstIssuer, activeFrom: '2021-01-01T00:00:00Z' }]);
  await issuers.refresh();
  expect(issuers.active().activeFrom).toEqual(new Date('2021-01-01T00:00:00Z'));
});

test('a change that could not be taken up is tried again after a while: what was away may be back', async () => {
  const folder = await newAuthority('一');
  let time = now;
  const troubles: unknown[] = [];
  const issuers = await open(folder, { clock: () => time, onTrouble: (error) => troubles.push(error) });
  const next = await bring(folder, await newAuthority('二'), 'issuing-2');
  const key = await readFile(join(folder, 'issuing-2.key'));
  await rm(join(folder, 'issuing-2.key'));
  await writeIssuersFile(folder, [firstIssuer, { ...next, series: 'main' }]);
  await issuers.refresh();
  await writeFile(join(folder, 'issuing-2.key'), key);
  await issuers.refresh();
  expect(issuers.active().name).toBe('issuing');
  time = new Date(now.getTime() + 30_000);
  await issuers.refresh();
  expect(issuers.active().name).toBe('issuing-2');
  expect(troubles).toHaveLength(1);
});

describe('at start, it is named', () => {
  const refusal = async (folder: string, issuers: readonly object[]) => {
    await writeFile(join(folder, 'issuers.json'), JSON.stringify({ issuers }));
    return open(folder).then(
      () => 'opened',
      (error: { details?: { where?: string } }) => error.details?.where ?? String(error),
    );
  };

  test('what the file has wrong', async () => {
    const folder = await newAuthority('一');
    expect(await refusal(folder, [])).toContain('issuers.json: issuers: ');
    expect(await refusal(folder, [firstIssuer, firstIssuer])).toContain('issuing stands twice');
    expect(await refusal(folder, [{ ...firstIssuer, name: '../x' }])).toContain('issuers.0.name: lower-case');
    expect(await refusal(folder, [{ ...firstIssuer, activeFrom: 'soon' }])).toContain('issuers.0.activeFrom');
    expect(await refusal(folder, [{ ...firstIssuer, colour: 'red' }])).toContain('issuers.0: ');
    expect(await refusal(folder, [{ ...firstIssuer, key: {} }])).toContain('issuers.0.key');
  });

  test('that no CA of the main series issues now', async () => {
    const folder = await newAuthority('一');
    for (const activeFrom of [null, '2099-01-01T00:00:00Z'])
      expect(await refusal(folder, [{ ...firstIssuer, activeFrom }])).toContain('no issuing CA');
    await expect(openIssuingCa(folder, passphrase, now)).rejects.toThrow('no issuing CA is active');
  });

  test('that two CAs have one name, by which everybody who verifies knows them', async () => {
    const folder = await newAuthority('一');
    const same = await bring(folder, await newAuthority('一'), 'same');
    expect(await refusal(folder, [firstIssuer, same])).toContain('two issuing CAs are called');
  });

  test('that key, certificate and root do not belong together', async () => {
    const folder = await newAuthority('一');
    const other = await bring(folder, await newAuthority('二'), 'other');
    const mixed = (change: object) => refusal(folder, [firstIssuer, { ...other, ...change }]);
    expect(await mixed({ key: firstIssuer.key })).toContain('is not the key of');
    expect(await mixed({ root: 'root.crt' })).toContain('was not issued by');
    expect(await mixed({ certificate: 'root.crt' })).toContain('is not the key of');
    expect(await mixed({ certificate: 'none.crt' })).toContain('none.crt: ENOENT');
    await writeFile(join(folder, 'other.key'), await readFile(join(folder, 'other.crt')));
    expect(await mixed({})).toContain('other.key');
  });
});
