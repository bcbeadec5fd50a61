import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { generateSoftwareKey } from '@certdesk/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../conformance.test-support.ts';
import { createVirtualKey, type Key } from '../index.ts';
import { ADMIN_PIN, CHEAP, PIN, type PluggedIn, plugIn } from './fixture.test-support.ts';
import { KeyFile } from './key-file.ts';

const message = Uint8Array.of(1, 2, 3);
let slot: PluggedIn;
let key: Key;

beforeEach(async () => {
  slot = await plugIn();
  key = await slot.driver.open(slot.ref);
  await key.verifyPin(PIN);
  await key.createContainer('one');
  await key.generateKeyPair('one', 'p256');
  await key.writeFile('seal', message);
});
afterEach(() => slot.dispose());

/** Changes the file as somebody would who knows its form but no PIN, digest made right again. */
async function forge(path: string, change: (state: ForgedState) => void): Promise<void> {
  const { sha256: _, ...fields } = JSON.parse(await readFile(path, 'utf8'));
  change(fields.state);
  const sha256 = createHash('sha256').update(JSON.stringify(fields)).digest('hex');
  await writeFile(path, `${JSON.stringify({ ...fields, sha256 })}\n`);
}

interface ForgedState {
  contents: {
    serial: string;
    maxTries: number;
    containers: { name: string; signing: { publicKey: string; privateKey: string } }[];
    files: { name: string; content: string }[];
  };
  pin: { sealed: string };
}

describe('the file of a virtual key', () => {
  it('is for its owner only', () => {
    if (process.platform !== 'win32') expect(statSync(slot.path).mode & 0o777).toBe(0o600);
  });

  it('is refused when any byte of it is changed, missing or added', async () => {
    const good = await readFile(slot.path);
    for (let at = 0; at < good.length; at += 7) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 1;
      await writeFile(slot.path, bad);
      expect(await codeOf(slot.driver.open(slot.ref)), `byte ${at}`).toBe('key-failed');
      expect(await codeOf(key.verifyPin(PIN))).toMatch(/^key-(failed|removed)$/);
    }
    for (const bad of [
      good.subarray(0, -1),
      good.subarray(0, 50),
      Buffer.concat([good, good]),
      Buffer.of(),
    ]) {
      await writeFile(slot.path, bad);
      expect(await codeOf(slot.driver.open(slot.ref))).toBe('key-failed');
    }
    await writeFile(slot.path, good);
    await (await slot.driver.open(slot.ref)).verifyPin(PIN);
  });

  it('does not hide the other keys when it is damaged', async () => {
    await createVirtualKey({
      folder: slot.folder,
      name: 'b',
      serial: '',
      label: 'B',
      pin: PIN,
      adminPin: ADMIN_PIN,
      kdfCost: CHEAP,
    });
    await writeFile(slot.path, 'damaged');
    expect((await slot.driver.list()).map(({ ref }) => ref)).toEqual(['b']);
  });

  it.each<[string, (state: ForgedState) => void]>([
    [
      'a serial number',
      ({ contents }) => {
        contents.serial = 'V-0002';
      },
    ],
    [
      'more tries',
      ({ contents }) => {
        contents.maxTries = 1000;
      },
    ],
    [
      'a seal',
      ({ contents }) => {
        contents.files = [{ name: 'seal', content: 'AAAA' }];
      },
    ],
    [
      'a public key',
      ({ contents }) => {
        const other = Buffer.from(generateSoftwareKey('p256').publicKey).toString('base64');
        for (const container of contents.containers) container.signing.publicKey = other;
      },
    ],
    [
      'a container removed',
      ({ contents }) => {
        contents.containers = [];
      },
    ],
  ])('is refused at the PIN, and by who is logged in, with %s forged', async (_, change) => {
    const revision = await readFile(slot.path, 'utf8');
    await forge(slot.path, change);
    expect(await readFile(slot.path, 'utf8')).not.toBe(revision);
    const forged = await slot.driver.open(slot.ref);
    expect(await codeOf(forged.verifyPin(PIN))).toBe('key-failed');
    expect(await codeOf(forged.unlock(ADMIN_PIN, PIN))).toBe('key-failed');
    expect(await codeOf(forged.sign('one', message))).toBe('login-needed');
  });

  it('gives nothing to a forger who puts in a PIN of another key', async () => {
    const own = await plugIn({ pin: 'forgers-pin' });
    const { state } = JSON.parse(await readFile(own.path, 'utf8'));
    await own.dispose();
    await forge(slot.path, (forged) => {
      forged.pin = state.pin;
    });
    const forged = await slot.driver.open(slot.ref);
    expect(await codeOf(forged.verifyPin('forgers-pin'))).toBe('key-failed');
    expect(await codeOf(forged.sign('one', message))).toBe('login-needed');
  });

  it('holds neither PINs nor private keys in the clear', async () => {
    const text = await readFile(slot.path, 'utf8');
    for (const secret of [PIN, ADMIN_PIN]) {
      for (const encoding of ['utf8', 'hex', 'base64'] as const) {
        expect(text).not.toContain(Buffer.from(secret).toString(encoding).replace(/=+$/, ''));
      }
    }
    // PKCS#8 of a P-256 key begins so, whatever the key.
    const start = generateSoftwareKey('p256').privateKey.subarray(0, 24);
    const { privateKey } = JSON.parse(text).state.contents.containers[0].signing;
    expect(Buffer.from(privateKey, 'base64').includes(Buffer.from(start))).toBe(false);
  });

  it('does not come into being again when the key is pulled in the middle of a write', async () => {
    const file = new KeyFile(slot.folder, slot.ref, 0);
    const writing = file.exclusively(async (state, write) => {
      await slot.pull();
      await write(state);
    });
    expect(await codeOf(writing)).toBe('key-removed');
    expect(readdirSync(slot.folder)).toEqual([]);
    await slot.putBack();
    expect(await codeOf(file.read())).toBe('key-removed');
  });

  it('put back between two operations was pulled all the same', async () => {
    await slot.pull();
    await slot.putBack();
    expect(await codeOf(key.sign('one', message))).toBe('key-removed');
    expect(await codeOf(key.containers())).toBe('key-removed');
  });

  it('copied back from a backup is another handle, and no login', async () => {
    await copyFile(slot.path, `${slot.path}.backup`);
    await rm(slot.path);
    await rename(`${slot.path}.backup`, slot.path);
    expect(await codeOf(key.sign('one', message))).toBe('key-removed');
    const again = await slot.driver.open(slot.ref);
    expect(await codeOf(again.sign('one', message))).toBe('login-needed');
  });

  it('is named by no path', async () => {
    for (const ref of ['../key', '/etc/passwd', '.', '..', '', 'a/b', 'key.key/..', 'a\0b']) {
      expect(await codeOf(slot.driver.open(ref)), ref).toBe('key-removed');
    }
  });
});

