import type { RenewalOrder } from '@certdesk/contract';
import { type Container, type Key, KeyError } from '@certdesk/token';
import { AssistantError, isKeyRemoved } from '../errors.ts';
import { holdsKey } from '../keys/pairs.ts';
import type { PresentKey } from '../keys/ring.ts';
import type { Candidate } from '../local/views.ts';
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

/**
 * Whether there is room for another container, or can be: what an ended case left may be just what is in the way, and
 * former containers that stayed for old documents go, where the authority keeps their keys, one by one.
 */
export async function makesRoom(key: Key, order: RenewalOrder): Promise<boolean> {
  if (await hasRoom(key, order)) return true;
  const needed = { keys: [order.key, order.newKey ?? ''], container: order.container };
  await removeLeftovers(key, order.leftovers, needed);
  for (const former of order.twin?.expendable ?? []) {
    if (await hasRoom(key, order)) return true;
    await removeLeftovers(key, [former], needed);
  }
  return hasRoom(key, order);
}

/** What the key tells before its PIN of whether the pair that is there gets the new certificates. */
export function samePairAhead(
  order: RenewalOrder,
  { info: { room }, containers }: Pick<PresentKey, 'info' | 'containers'>,
): Candidate['samePair'] {
  if (!order.recertify) return undefined;
  if (order.newKey) return order.newKey === order.key ? 'certain' : undefined;
  if (containers.some(({ name }) => name === order.container)) return undefined;
  if (room === 'unknown') return 'unknown';
  if (room.containers > 0) return undefined;
  const may = [...order.leftovers, ...(order.twin?.expendable ?? [])];
  const makesWay = (one: Container) =>
    may.some((left) => ('container' in left ? left.container === one.name : holdsKey(one, left.key)));
  return containers.some(makesWay) ? 'unknown' : 'certain';
}

async function makeContainer(key: Key, order: RenewalOrder): Promise<void> {
  if (!(await makesRoom(key, order))) throw new AssistantError('key-no-room');
  try {
    await key.createContainer(order.container);
  } catch (error) {
    const madeByAnother = error instanceof KeyError && error.code === 'container-exists';
    if (!madeByAnother) throw asNoRoom(error);
  }
}

/** A key that does not tell is asked by making the container. */
async function hasRoom(key: Key, { container }: RenewalOrder): Promise<boolean> {
  const { room } = await key.info();
  if (room !== 'unknown') return room.containers > 0;
  try {
    await key.createContainer(container);
    return true;
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    if (error.code === 'no-room') return false;
    if (error.code === 'container-exists') return true;
    throw error;
  }
}

function asNoRoom(error: unknown): unknown {
  return error instanceof KeyError && error.code === 'no-room'
    ? new AssistantError('key-no-room', {}, error)
    : error;
}
