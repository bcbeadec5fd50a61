import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificationRequest, fromPem, generateSoftwareKey, softwareSigner, toPem } from '@certdesk/pki';
import { readSafe } from '@certdesk/safe';
import { expect, test } from 'vitest';
import { messageSigner, messageVerifier } from '../registry/http/signatures/keys.ts';
import { fileOf, passphrase, run, testFolder } from './commands.test-support.ts';

async function making() {
  const folder = await testFolder();
  const env = { CERTDESK_PASSPHRASE_FILE: await fileOf(`${passphrase}\n`) };
  const at = (name: string) => join(folder, name);
  return { at, make: (...argv: string[]) => run(['registry', 'key', '--key', at('a.key'), ...argv], env) };
}

test.each(['ed25519', 'p256', 'sm2'])(
  'a key of %s is sealed, and its public key written',
  async (algorithm) => {
    const { at, make } = await making();
    const argv = ['--public-out', at('a.pub'), '--algorithm', algorithm];
    expect(await make(...argv)).toMatchObject({ code: 0, err: '' });
    const signature = await messageSigner(await readSafe(at('a.key'), passphrase)).sign(Buffer.from('x'));
    const [written] = fromPem(await readFile(at('a.pub'), 'utf8'));
    expect(written?.label).toBe('PUBLIC KEY');
    const verifier = messageVerifier(written?.der ?? new Uint8Array());
    expect(verifier.verifies(Buffer.from('x'), signature)).toBe(true);
    expect((await make(...argv)).err).toContain('is there already');
  },
);

test('for mutual TLS a request for a certificate is written, of a key that TLS has', async () => {
  const { at, make } = await making();
  const argv = ['--request-out', at('a.csr'), '--name', 'Desk'];
  expect(await make(...argv, '--algorithm', 'sm2')).toMatchObject({ code: 2 });
  expect(await make(...argv)).toMatchObject({ code: 0, err: '' });
  const request = CertificationRequest.parse(await readFile(at('a.csr')));
  expect([request.verify(), String(request.subject)]).toEqual([true, 'CN=Desk']);
  expect(softwareSigner(await readSafe(at('a.key'), passphrase)).publicKey).toEqual(request.publicKey);
});

test('a key that is there is sealed, and nothing told of a file that holds none', async () => {
  const { at, make } = await making();
  const { privateKey, publicKey } = generateSoftwareKey('p256');
  const wrong = await make('--public-out', at('a.pub'), '--from', await fileOf('a passphrase by mistake'));
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain('no private key');
  expect(wrong.err).not.toContain('mistake');
  const from = await fileOf(toPem('PRIVATE KEY', privateKey));
  expect((await make('--public-out', at('a.pub'), '--from', from)).code).toBe(0);
  expect(await readFile(at('a.pub'), 'utf8')).toBe(toPem('PUBLIC KEY', publicKey));
});
