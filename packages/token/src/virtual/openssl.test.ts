import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeTwin } from '../certificates.test-support.ts';
import type { KeyAlgorithm } from '../index.ts';
import { PIN, type PluggedIn, plugIn } from './fixture.test-support.ts';

const SM2_OPTIONS = ['-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];
let slot: PluggedIn;
afterEach(() => slot.dispose());

describe('the openssl command', () => {
  it.each<[KeyAlgorithm, string[]]>([
    ['sm2', SM2_OPTIONS],
    ['p256', ['-digest', 'sha256']],
    ['p384', ['-digest', 'sha384']],
    ['rsa2048', ['-digest', 'sha256', '-pkeyopt', 'rsa_padding_mode:pkcs1']],
  ])('verifies what a virtual key signs with %s', async (algorithm, options) => {
    slot = await plugIn();
    const key = await slot.driver.open(slot.ref);
    await key.verifyPin(PIN);
    await key.createContainer('one');
    const at = (name: string) => join(slot.folder, name);
    await writeFile(at('public.der'), await key.generateKeyPair('one', algorithm));
    const message = new TextEncoder().encode('what is signed');
    await writeFile(at('message'), message);
    await writeFile(at('signature'), await key.sign('one', message));
    const verify = [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      at('public.der'),
      '-keyform',
      'DER',
      '-rawin',
      ...options,
    ];
    const files = ['-in', at('message'), '-sigfile', at('signature')];
    expect(execFileSync('openssl', [...verify, ...files]).toString()).toContain('Verified Successfully');
  });

  it('encrypts what a twin key on a virtual key decrypts', async () => {
    slot = await plugIn();
    const key = await slot.driver.open(slot.ref);
    await key.verifyPin(PIN);
    await key.createContainer('one');
    const twin = await makeTwin(await key.generateKeyPair('one', 'sm2'));
    await key.importEncryptionKey('one', twin);
    const at = (name: string) => join(slot.folder, name);
    await writeFile(at('public.der'), (await key.containers())[0]?.encryption?.publicKey ?? '');
    await writeFile(at('session-key'), new Uint8Array(16).fill(9));
    const encrypt = ['pkeyutl', '-encrypt', '-pubin', '-inkey', at('public.der'), '-keyform', 'DER'];
    const sealed = execFileSync('openssl', [...encrypt, '-in', at('session-key')]);
    expect(await key.decrypt('one', sealed)).toEqual(new Uint8Array(16).fill(9));
  });
});
