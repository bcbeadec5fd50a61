/**
 * Writing a renewal to the key. Old until new is proved: the old container leaves only after the server said that the
 * new certificate is proved. Nothing is remembered between runs: what is on the key and what the server says decide
 * where to go on, so every step may be cut off anywhere and the whole is simply run again.
 *
 * Where there is no room for a second pair and the order allows it, the pair that is there gets new certificates.
 */
import type { RenewalOrder, WriteStep } from '@certdesk/contract';
import { publicKeyDigest } from '@certdesk/pki';
import { AssistantError } from '../errors.ts';
import { findPair, holdsKey, type SigningPair } from '../keys/pairs.ts';
import { writeCertificates } from './certificates.ts';
import { makesRoom, newKeyPair } from './new-pair.ts';
import { recertify } from './present-pair.ts';
import {
  checkState,
  isProved,
  issuedFor,
  prove,
  type ReissuedPair,
  type ReissueWork,
  reissued,
} from './reissue.ts';
import { removeLeftovers } from './tidy.ts';

type RenewalWork = ReissueWork<RenewalOrder>;

/**
 * @returns the pair with its new certificates
 * @throws AssistantError, KeyError
 */
export async function carryOutRenewal(work: RenewalWork): Promise<ReissuedPair> {
  checkState(work.state);
  if (!isProved(work.state)) await checkTakesTwin(work);
  const samePair = await isForPresentPair(work);
  const told = { ...work, progress: (step: WriteStep) => work.progress(step, samePair) };
  const fresh = await (samePair ? recertify(told) : newPairProved(told));
  await tidy(told, fresh);
  return fresh;
}

async function newPairProved(work: RenewalWork): Promise<ReissuedPair> {
  const fresh = await writtenPair(work);
  if (!isProved(work.state)) await prove(work, fresh);
  return fresh;
}

async function writtenPair(work: RenewalWork): Promise<ReissuedPair> {
  const { key, order, state } = work;
  const old = await findPair(key, order.key);
  if (isProved(state) || !old) {
    const there = await pairAfterProof(work);
    if (there?.pair.certificate) return reissued(there.container, { signing: there.pair.certificate });
    // The new pair lost its certificate, or was never here: the server can give the certificate again, if the old key asks.
    if (!there || !old)
      throw new AssistantError('order-other-key', { entityName: order.confirmed.entityName });
  }
  work.progress('generate');
  const publicKey = await newKeyPair(key, order);
  if (publicKeyDigest(publicKey) === order.key) throw new AssistantError('request-key-used');
  work.progress('issue');
  const issued = await issuedFor(work, old, { container: order.container, publicKey });
  work.onIssued(publicKeyDigest(publicKey));
  work.progress('write');
  await writeCertificates(key, order.container, issued);
  return reissued(order.container, issued);
}

/** Said before anything is changed: no certificate is of use whose key cannot come here. */
async function checkTakesTwin({ key, order }: RenewalWork): Promise<void> {
  if (!order.twin) return;
  const { can } = await key.info();
  if (!can.importEncryptionKey) throw new AssistantError('key-no-twin');
}

/** The new pair as a key carries it whose certificate was issued before: by its public key, else by its container. */
async function pairAfterProof({ key, order }: RenewalWork): Promise<SigningPair | undefined> {
  if (order.newKey) return findPair(key, order.newKey);
  const found = (await key.containers()).find(({ name }) => name === order.container);
  if (!found?.signing || holdsKey(found, order.key)) return undefined;
  return { container: found.name, pair: found.signing };
}

/** Only now the old container leaves the key, unless it is to stay; never one that holds the new pair. */
async function tidy({ key, order, server, progress }: RenewalWork, fresh: ReissuedPair): Promise<void> {
  progress('tidy');
  for (const container of await key.containers()) {
    if (order.twin?.keepOld || !holdsKey(container, order.key) || container.name === fresh.container)
      continue;
    await key.removeContainer(container.name);
  }
  const needed = order.twin?.keepOld ? [fresh.key, order.key] : [fresh.key];
  const gone = await removeLeftovers(key, order.leftovers, { keys: needed, container: fresh.container });
  await server.finish(gone);
}

/** Whether the new certificates are for the pair that is there: begun so, or with no room for another one. */
async function isForPresentPair({ key, order, state }: RenewalWork): Promise<boolean> {
  if (!order.recertify) return false;
  if (order.newKey === order.key) return true;
  if (isProved(state) || !(await findPair(key, order.key))) return false;
  if (!(await key.info()).algorithms.includes(order.algorithm)) return false;
  if ((await key.containers()).some(({ name }) => name === order.container)) return false;
  return !(await makesRoom(key, order));
}
