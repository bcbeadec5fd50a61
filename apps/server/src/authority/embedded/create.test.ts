import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Certificate, toPem } from '@certdesk/pki';
import { readSafe } from '@certdesk/safe';
import { describe, expect, test } from 'vitest';
import type { DeskError } from '../../platform/error.ts';
import { cheap, intentRequest, now, passphrase, testCa, testDesk } from '../authority.test-support.ts';
import { createAuthority } from './create.ts';
import { openIssuingCa } from './open.ts';

const run = promisify(execFile);
const newFolder = async () => join(await mkdtemp(join(tmpdir(), 'certdesk-create-')), 'authority');
const options = {
  organisation: '测试',
  algorithm: 'sm2',
  passphrase,
  rootPassphrase: 'root',
  cost: cheap,
  now,
} as const;

test('root and issuing CA are what RFC 5280 wants of CAs', async () => {
  const { ca } = await testCa();
  expect(ca.root.verifiedBy(ca.root)).toBe(true);
  expect(ca.certificate.verifiedBy(ca.root)).toBe(true);
  expect(ca.root.basicConstraints).toEqual({ ca: true });
  expect(ca.certificate.basicConstraints).toEqual({ ca: true, pathLength: 0 });
  expect(ca.certificate.keyUsage).toEqual(['keyCertSign', 'cRLSign']);
  expect(ca.certificate.notAfter < ca.root.notAfter).toBe(true);
  expect(ca.certificate.authorityKeyIdentifier?.keyIdentifier).toEqual(ca.root.subjectKeyIdentifier);
});

test('keys lie encrypted, each under its own passphrase, readable by their owner alone', async () => {
  const { folder } = await testCa();
  expect((await readdir(folder)).sort()).toEqual([
    'issuers.json',
    'issuing.crt',
    'issuing.key',
    'root.crt',
    'root.key',
  ]);
  for (const name of ['root.key', 'issuing.key']) {
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  }
  await expect(readSafe(join(folder, 'root.key'), passphrase)).rejects.toMatchObject({
    code: 'wrong-passphrase',
  });
  const key = Buffer.from(await readSafe(join(folder, 'issuing.key'), passphrase));
  const stored = await readFile(join(folder, 'issuing.key'));
  expect(stored.includes(key)).toBe(false);
  expect(stored.includes(key.toString('base64'))).toBe(false);
});

test('a folder that exists is left as it was', async () => {
  const folder = await newFolder();
  await createAuthority({ ...options, folder });
  const before = await readFile(join(folder, 'root.key'));
  await expect(createAuthority({ ...options, folder })).rejects.toMatchObject({ code: 'authority-exists' });
  expect(await readFile(join(folder, 'root.key'))).toEqual(before);
  expect(await readdir(join(folder, '..'))).toEqual(['authority']);
});

describe('opening', () => {
  test('a wrong passphrase is called that, and is not repeated', async () => {
    const { folder } = await testCa();
    const error = await openIssuingCa(folder, 'guess-4711').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'passphrase-wrong', details: { file: join(folder, 'issuing.key') } });
    expect(String((error as DeskError).stack)).not.toContain('guess-4711');
  });

  test.each([
    ['no folder', async () => {}],
    ['a damaged certificate', (folder: string) => writeFile(join(folder, 'issuing.crt'), 'no certificate')],
    ['a damaged key', (folder: string) => writeFile(join(folder, 'issuing.key'), '{}')],
  ])('%s is a wrong configuration', async (what, damage) => {
    const folder = await newFolder();
    if (what !== 'no folder') await createAuthority({ ...options, folder });
    await damage(folder);
    await expect(openIssuingCa(folder, passphrase)).rejects.toMatchObject({ code: 'configuration-invalid' });
  });

  test('files of two authorities mixed up are noticed', async () => {
    const [one, other] = [await newFolder(), await newFolder()];
    for (const folder of [one, other]) await createAuthority({ ...options, folder });
    await writeFile(join(one, 'issuing.key'), await readFile(join(other, 'issuing.key')));
    await expect(openIssuingCa(one, passphrase)).rejects.toThrow(/is not the key of/);
    await writeFile(join(one, 'issuing.crt'), await readFile(join(other, 'issuing.crt')));
    await expect(openIssuingCa(one, passphrase)).rejects.toThrow(/was not issued by/);
  });
});

describe("in the openssl command's opinion", () => {
  test('the SM2 chain holds, each signature by itself', async () => {
    const { db, authority } = await testDesk();
    const { intentId } = await db.transaction().execute((tx) => authority.intend(tx, intentRequest(), now));
    const { der } = await authority.finish(intentId);
    const { ca } = await testCa();
    const leaf = Certificate.parse(der);
    await opensslVerifies(leaf, ca.certificate);
    await opensslVerifies(ca.certificate, ca.root);
    await opensslVerifies(ca.root, ca.root);
    const { stdout } = await run('openssl', ['x509', '-noout', '-text', '-in', await file(leaf.toPem())]);
    expect(stdout).toContain('Digital Signature, Non Repudiation');
    expect(stdout).toContain('1.2.156.112570.11.210');
  });

  test('the P-256 chain verifies as a chain', async () => {
    const { ca } = await testCa('p256');
    const root = await file(ca.root.toPem());
    const issuing = await file(ca.certificate.toPem());
    const at = String(now.getTime() / 1000);
    const { stdout } = await run('openssl', [
      'verify',
      '-attime',
      at,
      '-x509_strict',
      '-CAfile',
      root,
      issuing,
    ]);
    expect(stdout).toContain('OK');
  });

  /** openssl 3.0 verifies SM2 chains with an empty signer ID only, so the signature is checked over the signed part. */
  async function opensslVerifies(certificate: Certificate, issuer: Certificate): Promise<void> {
    const [key, signature, tbs] = await Promise.all([
      file(toPem('PUBLIC KEY', issuer.publicKey)),
      file(certificate.signature),
      file(certificate.tbs),
    ]);
    const args = ['pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin', '-digest', 'sm3', '-in', tbs];
    const { stdout } = await run('openssl', [
      ...args,
      '-sigfile',
      signature,
      '-pkeyopt',
      'distid:1234567812345678',
    ]);
    expect(stdout).toContain('Signature Verified Successfully');
  }

  async function file(content: string | Uint8Array): Promise<string> {
    const path = join(await mkdtemp(join(tmpdir(), 'certdesk-openssl-')), 'file');
    await writeFile(path, content);
    return path;
  }
});
