import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_COST, open, readSafe, SafeError, SafeKey, seal, writeSafe } from './index.ts';

const cheap = { logN: 4, r: 8, p: 1 };
const PASSPHRASE = 'open sesame';
const content = new TextEncoder().encode('a private key');

async function errorOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    if (error instanceof SafeError) return error.code;
    throw error;
  }
}

function textOf(sealed: Uint8Array): string {
  return Buffer.from(sealed).toString('utf8');
}

/** What a forger makes: the safe with one text replaced and the plain digest made right again. */
function forge(
  sealed: Uint8Array,
  from: string | RegExp,
  to: string | ((old: string) => string),
): Uint8Array {
  const { sha256: _, ...fields } = JSON.parse(
    textOf(sealed).replace(from, (old) => (typeof to === 'string' ? to : to(old))),
  ) as Record<string, unknown>;
  const sha256 = createHash('sha256').update(JSON.stringify(fields)).digest('hex');
  return Buffer.from(`${JSON.stringify({ ...fields, sha256 }, null, 1)}\n`);
}

/** Base64 with its first byte flipped. */
function changed(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return bytes.toString('base64');
}

describe('a safe', () => {
  it('gives back any content to its passphrase', async () => {
    const passphrases = fc.string({ unit: 'grapheme', minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), passphrases, async (data, passphrase) => {
        expect(await open(await seal(data, passphrase, cheap), passphrase)).toEqual(data);
      }),
      { numRuns: 50 },
    );
  });

  it('opens to no other passphrase', async () => {
    const sealed = await seal(content, PASSPHRASE, cheap);
    for (const wrong of ['open sesamE', 'open sesame ', '']) {
      expect(await errorOf(open(sealed, wrong))).toBe('wrong-passphrase');
    }
  });

  it('opens to the same characters typed on another system', async () => {
    const [composed, decomposed] = ['Zürich', 'Zu\u0308rich'];
    expect(await open(await seal(content, composed, cheap), decomposed)).toEqual(content);
  });

  it('is found damaged, not taken for a wrong passphrase, when any byte is flipped or missing', async () => {
    const sealed = await seal(content, PASSPHRASE, cheap);
    for (let at = 0; at < sealed.length; at++) {
      const flipped = new Uint8Array(sealed);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      const code = await errorOf(open(flipped, PASSPHRASE));
      expect(code, `byte ${at}`).toBe(
        /"version": [^1]/.test(textOf(flipped)) ? 'unsupported-version' : 'damaged',
      );
      expect(await errorOf(open(sealed.subarray(0, at), PASSPHRASE)), `cut at ${at}`).toBe('damaged');
    }
    expect(await errorOf(open(Buffer.concat([sealed, Buffer.from('\n')]), PASSPHRASE))).toBe('damaged');
  });

  it('does not open when a forger changed it and made the plain digest right again', async () => {
    const sealed = await seal(content, PASSPHRASE, cheap);
    for (const field of ['salt', 'nonce', 'content']) {
      const forged = forge(sealed, new RegExp(`(?<="${field}": ")[^"]+`), changed);
      expect(await errorOf(open(forged, PASSPHRASE)), field).toBe('wrong-passphrase');
    }
    expect(await errorOf(open(forge(sealed, '"p": 1', '"p": 2'), PASSPHRASE))).toBe('wrong-passphrase');
  });

  it('authenticates its header', async () => {
    const key = await SafeKey.derive(PASSPHRASE, cheap);
    const [one, two] = [key.seal(content), key.seal(content)];
    // The key is at hand, so that nothing but the additional data of GCM stands against another salt.
    const saltOf = (sealed: Uint8Array) => /"salt": "([^"]+)"/.exec(textOf(sealed))?.[1] ?? '';
    expect(saltOf(one)).toBe(saltOf(two));
    const forged = forge(one, saltOf(one), Buffer.alloc(16).toString('base64'));
    await expect(async () => key.open(forged)).rejects.toMatchObject({ code: 'wrong-passphrase' });
  });

  it('asks its reader for a bounded effort', async () => {
    const sealed = await seal(content, PASSPHRASE, cheap);
    const hostile = [
      '"logN": 40',
      '"logN": 21',
      '"logN": 0',
      '"logN": -1',
      '"logN": 4.5',
      '"logN": "4"',
      '"logN": null',
    ];
    for (const logN of hostile) {
      expect(await errorOf(open(forge(sealed, '"logN": 4', logN), PASSPHRASE)), logN).toBe('damaged');
    }
    for (const [from, to] of [
      ['"r": 8', '"r": 1000000'],
      ['"p": 1', '"p": 1000000'],
      ['"p": 1', '"p": 0'],
    ] as const) {
      expect(await errorOf(open(forge(sealed, from, to), PASSPHRASE)), to).toBe('damaged');
    }
  });

  it('of a later version says so', async () => {
    const later = forge(await seal(content, PASSPHRASE, cheap), '"version": 1', '"version": 2');
    expect(await errorOf(open(later, PASSPHRASE))).toBe('unsupported-version');
  });

  it.each([
    '',
    '{}',
    '[]',
    'null',
    '1',
    '"certdesk-safe"',
    '{"format":"certdesk-safe","version":1}',
    '\u0000',
  ])('is not %j', async (text) => {
    expect(await errorOf(open(Buffer.from(text), PASSPHRASE))).toBe('damaged');
  });

  it('cannot be made with an empty passphrase or an impossible cost', async () => {
    expect(await errorOf(seal(content, '', cheap))).toBe('invalid-argument');
    expect(await errorOf(seal(content, PASSPHRASE, { ...cheap, logN: 30 }))).toBe('invalid-argument');
    expect(await errorOf(seal(content, PASSPHRASE, { ...cheap, r: 0 }))).toBe('invalid-argument');
  });

  it('costs what the default says', async () => {
    const sealed = await seal(content, PASSPHRASE);
    expect(JSON.parse(textOf(sealed))).toMatchObject({ kdf: { name: 'scrypt', ...DEFAULT_COST } });
    expect(await open(sealed, PASSPHRASE)).toEqual(content);
  });

  it('shows neither content nor passphrase', async () => {
    const sealed = textOf(await seal(content, PASSPHRASE, cheap));
    for (const secret of [PASSPHRASE, 'a private key']) {
      for (const encoding of ['utf8', 'hex', 'base64'] as const) {
        expect(sealed).not.toContain(Buffer.from(secret).toString(encoding).replace(/=+$/, ''));
      }
    }
  });
});

