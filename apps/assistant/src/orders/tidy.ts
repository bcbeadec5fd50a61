import type { Leftover } from '@certdesk/contract';
import { Certificate } from '@certdesk/pki';
import type { Key, KeyPair, PairUse } from '@certdesk/token';
import { AssistantError } from '../errors.ts';
import { holdsKey } from '../keys/pairs.ts';
import { writeOne } from './certificates.ts';

/**
 * Removes what ended cases left on a key, except where something stands that is needed.
 * @param needed public keys (digests) whose containers stay whatever the list says
 * @returns places in `leftovers` of what is no longer on the key
 */
export async function removeLeftovers(
  key: Key,
  leftovers: readonly Leftover[],
  needed: { readonly keys: readonly string[]; readonly container?: string },
): Promise<number[]> {
  const gone: number[] = [];
  for (const [at, leftover] of leftovers.entries()) {
    const there = (await key.containers()).filter((container) =>
      'container' in leftover ? container.name === leftover.container : holdsKey(container, leftover.key),
    );
    const kept = there.filter(
      (container) =>
        container.name === needed.container || needed.keys.some((digest) => holdsKey(container, digest)),
    );
    for (const container of there) if (!kept.includes(container)) await key.removeContainer(container.name);
    if (kept.length === 0) gone.push(at);
  }
  return gone;
}

interface Place {
  readonly name: string;
  readonly use: PairUse;
}

/**
 * Writes certificates in force to the pairs that they are for, where a renewal was cut off before it could.
 * @param certificates DER
 * @throws AssistantError `order-other-key` when the key does not have such a pair
 */
export async function writeMissing(key: Key, certificates: readonly Uint8Array[]): Promise<void> {
  for (const certificate of certificates) {
    const { publicKey } = Certificate.parse(certificate);
    const isFor = (pair: KeyPair | undefined) =>
      pair !== undefined && Buffer.compare(pair.publicKey, publicKey) === 0;
    const places = (await key.containers()).flatMap(({ name, signing, encryption }): Place[] => {
      if (isFor(signing)) return [{ name, use: 'signing' }];
      return isFor(encryption) ? [{ name, use: 'encryption' }] : [];
    });
    const [place] = places;
    if (!place) throw new AssistantError('order-other-key');
    await writeOne(key, place.name, place.use, certificate);
  }
}
