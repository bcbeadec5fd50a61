import { describe, expect, it } from 'vitest';
import { open, type SafeError, SafeKey, seal } from './index.ts';

const cheap = { logN: 4, r: 8, p: 1 };
const content = new TextEncoder().encode('a private key');

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'opened',
    (error: SafeError) => error.code,
  );
}

describe('a safe', () => {
  it('opens with its passphrase, and with no other', async () => {
    const sealed = await seal(content, 'open sesame', cheap);
    expect(await open(sealed, 'open sesame')).toEqual(content);
    expect(await codeOf(open(sealed, 'open barley'))).toBe('wrong-passphrase');
    expect(await codeOf(open(sealed, ''))).toBe('wrong-passphrase');
  });

  it('is found damaged when any byte is flipped or missing', async () => {
    const sealed = await seal(content, 'open sesame', cheap);
    for (let i = 0; i < sealed.length; i++) {
      const flipped = new Uint8Array(sealed);
      flipped[i] = (flipped[i] ?? 0) ^ 1;
      expect(await codeOf(open(flipped, 'open sesame')), `byte ${i}`).toMatch(
        /^(damaged|unsupported-version)$/,
      );
      expect(await codeOf(open(sealed.subarray(0, i), 'open sesame'))).toBe('damaged');
    }
  });

  it('is sealed again without another derivation', async () => {
    const key = await SafeKey.derive('open sesame', cheap);
    const { key: again, content: read } = await SafeKey.unlock(key.seal(content), 'open sesame');
    expect(read).toEqual(content);
    expect(await open(again.seal(Uint8Array.of(1)), 'open sesame')).toEqual(Uint8Array.of(1));
  });
});
