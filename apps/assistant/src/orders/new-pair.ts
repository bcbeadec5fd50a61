import type { RenewalOrder } from '@certdesk/contract';
import { type Key, KeyError } from '@certdesk/token';
import { AssistantError, isKeyRemoved } from '../errors.ts';
import { removeLeftovers } from './tidy.ts';

/**
 * The key pair of this case: found in its container, or generated there. Says that there is no room, or no such
 * algorithm, before anything that matters is changed.
 * @returns SubjectPublicKeyInfo, DER
 * @throws AssistantError `key-no-room`, `key-algorithm`
 */
export async function newKeyPair(key: Key, order: RenewalOrder): Promise<Uint8Array> {
  const { container: name, algorithm } = order;
  const present = async () => (await key.containers()).find((container) => container.name === name);
  const found = await present();
  if (found?.signing) return found.signing.publicKey;

  if (!(await key.info()).algorithms.includes(algorithm)) throw new AssistantError('key-algorithm');
  if (!found) await makeContainer(key, order);
  try {
    return await key.generateKeyPair(name, algorithm);
  } catch (error) {
    if (isKeyRemoved(error)) throw error;
    // Another assistant on the same key was faster: the case has one new pair, whoever made it.
    const made = await present();
    if (made?.signing) return made.signing.publicKey;
    // A container that this order made and cannot use does not stay; what a stop leaves is used by the next run.
    await key.removeContainer(name).catch(() => undefined);
    throw asNoRoom(error);
  }
}

async function makeContainer(key: Key, order: RenewalOrder): Promise<void> {
  if (await isFull(key)) {
    // What an ended case left may be just what is in the way.
    await removeLeftovers(key, order.leftovers, {
      keys: [order.key, order.newKey ?? ''],
      container: order.container,
    });
    if (await isFull(key)) throw new AssistantError('key-no-room');
  }
  try {
    await key.createContainer(order.container);
  } catch (error) {
    const madeByAnother = error instanceof KeyError && error.code === 'container-exists';
    if (!madeByAnother) throw asNoRoom(error);
  }
}

async function isFull(key: Key): Promise<boolean> {
  const { room } = await key.info();
  return room !== 'unknown' && room.containers === 0;
}

function asNoRoom(error: unknown): unknown {
  return error instanceof KeyError && error.code === 'no-room'
    ? new AssistantError('key-no-room', {}, error)
    : error;
}
