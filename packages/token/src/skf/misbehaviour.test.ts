import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { certify } from '../certificates.test-support.ts';
import { codeOf } from '../conformance.test-support.ts';
import type { Key, KeyError, KeyErrorCode } from '../index.ts';
import type { SkfDriver } from './index.ts';
import { makeSlots, notHere, PIN, type PluggedIn, type Slots } from './software.test-support.ts';
import { tour, toured } from './tour.test-support.ts';

describe.skipIf(notHere)('a library that misbehaves', () => {
  let slots: Slots;
  let slot: PluggedIn;
  let key: Key;

  beforeAll(() => {
    slots = makeSlots();
  });
  afterAll(() => slots.dispose());
  afterEach(async () => {
    await slots.misbehave();
    await key.close();
    await slot.dispose();
  });

  async function plugIn(): Promise<void> {
    slot = await slots.plugIn();
    key = await slot.driver.open(slot.ref);
  }

  /** By a driver that waits no longer than a second and a half. */
  async function impatient(): Promise<SkfDriver> {
    await plugIn();
    await key.close();
    const driver = slots.another({ deadlinesMs: { call: 1500, generate: 1500, sign: 1500 } });
    key = await driver.open(slot.ref);
    return driver;
  }

  async function reopened(): Promise<void> {
    key = await slot.driver.open(slot.ref);
  }

  async function whole(): Promise<void> {
    await slots.misbehave();
    await tour(key);
    expect(await key.containers()).toEqual([]);
    expect(await key.listFiles()).toEqual([]);
  }

  it('is told of by what it returned, whatever that is, and goes on where it can', async () => {
    await plugIn();
    for (const name of toured) {
      await slots.misbehave(`${name} code 0xdeadbeef`);
      const error: unknown = await tour(key).catch((reason) => reason);
      expect(error, name).toMatchObject({
        code: expect.toBeOneOf(['key-failed', 'envelope-invalid'] satisfies KeyErrorCode[]),
        message: expect.stringContaining(`${name} returned 0xdeadbeef`),
      });
      await whole();
    }
  });

  it('pulled in the middle of any call, before or after it was carried out, is a key that was removed', async () => {
    await plugIn();
    for (const [at, name] of toured.entries()) {
      // Calls that change something: both. The others by turns.
      const changes = /Create|Gen|Import|Write|Delete|Sign/.test(name);
      for (const when of changes ? ['pull', 'pull-after'] : [at % 2 === 0 ? 'pull' : 'pull-after']) {
        await slots.misbehave(`${name} ${when}`);
        const code = await codeOf(tour(key));
        // Cut off after its last call, the tour may have been complete.
        const last = name === 'SKF_ClearSecureState' && when === 'pull-after';
        expect(code, `${name} ${when}`).toBe(last ? 'none' : 'key-removed');
        await slots.misbehave();
        expect(await codeOf(key.containers())).toBe('key-removed');
        await rename(join(slots.folder, 'pulled', `${slot.ref}.skf`), join(slots.folder, `${slot.ref}.skf`));
        expect(await codeOf(key.containers())).toBe('key-removed');
        key = await slot.driver.open(slot.ref);
        await whole();
      }
    }
  });

  it('calls a key that was pulled by any other name: the list of keys tells', async () => {
    await plugIn();
    const calls = [
      'SKF_EnumContainer',
      'SKF_GenECCKeyPair',
      'SKF_ECCSignData',
      'SKF_ImportECCKeyPair',
      'SKF_WriteFile',
    ];
    for (const [at, name] of calls.entries()) {
      // FAIL, INVALIDHANDLE, TIMEOUT, USER_NOT_LOGGED_IN, and one of no table
      const said = [0x0a000001, 0x0a000005, 0x0a00000f, 0x0a00002d, 0x0b000007][at];
      await slots.misbehave(`${name} pull`, `library removed ${said}`);
      expect(await codeOf(tour(key)), name).toBe('key-removed');
      await slots.misbehave();
      await rename(join(slots.folder, 'pulled', `${slot.ref}.skf`), join(slots.folder, `${slot.ref}.skf`));
      key = await slot.driver.open(slot.ref);
      await whole();
    }
  });

  it.each([
    'SKF_VerifyPIN crash',
    'SKF_GenECCKeyPair crash-after',
    'SKF_ImportCertificate crash',
    'SKF_EnumDev crash',
  ])('crashes (%s): a message, and the next call works', async (what) => {
    await plugIn();
    await slots.misbehave(what);
    const work = what.startsWith('SKF_EnumDev') ? slot.driver.list() : tour(key);
    expect(await codeOf(work)).toBe('library-crashed');
    await slots.misbehave();
    // Reading goes on at once; rights are gone with the process.
    await key.containers();
    expect(await codeOf(key.removeContainer('tour'))).toBe('login-needed');
    await whole();
  });

  it.each(['SKF_ECCSignData', 'SKF_EnumDev'])(
    'hangs (in %s): a message, and the next call works',
    async (name) => {
      const driver = await impatient();
      await slots.misbehave(`${name} hang`);
      const work = name === 'SKF_EnumDev' ? driver.list() : tour(key);
      expect(await codeOf(work)).toBe('library-hung');
      await whole();
    },
  );

  it('says wrong lengths', async () => {
    await plugIn();
    await key.verifyPin(PIN);
    await key.createContainer('one');
    await key.writeCertificate('one', 'signing', await certify(await key.generateKeyPair('one', 'sm2')));
    await key.writeFile('SEAL', new Uint8Array(100));
    const asked: [string, () => Promise<unknown>][] = [
      ['SKF_EnumContainer length 99999999', () => key.containers()],
      ['SKF_EnumContainer small 0', () => key.containers()],
      ['SKF_ExportPublicKey length 20', () => key.containers()],
      ['SKF_ExportPublicKey length 4294967295', () => key.containers()],
      ['SKF_ExportCertificate length 100000', () => key.containers()],
      ['SKF_ExportCertificate small 4294967295', () => key.containers()],
      ['SKF_EnumFiles length 1048577', () => key.listFiles()],
      ['SKF_GetFileInfo length 4294967295', () => key.listFiles()],
      ['SKF_GetFileInfo length 4294967295', () => key.readFile('SEAL')],
      ['SKF_ReadFile length 0', () => key.readFile('SEAL')],
      ['SKF_ReadFile length 101', () => key.readFile('SEAL')],
      ['SKF_EnumDev length 5000', () => slot.driver.list()],
      ['SKF_EnumApplication small 0', () => key.containers()],
    ];
    for (const [what, ask] of asked) {
      await key.close();
      await slots.misbehave(what);
      const error: KeyError = await reopened()
        .then(ask)
        .then(() => undefined)
        .catch((reason) => reason);
      expect(error, what).toMatchObject({ name: 'KeyError' });
      expect(error.code, what).toBeOneOf(['key-failed', 'key-removed'] satisfies KeyErrorCode[]);
      await slots.misbehave();
      await key.close();
      await reopened();
      expect((await key.containers())[0]?.signing?.certificate).toBeDefined();
    }
  });

  it.each([
    ['SKF_ECCSignData', 'a signature that does not verify'],
    ['SKF_GenECCKeyPair', 'not the one that it said it made'],
    ['SKF_ExportPublicKey', 'a public key that is no point of the curve'],
  ])('is not believed what %s says: %s', async (name, why) => {
    await plugIn();
    await slots.misbehave(`${name} wrong`);
    await expect(tour(key)).rejects.toMatchObject({
      code: 'key-failed',
      message: expect.stringContaining(why),
    });
    await whole();
  });

  it('wants more room than it has been given, and does not say how much', async () => {
    await plugIn();
    await slots.misbehave('SKF_EnumContainer at-least 9000', 'SKF_ExportCertificate at-least 9000');
    await tour(key);
  });

  it('ends its lists of names without a NUL', async () => {
    await plugIn();
    const lists = ['SKF_EnumDev', 'SKF_EnumApplication', 'SKF_EnumContainer', 'SKF_EnumFiles'];
    await slots.misbehave(...lists.map((name) => `${name} unterminated`));
    await key.close();
    key = await slot.driver.open(slot.ref);
    await tour(key);
    expect((await slot.driver.list()).map(({ ref }) => ref)).toContain(slot.ref);
  });

  it('knows SM2 by one number or by the other, and by a third not at all', async () => {
    await plugIn();
    for (const number of ['0x20100', '0x20200']) {
      await slots.misbehave(`library sm2 ${number}`);
      await tour(key);
    }
    await slots.misbehave('library sm2 0x20400');
    expect(await codeOf(tour(key))).toBe('key-failed');
  });

  it('leaves containers of RSA alone', async () => {
    await plugIn();
    await key.verifyPin(PIN);
    await key.createContainer('rsa');
    await slots.misbehave('SKF_GetContainerType type 1');
    expect(await key.containers()).toEqual([{ name: 'rsa' }]);
    expect(await codeOf(key.generateKeyPair('rsa', 'sm2'))).toBe('key-pair-exists');
  });

  it('is busy with another program', async () => {
    await plugIn();
    await key.verifyPin(PIN);
    await slots.misbehave('SKF_LockDev code 0x0a00000f');
    expect(await codeOf(key.createContainer('one'))).toBe('key-busy');
    await slots.misbehave('SKF_LockDev code 0x0a000003');
    await key.createContainer('one');
    await key.removeContainer('one');
  });
});

describe.skipIf(notHere)('a library that is not there', () => {
  it('is told of at each call, and by nothing else', async () => {
    const slots = makeSlots();
    const { skfDriver, standardProfile } = await import('./index.ts');
    try {
      const library = join(slots.folder, 'none.so');
      const driver = skfDriver({ profile: standardProfile, library });
      const stop = driver.watch(() => {});
      for (let time = 0; time < 2; time += 1) {
        const error = await driver.list().catch((reason) => reason);
        expect(error).toMatchObject({ name: 'KeyError', code: 'library-missing' });
        expect(error.cause.message).toContain(library);
      }
      expect(await codeOf(driver.open('KEY'))).toBe('library-missing');
      stop();
      await driver.close();
      const nameless = skfDriver({ profile: standardProfile });
      const error = await nameless.list().catch((reason) => reason);
      expect(error.cause.message).toContain('profile standard names none');
      await nameless.close();
    } finally {
      await slots.dispose();
    }
  });
});