describe('a key derived once', () => {
  it('seals what its passphrase opens, each time under another nonce', async () => {
    const key = await SafeKey.derive(PASSPHRASE, cheap);
    const sealed = Array.from({ length: 50 }, () => key.seal(content));
    const nonces = sealed.map((bytes) => /"nonce": "([^"]+)"/.exec(textOf(bytes))?.[1]);
    expect(new Set(nonces).size).toBe(50);
    for (const bytes of sealed) {
      expect(key.open(bytes)).toEqual(content);
    }
    expect(await open(key.seal(content), PASSPHRASE)).toEqual(content);
  });

  it('goes on where an opened safe left off', async () => {
    const { key, content: read } = await SafeKey.unlock(await seal(content, PASSPHRASE, cheap), PASSPHRASE);
    expect(read).toEqual(content);
    expect(await open(key.seal(Uint8Array.of(1)), PASSPHRASE)).toEqual(Uint8Array.of(1));
    expect(await errorOf(SafeKey.unlock(key.seal(content), 'other'))).toBe('wrong-passphrase');
  });

  it('does not open the safe of another key, though the passphrase is the same', async () => {
    const [one, two] = [await SafeKey.derive(PASSPHRASE, cheap), await SafeKey.derive(PASSPHRASE, cheap)];
    expect(() => one.open(two.seal(content))).toThrow(SafeError);
  });

  it('does not show itself in logs', async () => {
    const key = await SafeKey.derive(PASSPHRASE, cheap);
    expect(inspect(key, { showHidden: true, depth: 5 }) + JSON.stringify(key)).toBe('SafeKey {}{}');
  });
});

describe('a safe in a file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'certdesk-safe-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is written for its owner only, read back, and replaced', async () => {
    const path = join(folder, 'ca.safe');
    await writeSafe(path, content, PASSPHRASE, cheap);
    expect(await readSafe(path, PASSPHRASE)).toEqual(content);
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeSafe(path, Uint8Array.of(2), 'another passphrase', cheap);
    expect(await readSafe(path, 'another passphrase')).toEqual(Uint8Array.of(2));
    expect(await errorOf(readSafe(path, PASSPHRASE))).toBe('wrong-passphrase');
  });

  it('tells a missing file by the system’s error', async () => {
    await expect(readSafe(join(folder, 'missing'), PASSPHRASE)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('keeps the old content when the new one cannot be sealed', async () => {
    const path = join(folder, 'kept.safe');
    await writeSafe(path, content, PASSPHRASE, cheap);
    expect(await errorOf(writeSafe(path, Uint8Array.of(2), '', cheap))).toBe('invalid-argument');
    expect(await readSafe(path, PASSPHRASE)).toEqual(content);
  });
});
