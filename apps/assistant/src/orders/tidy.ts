import type { Leftover } from '@certdesk/contract';
import type { Key } from '@certdesk/token';
import { holdsKey } from '../keys/pairs.ts';

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
