/** What every driver owes its callers: one suite, run on each driver against a key in its factory state. */
import { inspect } from 'node:util';
import { Sm2PrivateKey, sm4EncryptEcb } from '@certdesk/gm';
import { publicKeyDigest, verifyByKey } from '@certdesk/pki';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { certify, envelopeFor, makeTwin } from './certificates.test-support.ts';
import { findKeyPair, type Key, type KeyAlgorithm, type KeyDriver, type KeyErrorCode } from './index.ts';

/** A key to try things on: empty, its counters full, not opened yet. */
export interface KeyOnTrial {
  readonly driver: KeyDriver;
  readonly ref: string;
  readonly pin: string;
  readonly adminPin: string;
  /** Wrong PINs until it locks; absent where the key never locks. */
  readonly maxTries?: number;
  /** Physically pulls the key out and puts it back, where the test can. */
  pull?(): Promise<void>;
  putBack?(): Promise<void>;
  /** Answers an unblock challenge as the CA would; some keys take the new PIN out of the answer. */
  answer?(challenge: Uint8Array, newPin: string): Uint8Array;
  dispose(): Promise<void>;
}

/** Some keys take no PIN of more than eight characters. */
const WRONG_PIN = 'wrong-pn';
const NEW_PIN = 'new-pin1';
const message = new TextEncoder().encode('what is signed');
const blocks = new Uint8Array(32).fill(0x20);

/** @returns the error's code, `none` if there was no error */
export async function codeOf(promise: Promise<unknown>): Promise<KeyErrorCode | 'none'> {
  return promise.then(
    () => 'none' as const,
    (error) => error.code,
  );
}

/** What a kind of key may do without: its tests are not among those of that kind, and it has to say so. */
export type Lack = 'twins' | 'room' | 'counted PINs' | 'initialising';

