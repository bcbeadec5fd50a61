// `npm run journey -- renewal --json`, and amendment, as a whole: a demo of its own, its result on stdout and nothing else.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { Certificate, DEFAULT_IDENTITY_NUMBER_OIDS, keyAlgorithmOf } from '../packages/pki/src/index.ts';
import { findSoftHsm, hasProgram } from '../tools/pkcs11-peers.mjs';
import { inProject } from '../tools/project.mjs';
import { whyNoSoftwareSkf } from '../tools/skf-software.mjs';

function journey(...args: string[]) {
  const options = { maxBuffer: 1024 * 1024 };
  const running = promisify(execFile)(process.execPath, [inProject('tools/journey.mjs'), ...args], options);
  running.child.stdin?.end(); // no PIN
  return running;
}

test('renews, and prints one JSON object with the certificates before and after', async () => {
  const left = () => readdirSync('/var/tmp').filter((name) => name.startsWith('certdesk-journey-'));
  const before = left();
  const { stdout } = await journey('renewal', '--json', '--years', '3');
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ journey: 'renewal', entity: '上海示例贸易有限公司' });
  expect(result.steps.map(({ name }: { name: string }) => name)).toEqual([
    'sign-in',
    'check',
    'term',
    'write',
    'verify',
  ]);
  expect(result.totalMs).toBeGreaterThan(0);

  const parse = (pem: string) => Certificate.parse(pem);
  const old = parse(result.before.certificate);
  const [fresh] = result.after.certificates.map(parse) as [Certificate];
  const [issuer, root] = result.issuers.map(parse) as [Certificate, Certificate];
  expect(fresh.verifiedBy(issuer) && issuer.verifiedBy(root) && root.verifiedBy(root)).toBe(true);
  expect(fresh.subject.equals(old.subject)).toBe(true);
  const numbers = (one: Certificate) => one.identityNumbers(DEFAULT_IDENTITY_NUMBER_OIDS);
  expect(numbers(fresh)).toHaveLength(3);
  expect(numbers(fresh)).toEqual(numbers(old));
  expect(Buffer.from(fresh.publicKey).equals(Buffer.from(old.publicKey))).toBe(false);
  expect(fresh.notAfter.getUTCFullYear()).toBe(old.notAfter.getUTCFullYear() + 3);
  expect(left()).toEqual(before);
}, 120_000);

test('amends twin certificates: same keys, same end, and other programs read the number that came in', async () => {
  const { stdout } = await journey('amendment', '--json', '--twin');
  const { entity, added, declined, before, after, steps } = JSON.parse(stdout);
  expect({ entity, added, declined }).toEqual({
    entity: '上海双证添证门诊部',
    added: ['housingFund'],
    declined: [],
  });
  expect(steps.map(({ name }: { name: string }) => name)).toEqual(['sign-in', 'check', 'write', 'verify']);
  const old = Certificate.parse(before.certificate);
  const [signing, encryption] = after.certificates.map((pem: string) => Certificate.parse(pem)) as [
    Certificate,
    Certificate,
  ];
  expect(Buffer.from(signing.publicKey).equals(Buffer.from(old.publicKey))).toBe(true);
  for (const fresh of [signing, encryption]) {
    expect(fresh.notAfter).toEqual(old.notAfter);
    expect(fresh.subject.equals(old.subject)).toBe(true);
  }
  if (!hasProgram('openssl')) return;
  for (const pem of after.certificates) {
    const text = execFileSync('openssl', ['x509', '-noout', '-text'], { input: pem, encoding: 'utf8' });
    const numberAt = (oid: string) => text.split(`${oid}: `)[1]?.split('\n')[1]?.trim().replace(/^\W+/, '');
    expect(numberAt('1.2.156.112570.11.201')).toBe('880027182818');
    expect(numberAt('1.2.156.10260.4.1.2')).toBe('00271828');
  }
}, 120_000);

test.skipIf(whyNoSoftwareSkf())(
  'renews on a key with an SKF library, which it makes and removes again: twins, each for its own new key',
  async () => {
    const { stdout } = await journey('renewal', '--json', '--twin', '--key', 'skf:software');
    const { entity, before, after } = JSON.parse(stdout);
    expect(entity).toBe('上海自备介质科技有限公司');
    const parse = (pem: string) => Certificate.parse(pem);
    const all = [before.certificate, ...after.certificates].map(parse);
    const [old, signing, encryption] = all as [Certificate, Certificate, Certificate];
    expect(signing.keyUsage).toEqual(['digitalSignature', 'nonRepudiation']);
    expect(encryption.keyUsage).toEqual(['keyEncipherment', 'dataEncipherment', 'keyAgreement']);
    for (const fresh of [signing, encryption]) expect(fresh.subject.equals(old.subject)).toBe(true);
    const keys = all.map(({ publicKey }) => Buffer.from(publicKey).toString('hex'));
    expect(new Set(keys).size).toBe(3);
  },
  120_000,
);

test.skipIf(!findSoftHsm())(
  'renews on a PKCS#11 token, which it makes and removes again',
  async () => {
    const { stdout } = await journey('renewal', '--json', '--key', `pkcs11:${findSoftHsm()}`);
    const { before, after } = JSON.parse(stdout);
    const [old, fresh] = [before.certificate, ...after.certificates].map((pem) => Certificate.parse(pem));
    expect(fresh?.subject.equals(old?.subject as Certificate['subject'])).toBe(true);
    expect(fresh?.serialNumber).not.toBe(old?.serialNumber);
    expect(keyAlgorithmOf(fresh?.publicKey as Uint8Array)).toBe('p256');
  },
  120_000,
);

test('that cannot be carried out exits with a sentence and its code', async () => {
  const home = mkdtempSync(join(tmpdir(), 'certdesk-home-'));
  const gone = journey('renewal', '--url', 'http://localhost:9', '--key', 'none', '--home', home);
  await expect(gone).rejects.toMatchObject({ code: 1 });
  const wrong = {
    code: 2,
    stderr: expect.stringMatching(/^(journey renewal\|amendment|No kind of number: passport)/),
  };
  for (const args of [['seal'], ['amendment', '--add', 'passport', '--key', 'none', '--home', home]])
    await expect(journey(...args, '--url', 'http://localhost:9')).rejects.toMatchObject(wrong);
  rmSync(home, { recursive: true });
}, 60_000);
