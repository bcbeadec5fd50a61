import type { Order, SignInOrder } from '@certdesk/contract';
import { publicKeyDigest } from '@certdesk/pki';
import type { Key, KeyDriver } from '@certdesk/token';
import { AssistantError, isKeyRemoved } from '../errors.ts';
import { usePin } from '../keys/pin.ts';
import type { KeyRing, PresentKey } from '../keys/ring.ts';
import { candidateView, certificateView } from '../keys/views.ts';
import type { Candidate, PinAnswer, PinProblem } from '../local/views.ts';
import type { KeyWanted, OrderDialogue } from './dialogue.ts';
import { samePairAhead } from './new-pair.ts';

/** A key with PIN rights; whoever holds it drops them. */
export interface UnlockedKey {
  readonly key: Key;
  /** The container that the person chose, and its certificate, DER. */
  readonly container: string;
  readonly certificate: Uint8Array;
}

interface Match {
  readonly driver: KeyDriver;
  readonly ref: string;
  readonly container: string;
  readonly certificate: Uint8Array;
  readonly view: Candidate;
}

export interface UnlockTools {
  readonly ring: KeyRing;
  readonly dialogue: OrderDialogue;
  /** The work had begun before, and the key was pulled out. */
  readonly again: boolean;
  /** Aborts when the order is given up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the key that an order is about and unlocks it. A wrong PIN does not end the order. The PIN lives as long as
 * the call that verifies it.
 * @throws AssistantError `pin-locked`; what the dialogue rejects with; the signal's reason
 */
export async function unlockKey(
  order: Order,
  { ring, dialogue, again, signal: givenUp }: UnlockTools,
): Promise<UnlockedKey> {
  const stop = givenUp ?? new AbortController().signal;
  let problem: PinProblem | null = null;
  for (;;) {
    stop.throwIfAborted();
    const seen = ring.version;
    const keys = await ring.survey();
    const matches = matching(order, keys);
    if (matches.length === 0) {
      problem = null;
      const code = wanted(order, keys, again);
      await untilKeysChange({ ring, seen, stop }, (signal) => dialogue.keyWanted(code, signal));
      continue;
    }
    const candidates = matches.map(({ view }) => view);
    if (candidates.every(({ pin }) => pin.flag === 'locked')) throw new AssistantError('pin-locked');
    const request = { candidates, problem, again };
    const reply = await untilKeysChange({ ring, seen, stop }, (signal) => dialogue.askPin(request, signal));
    problem = null;
    const match = reply && matches.find(({ view }) => view.certificate.digest === reply.certificate);
    if (!reply || !match) continue;
    const { key, answer } = await tryPin(match, reply.pin, reply.confirmLastTry === true);
    if (key) {
      if (!stop.aborted) return { key, container: match.container, certificate: match.certificate };
      await dropRights(key);
    }
    if (answer?.result === 'locked') throw new AssistantError('pin-locked');
    if (answer && answer.result !== 'ok') problem = answer.result;
  }
}

function wanted(order: Order, keys: readonly PresentKey[], again: boolean): KeyWanted {
  if (again) return 'key-removed';
  if (keys.length === 0) return 'key-missing';
  if (order.purpose !== 'sign-in') return 'order-other-key';
  const some = keys.some((key) => signingCertificates(order, key).length > 0);
  return some ? 'region-not-served' : 'key-no-certificate';
}

/**
 * Signing certificates that this order can be carried out with: all that the desk serves for a sign-in, else the one that it names. A key that
 * has lost the old container already is known by the new public key. One reached by several drivers is shown once.
 */
function matching(order: Order, keys: readonly PresentKey[]): Match[] {
  const all = keys.flatMap((key) => signingCertificates(order, key));
  if (order.purpose === 'sign-in') return firstOfEach(all.filter(({ view }) => isServed(order, view)));
  const holding = (digest: string) => all.filter(({ publicKey }) => publicKeyDigest(publicKey) === digest);
  const old = holding(order.key);
  const known = old.length > 0 || order.purpose !== 'renewal' || !order.newKey ? old : holding(order.newKey);
  return known.slice(0, 1);
}

/** GB 32100-2015: characters 3–8 of the unified code are the division. Without such a code the desk itself decides. */
function isServed({ served }: SignInOrder, { certificate }: Candidate): boolean {
  const uscc = certificate.identityNumbers.find(({ kind }) => kind === 'uscc');
  const division = /^..(\d{6}).{10}$/.exec(uscc?.value ?? '')?.[1];
  if (!served || division === undefined) return true;
  return served.some((digits) => division.startsWith(digits));
}

/** The newest first: where older ones stay for the documents that they open, it is the one that is mostly meant. */
function signingCertificates(order: Order, present: PresentKey): (Match & { publicKey: Uint8Array })[] {
  const { driver, info, containers } = present;
  const samePair = order.purpose === 'renewal' ? samePairAhead(order, present) : undefined;
  const all = containers.flatMap(({ name, signing }) => {
    const certificate = signing?.certificate;
    const view = certificate && certificateView(certificate, 'signing');
    if (!view) return [];
    return [
      {
        driver,
        ref: info.ref,
        container: name,
        certificate,
        publicKey: signing.publicKey,
        view: { ...candidateView(info, view), ...(samePair && { samePair }) },
      },
    ];
  });
  const begun = ({ view }: Match) => view.certificate.notBefore;
  return all.sort((one, other) => begun(other).localeCompare(begun(one)));
}

function firstOfEach(matches: Match[]): Match[] {
  const digest = (match: Match) => match.view.certificate.digest;
  return matches.filter((match, at) => matches.findIndex((other) => digest(other) === digest(match)) === at);
}

/** @returns what `ask` gives, or undefined when a key came or went first, or `stop` aborts */
async function untilKeysChange<T>(
  { ring, seen, stop }: { ring: KeyRing; seen: number; stop: AbortSignal },
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const end = new AbortController();
  const signal = AbortSignal.any([end.signal, stop]);
  try {
    const changed = ring.changedAfter(seen, signal).then(() => undefined);
    return await Promise.race([ask(signal), changed]);
  } finally {
    end.abort();
  }
}

/** `key` is open and logged in, or undefined; neither `key` nor `answer` when it was pulled out meanwhile. */
async function tryPin(
  { driver, ref }: Match,
  pin: string,
  confirmLastTry: boolean,
): Promise<{ key?: Key; answer?: PinAnswer }> {
  let key: Key | undefined;
  try {
    const opened = await driver.open(ref);
    key = opened;
    const answer = await usePin(opened, [pin], confirmLastTry, () => opened.verifyPin(pin));
    if (answer.result === 'ok') return { key: opened, answer };
    await opened.close();
    return { answer };
  } catch (error) {
    await key?.close().catch(() => undefined);
    if (isKeyRemoved(error)) return {};
    throw error;
  }
}

/** Ends what a PIN allowed. A key that is gone has forgotten it already. */
export async function dropRights(key: Key): Promise<void> {
  await key.logout().catch(() => undefined);
  await key.close().catch(() => undefined);
}