export function describeKey(
  name: string,
  makeKey: () => Promise<KeyOnTrial>,
  lacks: readonly Lack[] = [],
): void {
  /** `it`, for keys that have this. */
  const having = (ability: Lack) => (lacks.includes(ability) ? undefined : it);

  describe(`${name}, as any key,`, () => {
    const cleanups: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });

    async function plugIn(): Promise<{ trial: KeyOnTrial; key: Key }> {
      const trial = await makeKey();
      cleanups.push(() => trial.dispose());
      return { trial, key: await openAgain(trial) };
    }

    async function openAgain(trial: KeyOnTrial): Promise<Key> {
      const key = await trial.driver.open(trial.ref);
      cleanups.push(() => key.close());
      return key;
    }

    async function loggedIn(): Promise<{ trial: KeyOnTrial; key: Key; algorithm: KeyAlgorithm }> {
      const { trial, key } = await plugIn();
      await key.verifyPin(trial.pin);
      const [algorithm] = (await key.info()).algorithms;
      if (!algorithm) throw new Error('a key without algorithms');
      return { trial, key, algorithm };
    }

    async function withTwins(
      context: TestContext,
    ): Promise<{ trial: KeyOnTrial; key: Key; signing: Uint8Array }> {
      const { trial, key } = await loggedIn();
      const { can, algorithms } = await key.info();
      context.skip(!can.importEncryptionKey || !algorithms.includes('sm2'), 'takes no twin keys');
      await key.createContainer('twins');
      return { trial, key, signing: await key.generateKeyPair('twins', 'sm2') };
    }

    if (lacks.length > 0) {
      it(`does without ${lacks.join(', ')}, and says so`, async () => {
        const { trial, key, algorithm } = await loggedIn();
        const { can, room } = await key.info();
        if (lacks.includes('room')) expect(room).toBe('unknown');
        if (lacks.includes('twins')) {
          expect(can.importEncryptionKey).toBe(false);
          await key.createContainer('one');
          const twin = await makeTwin(Sm2PrivateKey.generate().publicKey.toSpki());
          await key.generateKeyPair('one', algorithm);
          const before = await key.containers();
          expect(await codeOf(key.importEncryptionKey('one', twin))).toBe('not-supported');
          expect(await codeOf(key.decrypt('one', blocks))).toBe('not-supported');
          expect(await codeOf(key.decryptByWrappedKey('one', blocks, blocks))).toBe('not-supported');
          expect(await key.containers()).toEqual(before);
        }
        if (lacks.includes('counted PINs')) {
          expect(trial.maxTries).toBeUndefined();
          for (let tries = 0; tries < 12; tries++)
            expect(await codeOf(key.verifyPin(WRONG_PIN))).toBe('pin-incorrect');
          await key.verifyPin(trial.pin);
        }
        if (lacks.includes('initialising')) {
          const fresh = { label: 'fresh', pin: 'freshpin', adminPin: 'freshadm' };
          const done = key.initialise({ ...fresh, presentAdminPin: trial.adminPin });
          expect(await codeOf(done)).toBeOneOf(['not-supported', 'key-failed']);
        }
      });
    }

    it('is listed by its driver with what is known of it', async () => {
      const { trial, key } = await plugIn();
      const listed = (await trial.driver.list()).find(({ ref }) => ref === trial.ref);
      expect(listed).toEqual(await key.info());
      expect(listed?.family).toBe(trial.driver.family);
      expect(listed?.algorithms.length).toBeGreaterThan(0);
      expect(await codeOf(trial.driver.open('no-such-key'))).toBe('key-removed');
    });

    it('signs with every algorithm that it offers, and what it signs verifies', async () => {
      const { key } = await loggedIn();
      for (const algorithm of (await key.info()).algorithms) {
        await key.createContainer('one');
        const publicKey = await key.generateKeyPair('one', algorithm);
        const signature = await key.sign('one', message);
        expect(verifyByKey(publicKey, message, signature), algorithm).toBe(true);
        expect(verifyByKey(publicKey, new Uint8Array([...message, 0]), signature), algorithm).toBe(false);
        expect(await key.containers()).toEqual([{ name: 'one', signing: { algorithm, publicKey } }]);
        await key.removeContainer('one');
      }
    });

    it('does nothing with private keys, certificates or containers before the PIN', async () => {
      const { trial, key, algorithm } = await loggedIn();
      await key.createContainer('one');
      const certificate = await certify(await key.generateKeyPair('one', algorithm));
      await key.logout();
      const other = await openAgain(trial);
      for (const stranger of [key, other]) {
        expect(await codeOf(stranger.sign('one', message))).toBe('login-needed');
        expect(await codeOf(stranger.createContainer('two'))).toBe('login-needed');
        expect(await codeOf(stranger.generateKeyPair('one', algorithm))).toBe('login-needed');
        expect(await codeOf(stranger.writeCertificate('one', 'signing', certificate))).toBe('login-needed');
        expect(await codeOf(stranger.removeContainer('one'))).toBe('login-needed');
        expect((await stranger.containers()).map((container) => container.name)).toEqual(['one']);
      }
    });

    having('counted PINs')?.(
      'counts wrong PINs, says how many tries are left, and forgets them at the right one',
      async (context) => {
        const { trial, key } = await plugIn();
        const { maxTries } = trial;
        context.skip(maxTries === undefined || maxTries < 3, 'does not count PINs');
        for (const left of [1, 2].map((wrong) => (maxTries ?? 0) - wrong)) {
          const error = await key.verifyPin(WRONG_PIN).catch((reason) => reason);
          expect(error).toMatchObject({ code: 'pin-incorrect' });
          expect([left, undefined]).toContain(error.tries);
          expect([left, undefined]).toContain((await key.info()).pin.tries);
          expect((await key.info()).pin.flag).toBeOneOf(['low', 'final', 'unknown']);
          expect(await codeOf(key.createContainer('one'))).toBe('login-needed');
        }
        await key.verifyPin(trial.pin);
        expect((await key.info()).pin.flag).toBeOneOf(['ok', 'unknown']);
      },
    );

    it('takes no try for a PIN that cannot be one', async () => {
      const { trial, key } = await plugIn();
      const before = (await key.info()).pin;
      for (const impossible of ['', '12345', '12345678901234567', '密码密码密码', '12345\n']) {
        expect(await codeOf(key.verifyPin(impossible))).toBe('pin-format');
        expect(await codeOf(key.changePin(trial.pin, impossible))).toBe('pin-format');
        expect(await codeOf(key.unlock(trial.adminPin, impossible))).toBe('pin-format');
      }
      expect((await key.info()).pin).toEqual(before);
    });

    having('counted PINs')?.(
      'locks after too many wrong PINs, and only the admin PIN opens it again',
      async (context) => {
        const { trial, key, algorithm } = await loggedIn();
        const { maxTries } = trial;
        context.skip(maxTries === undefined, 'never locks');
        await key.createContainer('one');
        const publicKey = await key.generateKeyPair('one', algorithm);
        await key.logout();
        for (let left = (maxTries ?? 0) - 1; left > 0; left--) {
          expect(await codeOf(key.verifyPin(WRONG_PIN))).toBe('pin-incorrect');
        }
        expect(await codeOf(key.verifyPin(WRONG_PIN))).toBe('pin-locked');
        expect(await codeOf(key.verifyPin(trial.pin))).toBe('pin-locked');
        expect(await codeOf(key.changePin(trial.pin, NEW_PIN))).toBe('pin-locked');
        expect((await key.info()).pin.flag).toBeOneOf(['locked', 'unknown']);

        await key.unlock(trial.adminPin, NEW_PIN);
        expect(await codeOf(key.verifyPin(trial.pin))).toBe('pin-incorrect');
        await key.verifyPin(NEW_PIN);
        expect(verifyByKey(publicKey, message, await key.sign('one', message))).toBe(true);
      },
    );

    it('counts wrong admin PINs apart, and does not unlock for one', async () => {
      const { trial, key } = await plugIn();
      const before = await key.info();
      const error = await key.unlock(WRONG_PIN, NEW_PIN).catch((reason) => reason);
      expect(error.code).toBe('admin-pin-incorrect');
      const after = await key.info();
      expect(after.pin).toEqual(before.pin);
      if (before.adminPin.tries !== undefined) {
        expect(error.tries).toBe(before.adminPin.tries - 1);
        expect(after.adminPin.tries).toBe(before.adminPin.tries - 1);
      }
      await key.verifyPin(trial.pin);
    });

    it('changes the PIN for who knows the old one', async () => {
      const { trial, key } = await plugIn();
      expect(await codeOf(key.changePin(WRONG_PIN, NEW_PIN))).toBe('pin-incorrect');
      await key.changePin(trial.pin, NEW_PIN);
      expect(await codeOf(key.verifyPin(trial.pin))).toBe('pin-incorrect');
      await key.verifyPin(NEW_PIN);
    });

    it('changes the admin PIN for who knows the old one', async () => {
      const { trial, key } = await plugIn();
      expect(await codeOf(key.changeAdminPin(WRONG_PIN, NEW_PIN))).toBe('admin-pin-incorrect');
      await key.changeAdminPin(trial.adminPin, NEW_PIN);
      expect(await codeOf(key.unlock(trial.adminPin, NEW_PIN))).toBe('admin-pin-incorrect');
      await key.unlock(NEW_PIN, 'third-pn');
      await key.verifyPin('third-pn');
    });

    having('room')?.(
      'makes containers until there is no room, and has room again when one goes',
      async (context) => {
        const { key } = await loggedIn();
        const { room } = await key.info();
        context.skip(room === 'unknown', 'does not tell its room');
        const containers = room === 'unknown' ? 0 : room.containers;
        expect(containers).toBeGreaterThanOrEqual(2);
        for (let i = 0; i < containers; i++) await key.createContainer(`container ${i}`);
        expect((await key.info()).room).toEqual({ containers: 0 });
        expect(await codeOf(key.createContainer('one too many'))).toBe('no-room');
        await key.removeContainer('container 0');
        await key.createContainer('in its place');
        expect((await key.info()).room).toEqual({ containers: 0 });
      },
    );

    it('refuses containers that are there already, are not there, or cannot be named so', async () => {
      const { key, algorithm } = await loggedIn();
      await key.createContainer('one');
      expect(await codeOf(key.createContainer('one'))).toBe('container-exists');
      for (const name of ['', 'x'.repeat(65), '容器', 'line\nbreak']) {
        expect(await codeOf(key.createContainer(name)), name).toBe('container-name');
      }
      expect(await codeOf(key.generateKeyPair('two', algorithm))).toBe('container-not-found');
      expect(await codeOf(key.sign('two', message))).toBe('container-not-found');
      expect(await codeOf(key.sign('one', message))).toBe('key-pair-not-found');
      expect(await codeOf(key.removeContainer('two'))).toBe('none');
    });

    it('never replaces a signing key pair', async () => {
      const { key, algorithm } = await loggedIn();
      await key.createContainer('one');
      const publicKey = await key.generateKeyPair('one', algorithm);
      expect(await codeOf(key.generateKeyPair('one', algorithm))).toBe('key-pair-exists');
      expect((await key.containers())[0]?.signing?.publicKey).toEqual(publicKey);
    });

    it('takes a certificate for its key pair only, and as often as it is written', async () => {
      const { key, algorithm } = await loggedIn();
      await key.createContainer('one');
      await key.createContainer('two');
      const publicKey = await key.generateKeyPair('one', algorithm);
      const foreign = await certify(await key.generateKeyPair('two', algorithm));
      expect(await codeOf(key.writeCertificate('one', 'signing', foreign))).toBe('public-key-mismatch');
      const cut = (await certify(publicKey)).subarray(0, 100);
      expect(await codeOf(key.writeCertificate('one', 'signing', cut))).toBe('certificate-invalid');
      expect(await codeOf(key.writeCertificate('one', 'encryption', foreign))).toBe('key-pair-not-found');
      for (const serial of ['01', '01', '02']) {
        const certificate = await certify(publicKey, serial);
        await key.writeCertificate('one', 'signing', certificate);
        const found = await findKeyPair(key, publicKeyDigest(publicKey));
        expect(found).toEqual({
          container: 'one',
          use: 'signing',
          pair: { algorithm, publicKey, certificate },
        });
      }
    });

    for (const form of ['padded', 'plain'] as const) {
      having('twins')?.(
        `imports a twin encryption key (D ${form}) with its certificate, again and again, and decrypts with it`,
        async (context) => {
          const { trial, key, signing } = await withTwins(context);
          const session = new Uint8Array(16).fill(7);
          const first = await makeTwin(signing, { form });
          const second = await makeTwin(signing, { form });
          for (const twin of [first, first, second]) {
            await key.importEncryptionKey('twins', twin);
            const wrapped = twin.key.publicKey.encrypt(session);
            const data = sm4EncryptEcb(session, blocks, { padding: false });
            expect(await key.decryptByWrappedKey('twins', wrapped, data)).toEqual(blocks);
            // Many keys keep what they decrypt to themselves.
            const opened = await key.decrypt('twins', wrapped).catch((error) => error.code);
            expect([session, 'not-supported']).toContainEqual(opened);
            const found = await findKeyPair(key, publicKeyDigest(twin.key.publicKey.toSpki()));
            expect(found).toMatchObject({ use: 'encryption', pair: { certificate: twin.certificate } });
          }
          const renewed = await certify(second.key.publicKey.toSpki(), '77');
          await key.writeCertificate('twins', 'encryption', renewed);
          expect((await key.containers())[0]?.encryption?.certificate).toEqual(renewed);
          const other = await openAgain(trial);
          const wrapped = second.key.publicKey.encrypt(session);
          expect(await codeOf(other.decryptByWrappedKey('twins', wrapped, session))).toBe('login-needed');
          expect(await codeOf(other.decrypt('twins', wrapped))).toBeOneOf(['login-needed', 'not-supported']);
        },
      );
    }

    having('twins')?.('keeps the twin it has when offered a bad one', async (context) => {
      const { key, signing } = await withTwins(context);
      const good = await makeTwin(signing);
      await key.importEncryptionKey('twins', good);
      const before = await key.containers();
      const stranger = Sm2PrivateKey.generate();
      const bad = {
        'for another signing key': { ...good, envelope: envelopeFor(stranger.publicKey.toSpki(), good.key) },
        'of another algorithm': {
          ...good,
          envelope: envelopeFor(signing, good.key, { algorithm: '1.2.156.10197.1.102' }),
        },
        'with a private key of zero': {
          ...good,
          envelope: envelopeFor(signing, good.key, { secret: new Uint8Array(32) }),
        },
        'with other padding': {
          ...good,
          envelope: envelopeFor(signing, good.key, { secret: new Uint8Array(64).fill(1) }),
        },
        'cut short': { ...good, envelope: good.envelope.subarray(0, -1) },
        'with something after it': { ...good, envelope: new Uint8Array([...good.envelope, 0]) },
        empty: { ...good, envelope: new Uint8Array() },
      };
      for (const [what, twin] of Object.entries(bad)) {
        expect(await codeOf(key.importEncryptionKey('twins', twin)), what).toBe('envelope-invalid');
      }
      const misnamed = envelopeFor(signing, good.key, { named: stranger.publicKey });
      const foreign = await certify(stranger.publicKey.toSpki());
      for (const twin of [
        { ...good, envelope: misnamed },
        { ...good, certificate: foreign },
      ]) {
        expect(await codeOf(key.importEncryptionKey('twins', twin))).toBe('public-key-mismatch');
      }
      const certificate = new Uint8Array([1, 2, 3]);
      expect(await codeOf(key.importEncryptionKey('twins', { ...good, certificate }))).toBe(
        'certificate-invalid',
      );
      expect(await key.containers()).toEqual(before);
      const block = new Uint8Array(16);
      const wrapped = good.key.publicKey.encrypt(block);
      const misfits: [wrappedKey: Uint8Array, data: Uint8Array][] = [
        [new Uint8Array(40), block],
        [stranger.publicKey.encrypt(block), block],
        [good.key.publicKey.encrypt(block.subarray(1)), block],
        [wrapped, block.subarray(1)],
      ];
      for (const [wrappedKey, data] of misfits) {
        expect(await codeOf(key.decryptByWrappedKey('twins', wrappedKey, data))).toBe('envelope-invalid');
      }
      expect(await codeOf(key.decrypt('twins', new Uint8Array(40)))).toBeOneOf([
        'envelope-invalid',
        'not-supported',
      ]);
      await key.createContainer('empty');
      expect(await codeOf(key.importEncryptionKey('empty', good))).toBe('key-pair-not-found');
      expect(await codeOf(key.decryptByWrappedKey('empty', wrapped, block))).toBe('key-pair-not-found');
    });

    it('keeps files that anybody reads and only the holder changes', async (context) => {
      const { trial, key } = await loggedIn();
      context.skip(!(await key.info()).can.files, 'keeps no files');
      const seal = new Uint8Array(3000).map((_, at) => at);
      await key.writeFile('ESEAL01', new Uint8Array([1]));
      await key.writeFile('ESEAL01', seal);
      await key.writeFile('empty', new Uint8Array());
      for (const name of ['', 'x'.repeat(33), '印章']) {
        expect(await codeOf(key.writeFile(name, seal)), name).toBe('file-name');
      }
      const stranger = await openAgain(trial);
      expect(new Set(await stranger.listFiles())).toEqual(
        new Set([
          { name: 'ESEAL01', size: 3000 },
          { name: 'empty', size: 0 },
        ]),
      );
      expect(await stranger.readFile('ESEAL01')).toEqual(seal);
      expect(await codeOf(stranger.writeFile('ESEAL01', seal))).toBe('login-needed');
      expect(await codeOf(stranger.removeFile('ESEAL01'))).toBe('login-needed');
      await key.removeFile('ESEAL01');
      expect(await codeOf(stranger.readFile('ESEAL01'))).toBe('file-not-found');
    });

    it('unblocks by challenge and response, each challenge once, or says that it cannot', async () => {
      const { trial, key } = await plugIn();
      const { answer } = trial;
      if (!(await key.info()).can.unblockByChallenge || !answer) {
        expect(await codeOf(key.unblockChallenge())).toBe('not-supported');
        expect(await codeOf(key.unblockByResponse(new Uint8Array(16), NEW_PIN))).toBe('not-supported');
        return;
      }
      const challenge = await key.unblockChallenge();
      expect(challenge).toHaveLength(8);
      expect(await codeOf(key.unblockByResponse(new Uint8Array(16), NEW_PIN))).toBe('admin-pin-incorrect');
      await key.unblockByResponse(answer(challenge, NEW_PIN), NEW_PIN);
      await key.verifyPin(NEW_PIN);
      expect(await key.unblockChallenge()).not.toEqual(challenge);
      expect(await codeOf(key.unblockByResponse(answer(challenge, trial.pin), trial.pin))).toBe(
        'admin-pin-incorrect',
      );
      await key.unblockByResponse(answer(await key.unblockChallenge(), trial.pin), trial.pin);
      await key.verifyPin(trial.pin);
    });

    having('initialising')?.('is as new after it was initialised, which takes the admin PIN', async () => {
      const { trial, key, algorithm } = await loggedIn();
      await key.createContainer('one');
      const publicKey = await key.generateKeyPair('one', algorithm);
      const fresh = { label: 'fresh', pin: 'freshpin', adminPin: 'freshadm' };
      expect(await codeOf(key.initialise(fresh))).toBe('admin-pin-incorrect');
      expect(await codeOf(key.initialise({ ...fresh, presentAdminPin: WRONG_PIN }))).toBe(
        'admin-pin-incorrect',
      );
      expect(verifyByKey(publicKey, message, await key.sign('one', message))).toBe(true);

      await key.initialise({ ...fresh, presentAdminPin: trial.adminPin });
      expect(await key.containers()).toEqual([]);
      expect((await key.info()).label).toBe('fresh');
      expect(await codeOf(key.createContainer('one'))).toBe('login-needed');
      expect(await codeOf(key.verifyPin(trial.pin))).toBe('pin-incorrect');
      await key.verifyPin(fresh.pin);
      await key.unlock(fresh.adminPin, NEW_PIN);
      await key.verifyPin(NEW_PIN);
    });

    it('says that it was pulled, and is another handle and another login when it is back', async (context) => {
      const { trial, key } = await loggedIn();
      if (!trial.pull || !trial.putBack) return context.skip('needs a hand');
      await key.createContainer('one');
      await trial.pull();
      expect(await codeOf(key.containers())).toBe('key-removed');
      expect(await codeOf(key.createContainer('two'))).toBe('key-removed');
      expect(await codeOf(trial.driver.open(trial.ref))).toBe('key-removed');
      expect((await trial.driver.list()).map(({ ref }) => ref)).not.toContain(trial.ref);
      await trial.putBack();
      expect(await codeOf(key.containers())).toBe('key-removed');
      const again = await openAgain(trial);
      expect((await again.containers()).map(({ name }) => name)).toEqual(['one']);
      expect(await codeOf(again.createContainer('two'))).toBe('login-needed');
    });

    it('announces keys that come and go', async (context) => {
      const { trial } = await plugIn();
      if (!trial.pull || !trial.putBack) return context.skip('needs a hand');
      const events: string[] = [];
      const waiting: (() => void)[] = [];
      const stop = trial.driver.watch(({ kind, ref }) => {
        events.push(`${kind} ${ref}`);
        waiting.shift()?.();
      });
      cleanups.push(async () => stop());
      const next = () => new Promise<void>((resolve) => waiting.push(resolve));
      const pulled = next();
      await trial.pull();
      await pulled;
      const back = next();
      await trial.putBack();
      await back;
      expect(events).toEqual([`removed ${trial.ref}`, `inserted ${trial.ref}`]);
    });

    it('shows a second handle what the first one did', async () => {
      const { trial, key, algorithm } = await loggedIn();
      const second = await openAgain(trial);
      await key.createContainer('one');
      const publicKey = await key.generateKeyPair('one', algorithm);
      expect(await second.containers()).toEqual([{ name: 'one', signing: { algorithm, publicKey } }]);
      await second.verifyPin(trial.pin);
      expect(verifyByKey(publicKey, message, await second.sign('one', message))).toBe(true);
    });

    it('tells nobody a PIN, in whatever error', async () => {
      const { trial, key } = await plugIn();
      const secrets = [trial.pin, trial.adminPin, WRONG_PIN, 'short', NEW_PIN];
      const errors = [
        key.verifyPin(WRONG_PIN),
        key.verifyPin('short'),
        key.changePin(WRONG_PIN, NEW_PIN),
        key.unlock(WRONG_PIN, NEW_PIN),
        key.changeAdminPin(trial.adminPin, 'short'),
        key.initialise({ label: '', pin: NEW_PIN, adminPin: NEW_PIN, presentAdminPin: WRONG_PIN }),
      ];
      for (const result of await Promise.allSettled(errors)) {
        expect(result.status).toBe('rejected');
        const shown = inspect(result, { depth: 10, showHidden: true });
        for (const secret of secrets) expect(shown).not.toContain(secret);
      }
    });
  });
}
