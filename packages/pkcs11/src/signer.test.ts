import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { buildCertificate, Name, verifyByKey } from '@certdesk/pki';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PIN, type SoftHsm, softHsmModule, startSoftHsm } from '../../../test/support/softhsm.ts';
import { openPkcs11Signer, type Pkcs11Signer, type Pkcs11SignerOptions, startPkcs11 } from './index.ts';

const message = Buffer.from('what is signed');

describe.skipIf(!softHsmModule)('a signer whose key is in an HSM', () => {
  let hsm: SoftHsm;
  const signers: Pkcs11Signer[] = [];

  beforeAll(() => {
    hsm = startSoftHsm('ca', 'other');
    for (const [type, label, id] of [
      ['EC:prime256v1', 'p256', '01'],
      ['EC:secp384r1', 'p384', '02'],
      ['rsa:2048', 'rsa', '03'],
      ['EC:prime256v1', 'twice', '04'],
      ['EC:prime256v1', 'twice', '05'],
    ] as const) {
      hsm.tool(
        '--token-label',
        'ca',
        '--login',
        '--pin',
        PIN,
        '--keypairgen',
        '--key-type',
        type,
        '--label',
        label,
        '--id',
        id,
      );
    }
  });
  afterAll(() => hsm?.dispose());
  afterEach(async () => {
    for (const signer of signers.splice(0)) await signer.close();
  });

  async function open(options: Partial<Pkcs11SignerOptions>): Promise<Pkcs11Signer> {
    const signer = await openPkcs11Signer({
      module: hsm.module,
      env: hsm.env,
      tokenLabel: 'ca',
      pin: PIN,
      ...options,
    });
    signers.push(signer);
    return signer;
  }

  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'none',
      (error) => error.code,
    );

  it.each([
    ['p256', 'p256'],
    ['p384', 'p384'],
    ['rsa', 'rsa2048'],
  ])('signs by the key %s as certificates are signed', async (keyLabel, algorithm) => {
    const signer = await open({ keyLabel });
    expect(signer.algorithm).toBe(algorithm);
    expect(verifyByKey(signer.publicKey, message, await signer.sign(message))).toBe(true);
    expect(verifyByKey(signer.publicKey, Buffer.from('another'), await signer.sign(message))).toBe(false);

    const name = Name.of([{ type: 'CN', value: 'CA in an HSM' }]);
    const certificate = await buildCertificate({
      serialNumber: '01',
      issuer: name,
      subject: name,
      notBefore: new Date('2026-01-01'),
      notAfter: new Date('2027-01-01'),
      publicKey: signer.publicKey,
      extensions: [],
      signer,
    });
    const read = new X509Certificate(certificate);
    expect(read.verify(read.publicKey)).toBe(true);
  });

  it('is found by its id too, and by what the token is called, its serial, or its slot', async () => {
    const byId = await open({ keyId: '02' });
    expect(byId.algorithm).toBe('p384');
    const module = startPkcs11({ path: hsm.module, env: hsm.env });
    const slots = await module.call('slots', []);
    await module.close();
    const ca = slots.find(({ token }) => token.label === 'ca');
    const { publicKey } = await open({ tokenLabel: undefined, serial: ca?.token.serial, keyId: '02' });
    expect(publicKey).toEqual(byId.publicKey);
    expect((await open({ tokenLabel: undefined, slot: Number(ca?.id), keyId: '02' })).publicKey).toEqual(
      publicKey,
    );
  });

  it.each([
    ['token-not-found', { tokenLabel: 'nobody' }],
    ['token-ambiguous', { tokenLabel: undefined, slot: undefined, keyLabel: 'p256' }],
    ['key-not-found', { keyLabel: 'nobody' }],
    ['key-ambiguous', { keyLabel: 'twice' }],
    ['pin-refused', { keyLabel: 'p256', pin: '00000000' }],
    ['library-missing', { module: '/no/such/module.so' }],
  ])('says %s', async (code, options) => {
    expect(await codeOf(open(options))).toBe(code);
  });

  it('goes on after its process was killed, for all who sign at that moment', async () => {
    const signer = await open({ keyLabel: 'p256' });
    process.kill(await hostOf(process.pid), 'SIGKILL');
    const signatures = await Promise.all(Array.from({ length: 20 }, () => signer.sign(message)));
    for (const signature of signatures) expect(verifyByKey(signer.publicKey, message, signature)).toBe(true);
  });

  it('tries a PIN that was refused once never again, lest the token lock', async () => {
    const own = startSoftHsm('own');
    try {
      own.tool(
        '--token-label',
        'own',
        '--login',
        '--pin',
        PIN,
        '--keypairgen',
        '--key-type',
        'EC:prime256v1',
        '--label',
        'k',
        '--id',
        '01',
      );
      const signer = await open({ env: own.env, tokenLabel: 'own', keyLabel: 'k' });
      own.tool('--token-label', 'own', '--login', '--pin', PIN, '--change-pin', '--new-pin', '11112222');
      process.kill(await hostOf(process.pid), 'SIGKILL');
      expect(await codeOf(signer.sign(message))).toBe('pin-refused');
      own.tool('--token-label', 'own', '--login', '--pin', '11112222', '--change-pin', '--new-pin', PIN);
      expect(await codeOf(signer.sign(message))).toBe('pin-refused');
    } finally {
      own.dispose();
    }
  });

  it('shows no PIN in an error', async () => {
    const error = await open({ keyLabel: 'p256', pin: '00000000' }).catch((reason: unknown) => reason);
    expect(inspect(error, { depth: 9 })).not.toContain('00000000');
  });
});

/** The one process that holds a module for this one. */
async function hostOf(parent: number): Promise<number> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  for (const child of children.trim().split(' ').map(Number)) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('--native-host')) return child;
  }
  throw new Error('no host');
}