describe('a login', () => {
  it('ends at the first wrong PIN, and when the PIN is set elsewhere', async () => {
    expect(await codeOf(key.verifyPin('wrong-pin'))).toBe('pin-incorrect');
    expect(await codeOf(key.sign('one', message))).toBe('login-needed');
    await key.verifyPin(PIN);
    const other = await slot.driver.open(slot.ref);
    await other.changePin(PIN, 'other-pin');
    expect(await codeOf(key.sign('one', message))).toBe('login-needed');
  });

  it('outlives a change of PIN by itself, and nothing else begins one', async () => {
    await key.changePin(PIN, 'other-pin');
    expect(await codeOf(key.sign('one', message))).toBe('none');
    const other = await slot.driver.open(slot.ref);
    await other.changePin('other-pin', PIN);
    await other.unlock(ADMIN_PIN, PIN);
    expect(await codeOf(other.sign('one', message))).toBe('login-needed');
  });

  it('ends with close', async () => {
    await key.close();
    expect(await codeOf(key.sign('one', message))).toBe('key-failed');
  });
});

describe('making a virtual key', () => {
  it('never replaces one, and takes nothing out of range', async () => {
    const options = {
      folder: slot.folder,
      name: 'new',
      serial: '',
      label: '',
      pin: PIN,
      adminPin: ADMIN_PIN,
      kdfCost: CHEAP,
    };
    expect(await codeOf(createVirtualKey({ ...options, name: slot.ref }))).toBe('key-failed');
    expect((await key.containers()).length).toBe(1);
    expect(await codeOf(createVirtualKey({ ...options, pin: '12345' }))).toBe('pin-format');
    for (const wrong of [
      { containers: 0 },
      { maxTries: 0 },
      { maxAdminTries: 256 },
      { name: '../x' },
      { unblockKey: message },
    ]) {
      await expect(createVirtualKey({ ...options, ...wrong })).rejects.toThrow(RangeError);
    }
    await createVirtualKey({ ...options, containers: 1 });
    expect((await (await slot.driver.open('new')).info()).room).toEqual({ containers: 1 });
  });

  it('gives room for files, and no more', async () => {
    const small = await plugIn({ fileSpace: 100 });
    const holder = await small.driver.open(small.ref);
    await holder.verifyPin(PIN);
    await holder.writeFile('a', new Uint8Array(60));
    expect(await codeOf(holder.writeFile('b', new Uint8Array(41)))).toBe('no-room');
    await holder.writeFile('a', new Uint8Array(100));
    await small.dispose();
  });
});
