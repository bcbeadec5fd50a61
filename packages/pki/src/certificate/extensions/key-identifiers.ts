/** Subject and authority key identifiers, RFC 5280 §4.2.1.1 and §4.2.1.2. */
import { hash } from 'node:crypto';
import { publicKeyInfo } from '../../algorithms.ts';
import type { DerReader } from '../../der/reader.ts';
import { contextTag } from '../../der/tag.ts';
import { octetString, sequence, tagged } from '../../der/writer.ts';
import { type Extension, extension, extensionOid } from './extension.ts';
import { type GeneralName, readGeneralNames } from './general-name.ts';

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier?: Uint8Array;
  readonly issuer?: readonly GeneralName[];
  /** Content octets of the INTEGER in lower-case hex, as `Certificate.serialNumber` writes it. */
  readonly serialNumber?: string;
}

/** The 160-bit SHA-1 of the key's octets, RFC 5280's method (1): a name for a key, not a protection. */
export function keyIdentifierOf(spki: Uint8Array): Uint8Array {
  return hash('sha1', publicKeyInfo(spki).key, 'buffer');
}

export function subjectKeyIdentifier(keyIdentifier: Uint8Array): Extension {
  return extension(extensionOid.subjectKeyIdentifier, false, octetString(keyIdentifier));
}

export function readSubjectKeyIdentifier(reader: DerReader): Uint8Array {
  return reader.octetString();
}

/** Names the issuer's key by its identifier alone, as the real CAs do. */
export function authorityKeyIdentifier(keyIdentifier: Uint8Array): Extension {
  const value = sequence(tagged(contextTag(0, false), keyIdentifier));
  return extension(extensionOid.authorityKeyIdentifier, false, value);
}

export function readAuthorityKeyIdentifier(reader: DerReader): AuthorityKeyIdentifier {
  const inside = reader.sequence();
  const keyIdentifier = inside.optional(contextTag(0, false))?.content;
  const issuer = inside.optionalContext(1);
  const serial = inside.optional(contextTag(2, false))?.content;
  inside.end();
  return {
    ...(keyIdentifier && { keyIdentifier }),
    ...(issuer && { issuer: readGeneralNames(issuer) }),
    ...(serial && { serialNumber: serialHex(serial) }),
  };
}

/** A serial number's content octets in lower-case hex without the sign octet; `-` before a negative one's magnitude. */
export function serialHex(content: Uint8Array): string {
  const hex = Buffer.from(content).toString('hex');
  if ((content[0] ?? 0) >= 0x80) {
    const magnitude = (-BigInt.asIntN(content.length * 8, BigInt(`0x${hex}`))).toString(16);
    return `-${magnitude.length % 2 ? '0' : ''}${magnitude}`;
  }
  return content.length > 1 && content[0] === 0 ? hex.slice(2) : hex;
}
