import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicKeyDigest, verifyByKey } from '@certdesk/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { C } from '../../../../test/support/pkcs11-wrapper.ts';
import { certify } from '../certificates.test-support.ts';
import { codeOf } from '../conformance.test-support.ts';
import { findKeyPair, type Key, pkcs11Driver } from '../index.ts';
import { canRunSoftHsm, plugInSoftHsm, type SoftHsmOnTrial } from './softhsm.test-support.ts';

const message = new TextEncoder().encode('what is signed');

describe.skipIf(!canRunSoftHsm)('a PKCS#11 token', () => {
  let trial: SoftHsmOnTrial;
  const keys: Key[] = [];

  beforeEach(async () => {
    trial = await plugInSoftHsm('first', 'second');
  });
  afterEach(async () => {
    for (const key of keys.splice(0)) await key.close();
    await trial.dispose();
  });

  async function open(ref = trial.ref): Promise<Key> {
    const key = await trial.driver.open(ref);
    keys.push(key);
    return key;
  }

  async function loggedIn(): Promise<Key> {
    const key = await open();
    await key.verifyPin(trial.pin);
    return key;
  }

  const tool = (...args: string[]) => trial.hsm.tool('--token-label', 'first', ...args);
  const asUser = (...args: string[]) => tool('--login', '--pin', trial.pin, ...args);

  it('is one of several, each opened by its own handle', async () => {
    const listed = await trial.driver.list();
    expect(listed.map(({ label }) => label).sort()).toEqual(['first', 'second']);
    const other = await open(listed.find(({ label }) => label === 'second')?.ref);
    await other.verifyPin(trial.pin);
    await other.createContainer('one');
    expect(await (await open()).containers()).toEqual([]);
  });

  it('shows what pkcs11-tool can read and use', async () => {
    const key = await loggedIn();
    await key.createContainer('renewal 1');
    const publicKey = await key.generateKeyPair('renewal 1', 'p256');
    const certificate = await certify(publicKey);
    await key.writeCertificate('renewal 1', 'signing', certificate);

    const listing = asUser('--list-objects').toString();
    for (const kind of ['Private Key Object; EC', 'Public Key Object; EC', 'Certificate Object'])
      expect(listing).toContain(kind);
    const { folder } = trial.hsm;
    const [data, signature, der, pem] = ['data', 'signature', 'certificate.der', 'key.pem'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    writeFileSync(data, message);
    const digest = join(folder, 'digest');
    writeFileSync(digest, createHash('sha256').update(message).digest());
    asUser(
      '--sign',
      '--mechanism',
      'ECDSA',
      '--signature-format',
      'openssl',
      '--label',
      'renewal 1',
      '--input-file',
      digest,
      '--output-file',
      signature,
    );
    tool('--read-object', '--type', 'cert', '--label', 'renewal 1', '--output-file', der);
    expect(new Uint8Array(readFileSync(der))).toEqual(certificate);
    writeFileSync(pem, execFileSync('openssl', ['x509', '-inform', 'der', '-in', der, '-noout', '-pubkey']));
    const verified = execFileSync('openssl', [
      'dgst',
      '-sha256',
      '-verify',
      pem,
      '-signature',
      signature,
      data,
    ]);
    expect(verified.toString()).toContain('Verified OK');
  });

  it('shows keys of other programs under names that stay, whatever else comes', async () => {
    asUser('--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'made elsewhere', '--id', '0a');
    const key = await loggedIn();
    const [container] = await key.containers();
    expect(container?.name).toBe('made elsewhere #0a');
    asUser('--keypairgen', '--key-type', 'rsa:2048', '--label', 'made elsewhere', '--id', '0b');
    asUser('--keypairgen', '--key-type', 'EC:secp384r1', '--id', '0c');
    const all = await key.containers();
    expect(all.map(({ name, signing }) => [name, signing?.algorithm]).sort()).toEqual([
      ['#0c', 'p384'],
      ['made elsewhere #0a', 'p256'],
      ['made elsewhere #0b', 'rsa2048'],
    ]);
    const foreign = all.find(({ name }) => name === 'made elsewhere #0b')?.signing?.publicKey as Uint8Array;
    expect(verifyByKey(foreign, message, await key.sign('made elsewhere #0b', message))).toBe(true);
    await key.writeCertificate('made elsewhere #0b', 'signing', await certify(foreign));
    expect(await codeOf(key.generateKeyPair('made elsewhere #0b', 'p256'))).toBe('key-pair-exists');
    await key.removeContainer('made elsewhere #0a');
    expect((await key.containers()).map(({ name }) => name).sort()).toEqual(['#0c', 'made elsewhere #0b']);
  });

  it('knows a pair by its certificate where only that is shown, and drops one without a key once that is known', async () => {
    const key = await loggedIn();
    await key.createContainer('one');
    const publicKey = await key.generateKeyPair('one', 'p256');
    const certificate = await certify(publicKey);
    await key.writeCertificate('one', 'signing', certificate);
    // As a maker's program leaves it: no public key object, and the certificate of a lost key beside it.
    tool('--login', '--pin', trial.pin, '--delete-object', '--type', 'pubkey', '--label', 'one');
    const lost = join(trial.hsm.folder, 'lost.der');
    await key.createContainer('two');
    writeFileSync(lost, await certify(await key.generateKeyPair('two', 'p256')));
    await key.removeContainer('two');
    asUser('--write-object', lost, '--type', 'cert', '--label', 'lost', '--id', '77');

    const stranger = await open();
    const digest = publicKeyDigest(publicKey);
    expect((await findKeyPair(stranger, digest))?.pair).toEqual({
      algorithm: 'p256',
      publicKey,
      certificate,
    });
    expect((await stranger.containers()).map(({ name }) => name).sort()).toEqual(['lost #77', 'one']);
    const user = await loggedIn();
    expect(await user.containers()).toEqual([
      { name: 'one', signing: { algorithm: 'p256', publicKey, certificate } },
    ]);
    expect(verifyByKey(publicKey, message, await user.sign('one', message))).toBe(true);
    expect(await codeOf(user.sign('lost #77', message))).toBe('container-not-found');
  });

  it('finds the certificate of a key that carries another id, as some programs write it', async () => {
    const key = await loggedIn();
    await key.createContainer('one');
    const publicKey = await key.generateKeyPair('one', 'p256');
    const file = join(trial.hsm.folder, 'certificate.der');
    writeFileSync(file, await certify(publicKey));
    asUser('--write-object', file, '--type', 'cert', '--label', 'elsewhere', '--id', '99');
    expect(await (await open()).containers()).toEqual([
      {
        name: 'one',
        signing: { algorithm: 'p256', publicKey, certificate: new Uint8Array(readFileSync(file)) },
      },
    ]);
  });

  it('finds again what was made when the process dies right after the token made it', async () => {
    const key = await loggedIn();
    await key.createContainer('new');
    trial.wrapper.order(`exit-after ${C.GenerateKeyPair} 1`);
    expect(await codeOf(key.generateKeyPair('new', 'p256'))).toBe('library-crashed');
    trial.wrapper.order();
    const again = await loggedIn();
    const [container, ...others] = await again.containers();
    expect(others).toEqual([]);
    expect(container).toMatchObject({ name: 'new', signing: { algorithm: 'p256' } });
    const publicKey = container?.signing?.publicKey as Uint8Array;
    expect(verifyByKey(publicKey, message, await again.sign('new', message))).toBe(true);
  });

  it('generates anew where a stop left half a pair', async () => {
    const key = await loggedIn();
    await key.createContainer('new');
    const lost = await key.generateKeyPair('new', 'p256');
    asUser('--delete-object', '--type', 'privkey', '--label', 'new');
    const again = await loggedIn();
    expect(await again.containers()).toEqual([{ name: 'new' }]);
    const publicKey = await again.generateKeyPair('new', 'p256');
    expect(publicKey).not.toEqual(lost);
    expect(await (await open()).containers()).toEqual([
      { name: 'new', signing: { algorithm: 'p256', publicKey } },
    ]);
  });

  it('removes a container wholly, wherever the removal is cut off', async () => {
    // After the mark is written, the certificate gone, the private key, the mark of its making.
    const stops = [
      `exit-after ${C.CreateObject} 1`,
      ...[1, 2, 4].map((at) => `exit-after ${C.DestroyObject} ${at}`),
    ];
    for (const stop of stops as `exit-after ${number} ${number}`[]) {
      const key = await loggedIn();
      await key.createContainer('old');
      await key.writeCertificate('old', 'signing', await certify(await key.generateKeyPair('old', 'p256')));
      await key.close();
      const cut = await loggedIn();
      trial.wrapper.order(stop);
      expect(await codeOf(cut.removeContainer('old')), stop).toBe('library-crashed');
      trial.wrapper.order();
      expect(await (await open()).containers(), stop).toEqual([]);
      const next = await loggedIn();
      expect(await next.containers(), stop).toEqual([]);
      expect(asUser('--list-objects').toString(), stop).not.toContain('old');
    }
  });

  it('has containers where the token keeps no data objects, and says that it keeps no files', async () => {
    trial.wrapper.order('no-data');
    const key = await loggedIn();
    expect(await codeOf(key.writeFile('seal', message))).toBe('not-supported');
    await key.createContainer('new');
    expect(await key.containers()).toEqual([{ name: 'new' }]);
    expect(await codeOf(key.createContainer('new'))).toBe('container-exists');
    expect(await codeOf(key.sign('new', message))).toBe('key-pair-not-found');
    const publicKey = await key.generateKeyPair('new', 'p256');
    expect(await key.containers()).toEqual([{ name: 'new', signing: { algorithm: 'p256', publicKey } }]);
    await key.removeContainer('new');
    expect(await key.containers()).toEqual([]);
  });

  it('is a sentence of ours when its module crashes or hangs, and works again afterwards', async () => {
    const key = await loggedIn();
    trial.wrapper.order('crash');
    expect(await codeOf(key.containers())).toBe('library-crashed');
    expect(await codeOf(trial.driver.list())).toBe('library-crashed');
    trial.wrapper.order('hang');
    const impatient = pkcs11Driver({
      module: trial.wrapper.module,
      env: { ...trial.hsm.env, ...trial.wrapper.env },
      deadlineMs: 300,
    });
    expect(await codeOf(impatient.list())).toBe('library-hung');
    expect(await codeOf(impatient.open(trial.ref))).toBe('library-hung');
    await impatient.close();
    trial.wrapper.order();
    expect(await codeOf(key.containers())).toBe('library-crashed');
    expect((await trial.driver.list()).length).toBe(2);
    await loggedIn();
    const missing = pkcs11Driver({ module: '/no/such/module.so' });
    expect(await codeOf(missing.list())).toBe('library-missing');
  });

  it('is made of a blank token, by who asked to see those', async () => {
    const blanks = pkcs11Driver({ module: trial.hsm.module, env: trial.hsm.env, uninitialised: true });
    const blank = (await blanks.list()).find(({ label }) => label === '');
    const key = await blanks.open(blank?.ref ?? '');
    keys.push(key);
    await key.initialise({ label: 'fresh', pin: '13572468', adminPin: '24681357' });
    await key.verifyPin('13572468');
    await key.createContainer('one');
    const fresh = pkcs11Driver({ module: trial.hsm.module, env: trial.hsm.env });
    expect((await fresh.list()).map(({ label }) => label).sort()).toEqual(['first', 'fresh', 'second']);
    await Promise.all([blanks.close(), fresh.close()]);
  });

  it('says that the PIN counter is low, which is all that PKCS#11 tells of it', async () => {
    const key = await open();
    expect((await key.info()).pin).toEqual({ flag: 'ok', initial: false });
    await key.verifyPin('not-the-pin').catch(() => undefined);
    expect((await (await open()).info()).pin.flag).toBe('low');
    await key.verifyPin(trial.pin);
    expect((await (await open()).info()).pin.flag).toBe('ok');
  });
});
