import { publicKeyDigest, verifyByKey } from '@certdesk/pki';
import { afterEach, describe, expect, it } from 'vitest';
import { certify } from '../certificates.test-support.ts';
import { findKeyPair, type Key, type KeyDriver, KeyError } from '../index.ts';
import { type Interposition, interposed, type KeyCall } from '../interposed.test-support.ts';
import { PIN, type PluggedIn, plugIn } from './fixture.test-support.ts';

const message = new TextEncoder().encode('proof');
let slot: PluggedIn;
afterEach(() => slot.dispose());

/** A key pair replaced the careful way, which asks the key what is there and so can be begun again at any point. */
async function replace(driver: KeyDriver): Promise<void> {
  const key = await driver.open(slot.ref);
  await key.verifyPin(PIN);
  const found = (await key.containers()).find(({ name }) => name === 'new');
  if (!found) await key.createContainer('new');
  const publicKey = found?.signing?.publicKey ?? (await key.generateKeyPair('new', 'p256'));
  await key.writeCertificate('new', 'signing', await certify(publicKey));
  if (!verifyByKey(publicKey, message, await key.sign('new', message))) throw new Error('no proof');
  await key.removeContainer('old');
}

/** Whether some pair on the key has its certificate and signs. */
async function works(key: Key): Promise<boolean> {
  for (const { name, signing } of await key.containers()) {
    if (!signing?.certificate) continue;
    if (verifyByKey(signing.publicKey, message, await key.sign(name, message))) return true;
  }
  return false;
}

async function keyToRenew(): Promise<void> {
  slot = await plugIn({ containers: 2 });
  const key = await slot.driver.open(slot.ref);
  await key.verifyPin(PIN);
  await key.createContainer('old');
  await key.writeCertificate('old', 'signing', await certify(await key.generateKeyPair('old', 'p256')));
}

const kinds: Record<string, (hit: (call: KeyCall) => boolean) => Interposition> = {
  fails: (hit) => ({
    before: (call) => {
      if (hit(call)) throw new KeyError('key-failed');
    },
  }),
  'loses its answer': (hit) => ({
    after: (call) => {
      if (hit(call)) throw new KeyError('key-failed');
    },
  }),
  'finds the key pulled': (hit) => ({ before: (call) => (hit(call) ? slot.pull() : undefined) }),
};

describe('a virtual key on which a pair is replaced, where', () => {
  it.each(Object.entries(kinds))(
    'a call %s: works at every moment, and ends up replaced',
    async (kind, make) => {
      await keyToRenew();
      const seen: number[] = [];
      const counting = interposed(slot.driver, {
        before: ({ number }) => {
          seen.push(number);
        },
      });
      await replace(counting);
      await slot.dispose();
      expect(seen).toHaveLength(7);

      for (const at of seen) {
        await keyToRenew();
        const failing = interposed(
          slot.driver,
          make(({ number }) => number === at),
        );
        await expect(replace(failing), `call ${at}`).rejects.toBeInstanceOf(KeyError);
        if (kind === 'finds the key pulled') await slot.putBack();

        const key = await slot.driver.open(slot.ref);
        await key.verifyPin(PIN);
        expect(await works(key), `after call ${at}`).toBe(true);

        await replace(slot.driver);
        const [container, ...others] = await key.containers();
        expect(others).toEqual([]);
        const found = await findKeyPair(key, publicKeyDigest(container?.signing?.publicKey ?? message));
        expect(found).toMatchObject({ container: 'new', use: 'signing' });
        expect(await works(key)).toBe(true);
        await slot.dispose();
      }
    },
  );
});
