import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hex, utf8 } from './bytes.test-support.ts';
import { Sm2PrivateKey, Sm2PublicKey, sm3, sm4DecryptCbc, sm4EncryptCbc, sm4EncryptEcb } from './index.ts';

const hasSm2 = spawnSync('openssl', ['genpkey', '-algorithm', 'SM2', '-outform', 'DER']).status === 0;

// The other opinion: the openssl command, which neither Node nor noble has a part in.
describe.skipIf(!hasSm2)('against the openssl command', () => {
  const message = utf8('统一社会信用代码 91310000MA1K00000X');
  const key = Sm2PrivateKey.generate();
  let folder = '';
  const at = (name: string) => join(folder, name);
  const read = (name: string) => new Uint8Array(readFileSync(at(name)));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ownKey = () => ['-inkey', at('key.der'), '-keyform', 'DER'];
  const ownPublicKey = () => ['-pubin', '-inkey', at('public.der'), '-keyform', 'DER'];
  const sm2With = (id: string) => ['-rawin', '-digest', 'sm3', '-pkeyopt', id];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'certdesk-gm-'));
    writeFileSync(at('key.der'), key.toPkcs8(), { mode: 0o600 });
    writeFileSync(at('public.der'), key.publicKey.toSpki());
    writeFileSync(at('message'), message);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['the default ID', 'distid:1234567812345678', undefined],
    ['another ID', 'hexdistid:00ff10', hex('00ff10')],
  ])('exchanges signatures with %s', (_name, option, id) => {
    writeFileSync(at('signature'), key.sign(message, id));
    const verify = ['pkeyutl', '-verify', ...ownPublicKey(), ...sm2With(option), '-in', at('message')];
    expect(openssl(...verify, '-sigfile', at('signature')).toString()).toContain('Verified Successfully');

    openssl('pkeyutl', '-sign', ...ownKey(), ...sm2With(option), '-in', at('message'), '-out', at('theirs'));
    expect(key.publicKey.verify(message, read('theirs'), id)).toBe(true);
  });

  it('exchanges keys', () => {
    openssl('genpkey', '-algorithm', 'SM2', '-outform', 'DER', '-out', at('theirs.der'));
    openssl(
      'pkcs8',
      '-topk8',
      '-nocrypt',
      '-inform',
      'DER',
      '-in',
      at('theirs.der'),
      '-outform',
      'DER',
      '-out',
      at('theirs.p8'),
    );
    openssl(
      'pkey',
      '-inform',
      'DER',
      '-in',
      at('theirs.der'),
      '-pubout',
      '-outform',
      'DER',
      '-out',
      at('theirs.pub'),
    );
    const theirs = Sm2PrivateKey.fromPkcs8(read('theirs.p8'));
    expect(theirs.publicKey.toSpki()).toEqual(read('theirs.pub'));
    expect(Sm2PublicKey.fromSpki(read('theirs.pub')).verify(message, theirs.sign(message))).toBe(true);
    expect(theirs.toPkcs8()).toEqual(read('theirs.p8'));
  });

  it('exchanges SM2 ciphertexts', () => {
    openssl('pkeyutl', '-encrypt', ...ownPublicKey(), '-in', at('message'), '-out', at('sealed'));
    expect(key.decrypt(read('sealed'))).toEqual(message);

    writeFileSync(at('ours'), key.publicKey.encrypt(message));
    expect(new Uint8Array(openssl('pkeyutl', '-decrypt', ...ownKey(), '-in', at('ours')))).toEqual(message);
  });

  it('agrees on SM3', () => {
    expect(new Uint8Array(openssl('dgst', '-sm3', '-binary', at('message')))).toEqual(sm3(message));
  });

  it('agrees on SM4', () => {
    const [sm4Key, iv] = [hex('0123456789abcdeffedcba9876543210'), hex('00112233445566778899aabbccddeeff')];
    const arguments_ = ['-K', Buffer.from(sm4Key).toString('hex'), '-in', at('message')];
    const ecb = new Uint8Array(openssl('enc', '-sm4-ecb', ...arguments_));
    expect(sm4EncryptEcb(sm4Key, message)).toEqual(ecb);
    const cbc = new Uint8Array(
      openssl('enc', '-sm4-cbc', '-iv', Buffer.from(iv).toString('hex'), ...arguments_),
    );
    expect(sm4EncryptCbc(sm4Key, message, iv)).toEqual(cbc);
    expect(sm4DecryptCbc(sm4Key, cbc, iv)).toEqual(message);
  });
});
