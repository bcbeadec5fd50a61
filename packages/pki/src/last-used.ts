/** What was made of the octets used last, so that it is not made anew. */
export interface LastUsed<Value> {
  /** @throws what making it throws; a failure is not kept */
  of(octets: Uint8Array): Value;
}

/**
 * @param make gives the same for the same octets
 * @param atMost so many are kept; the one whose last use is longest ago goes first
 */
export function lastUsed<Value>(make: (octets: Uint8Array) => Value, atMost = 256): LastUsed<Value> {
  const kept = new Map<string, Value>();
  return {
    of(octets) {
      const key = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
      const value = kept.get(key) ?? make(octets);
      kept.delete(key);
      kept.set(key, value); // a Map keeps the order of setting
      if (kept.size > atMost) kept.delete(kept.keys().next().value ?? '');
      return value;
    },
  };
}
