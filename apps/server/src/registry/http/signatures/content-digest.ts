/** Content-Digest (RFC 9530): what a signature over a message's header fields says of its content. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { parseDictionary, serialize } from './structured-fields.ts';

const hashes = { 'sha-256': 'sha256', 'sha-512': 'sha512' } as const;

const digestOf = (algorithm: keyof typeof hashes, content: Uint8Array) =>
  createHash(hashes[algorithm]).update(content).digest();

export function contentDigest(content: Uint8Array): string {
  return `sha-256=${serialize({ value: digestOf('sha-256', content), parameters: new Map() })}`;
}

/**
 * Whether the field fits the content: every digest in it that is known here, and one at least.
 * @throws FieldError
 */
export function contentDigestFits(field: string, content: Uint8Array): boolean {
  const members = [...parseDictionary(field)].filter(([name]) => Object.hasOwn(hashes, name));
  return (
    members.length > 0 &&
    members.every(([name, member]) => {
      const digest = digestOf(name as keyof typeof hashes, content);
      const said = 'value' in member ? member.value : undefined;
      return said instanceof Uint8Array && said.length === digest.length && timingSafeEqual(said, digest);
    })
  );
}
