import { execFileSync } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publicKeyDigest } from '@certdesk/pki';
import { afterEach, describe, expect, it } from 'vitest';
import { makeTwin } from '../certificates.test-support.ts';
import { codeOf } from '../conformance.test-support.ts';
import { findKeyPair, type Key, type KeyDriver, type KeyEvent } from '../index.ts';
import type { SkfProfile } from './index.ts';
import { ADMIN_PIN, makeSlots, notHere, PIN, type PluggedIn, type Slots } from './software.test-support.ts';
import { allAbis } from './structures.ts';
import { tour } from './tour.test-support.ts';

/** Resolves when there is a file of that name. */
function fileIn(folder: string, name: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder);
    const look = () => {
      if (!existsSync(join(folder, name))) return;
      watcher.close();
      resolve();
    };
    watcher.on('change', look);
    look();
  });
}

describe.skipIf(notHere)('the SKF driver', () => {
  let slots: Slots;
  let slot: PluggedIn;
  const opened: Key[] = [];

  afterEach(async () => {
    for (const key of opened.splice(0)) await key.close();
    await slots.dispose();
  });

  async function plugIn(profile: Partial<SkfProfile> = {}, ...abi: Parameters<typeof makeSlots>[1][]) {
    slots = makeSlots(profile, ...abi);
    slot = await slots.plugIn();
    return open();
  }

  async function open(driver: KeyDriver = slots.driver): Promise<Key> {
    const key = await driver.open(slot.ref);
    opened.push(key);
    return key;
  }

  async function loggedIn(driver?: KeyDriver): Promise<Key> {
    const key = await open(driver);
    await key.verifyPin(PIN);
    return key;
  }

  it.each(allAbis)(
    'finds out how structures are laid out: $packing, ULONG of $ulongBits bits',
    async (abi) => {
      await tour(await plugIn({}, abi));
      // Told, it is not looked for; told wrongly, it is not believed.
      const said = slots.another({ ...abi });
      expect((await said.list())[0]?.serial).toBe(`S-${slot.ref}`);
      const ulongBits = abi.ulongBits === 32 ? 64 : 32;
      const why = { code: 'key-failed', message: expect.stringContaining('profile software') };
      const misled = slots.another({ ulongBits });
      await expect(misled.open(slot.ref)).rejects.toMatchObject(why);
      // Where no key can be read, the list says why, too.
      await expect(misled.list()).rejects.toMatchObject(why);
    },
  );

  it('makes signatures that openssl verifies, and opens what openssl encrypts', async () => {
    await plugIn({ decryption: 'SKF_ECCDecrypt' });
    const key = await loggedIn();
    await key.createContainer('one');
    const at = (name: string) => join(slots.folder, name);
    await writeFile(at('public.der'), await key.generateKeyPair('one', 'sm2'));
    await writeFile(at('message'), 'what is signed');
    await writeFile(at('signature'), await key.sign('one', Buffer.from('what is signed')));
    const publicKey = ['-pubin', '-inkey', at('public.der'), '-keyform', 'DER'];
    const how = ['-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];
    const files = ['-in', at('message'), '-sigfile', at('signature')];
    const said = execFileSync('openssl', ['pkeyutl', '-verify', ...publicKey, ...how, ...files]);
    expect(said.toString()).toContain('Verified Successfully');

    const twin = await makeTwin((await key.containers())[0]?.signing?.publicKey ?? new Uint8Array());
    await key.importEncryptionKey('one', twin);
    await writeFile(at('public.der'), (await key.containers())[0]?.encryption?.publicKey ?? '');
    await writeFile(at('session-key'), new Uint8Array(16).fill(9));
    const sealed = execFileSync('openssl', ['pkeyutl', '-encrypt', ...publicKey, '-in', at('session-key')]);
    expect(await key.decrypt('one', sealed)).toEqual(new Uint8Array(16).fill(9));
  });

  it.each(['right', 'left'] as const)(
    'takes a twin key in the %s half of its envelope, D alone or not',
    async (envelope) => {
      await plugIn({ envelope });
      await slots.misbehave(`library envelope-left ${Number(envelope === 'left')}`);
      const key = await loggedIn();
      await key.createContainer('one');
      const signing = await key.generateKeyPair('one', 'sm2');
      for (const form of ['padded', 'plain'] as const) {
        const twin = await makeTwin(signing, { form });
        await key.importEncryptionKey('one', twin);
        const found = await findKeyPair(key, publicKeyDigest(twin.key.publicKey.toSpki()));
        expect(found?.use).toBe('encryption');
      }
      const other = slots.another({ envelope: envelope === 'left' ? 'right' : 'left' });
      const elsewhere = await loggedIn(other);
      // The half that is no ciphertext of D gives a key of another public key, or none.
      const twin = await makeTwin(signing, { form: 'plain' });
      expect(await codeOf(elsewhere.importEncryptionKey('one', twin))).toBe('envelope-invalid');
    },
  );

  it('has two programs at one key lose nothing, and give the last room to one of them', async () => {
    await plugIn();
    const programs = [await loggedIn(), await loggedIn(slots.another())];
    await Promise.all(
      programs.map(async (key, one) => {
        for (let file = 0; file < 4; file += 1) await key.writeFile(`${one}-${file}`, Uint8Array.of(file));
      }),
    );
    expect(await programs[0]?.listFiles()).toHaveLength(8);
    await programs[0]?.createContainer('old');
    const codes = await Promise.all(programs.map((key, one) => codeOf(key.createContainer(`new-${one}`))));
    expect(codes.sort()).toEqual(['no-room', 'none']);
    const [first, second] = await Promise.all(programs.map((key) => key.containers()));
    expect(first).toEqual(second);
    expect((await programs[1]?.info())?.room).toEqual({ containers: 0 });
  });

  it('tells room as unknown where the profile does not know it, and finds it out by making a container', async () => {
    await plugIn({ containers: { max: null, register: 'CERTDESK' } });
    const key = await loggedIn();
    expect((await key.info()).room).toBe('unknown');
    for (const name of ['one', 'two']) await key.createContainer(name);
    expect(await codeOf(key.createContainer('three'))).toBe('no-room');
  });

  it('uses the names that applications look for in turn, and keeps on the key what they stand for', async () => {
    const containers = { max: 2, names: ['SignA', 'SignB'], register: 'NAMES' };
    await plugIn({ containers });
    const key = await loggedIn();
    await key.createContainer('case-1');
    const publicKey = await key.generateKeyPair('case-1', 'sm2');
    await key.createContainer('case-2');
    expect(await codeOf(key.createContainer('case-3'))).toBe('no-room');
    await key.sign('case-1', publicKey);
    const shown = async (one: Key) => (await one.containers()).map(({ name }) => name);
    const elsewhere = await loggedIn(slots.another());
    const plain = await open(slots.another({ containers: { max: 2, register: 'NAMES' } }));
    for (const one of [key, elsewhere]) expect(await shown(one)).toEqual(['case-1', 'case-2']);
    expect(await shown(plain)).toEqual(['SignA', 'SignB']);
    expect(await elsewhere.listFiles()).toEqual([]);

    await elsewhere.removeContainer('case-1');
    expect((await elsewhere.info()).room).toEqual({ containers: 1 });
    await elsewhere.createContainer('case-3');
    expect(await shown(plain)).toEqual(['SignA', 'SignB']);
    expect((await shown(key)).sort()).toEqual(['case-2', 'case-3']);
  });

  it("never spends the admin PIN's last tries", async () => {
    const key = await plugIn();
    for (const left of [5, 4, 3, 2]) {
      const error = await key.unlock('wrong-admin-pin', 'another-pin').catch((reason) => reason);
      expect(error).toMatchObject({ code: 'admin-pin-incorrect', tries: left });
    }
    for (const spend of [
      () => key.unlock('wrong-admin-pin', 'another-pin'),
      () => key.changeAdminPin(ADMIN_PIN, 'another-admin-pin'.slice(0, 16)),
      () => key.initialise({ label: '', pin: PIN, adminPin: ADMIN_PIN, presentAdminPin: ADMIN_PIN }),
    ]) {
      expect(await spend().catch((reason) => reason)).toMatchObject({
        code: 'admin-pin-last-tries',
        tries: 2,
      });
    }
    expect((await key.info()).adminPin).toMatchObject({ tries: 2, flag: 'low' });
    const bold = await open(slots.another({ adminTriesKept: 0 }));
    await bold.unlock(ADMIN_PIN, 'another-pin');
    expect((await key.info()).adminPin.flag).toBe('ok');
  });

  it('initialises only with the right device key, and changes nothing before it is authenticated', async () => {
    const key = await plugIn();
    await key.verifyPin(PIN);
    await key.createContainer('one');
    const fresh = { label: 'new', pin: PIN, adminPin: ADMIN_PIN, presentAdminPin: ADMIN_PIN };
    const none = await open(slots.another({ deviceKey: null }));
    expect(await codeOf(none.initialise(fresh))).toBe('not-supported');
    const wrong = await open(slots.another({ deviceKey: { factory: '00'.repeat(16) } }));
    expect(await codeOf(wrong.initialise(fresh))).toBe('key-failed');
    const file = join(slots.folder, 'device-key');
    const fromFile = await open(slots.another({ deviceKey: { file } }));
    await writeFile(file, 'no digits');
    expect(await codeOf(fromFile.initialise(fresh))).toBe('not-supported');
    expect(await key.containers()).toHaveLength(1);
    await writeFile(file, `${Buffer.from('1234567812345678').toString('hex')}\n`);
    await fromFile.initialise(fresh);
    expect(await key.containers()).toEqual([]);
    expect((await key.info()).label).toBe('new');
  });

  it('lets nobody in on the PIN that another entered, though the library would', async () => {
    const key = await plugIn();
    await key.verifyPin(PIN);
    const other = await open();
    expect(await codeOf(other.createContainer('one'))).toBe('login-needed');
    await other.verifyPin(PIN);
    // Who leaves takes the other's rights along no more than his own.
    await other.close();
    await key.createContainer('one');
    await key.logout();
    expect(await codeOf(key.removeContainer('one'))).toBe('login-needed');
  });

  const ways: [string, Partial<SkfProfile>, string[]][] = [
    ['by looking', { events: 'poll' }, []],
    ['by looking where waiting hangs', { events: 'wait' }, ['SKF_WaitForDevEvent hang']],
    ['by looking where waiting crashes', { events: 'wait' }, ['SKF_WaitForDevEvent crash']],
    [
      'by looking where waiting is not supported',
      { events: 'wait' },
      ['SKF_WaitForDevEvent code 0x0a000003'],
    ],
  ];
  it.each(ways)('tells of keys that come and go %s', async (_, profile, switches) => {
    await plugIn(profile);
    await slots.misbehave(...switches);
    await comesAndGoes(async () => {});
  });

  it('tells of keys that come and go by waiting for them', async () => {
    await plugIn({ events: 'wait', pollMs: 600_000 });
    await comesAndGoes(() => fileIn(slots.folder, 'waiting'));
  });

  async function comesAndGoes(ready: () => Promise<void>): Promise<void> {
    const driver = slots.another();
    expect(await driver.list()).toHaveLength(1);
    const events: KeyEvent[] = [];
    let wake = () => {};
    const stop = driver.watch((event) => {
      events.push(event);
      wake();
    });
    await ready();
    const next = () => new Promise<void>((resolve) => (wake = resolve));
    for (let round = 1; round <= 2; round += 1) {
      const pulled = next();
      await slot.pull();
      await pulled;
      const back = next();
      await slot.putBack();
      await back;
    }
    const [gone, come] = [
      { kind: 'removed', ref: slot.ref },
      { kind: 'inserted', ref: slot.ref },
    ];
    expect(events).toEqual([gone, come, gone, come]);
    stop();
  }
});
