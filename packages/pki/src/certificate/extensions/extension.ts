/** The extension as RFC 5280 §4.1 has it, and a list of them. */
import { decodeOid } from '../../der/oid.ts';
import { type DerReader, type Element, readDer } from '../../der/reader.ts';
import { tag } from '../../der/tag.ts';
import { boolean, type Der, encode, octetString, oid, sequence } from '../../der/writer.ts';
import { PkiError } from '../../errors.ts';

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of extnValue: the DER of the extension's own type. */
  readonly value: Uint8Array;
  /** The whole Extension, DER, where it is at hand: written as it is, so that static ones are encoded once. */
  readonly der?: Uint8Array;
}

/** OIDs of the extensions that this package reads. */
export const extensionOid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlDistributionPoints: '2.5.29.31',
  crlNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  freshestCrl: '2.5.29.46',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
} as const;

/** An extension with its DER made, ready to be used in many certificates. */
export function extension(identifier: string, critical: boolean, value: Der): Extension {
  const octets = encode(value);
  const base = { oid: identifier, critical, value: octets };
  return { ...base, der: encode(extensionDer(base)) };
}

function extensionDer({ oid: identifier, critical, value }: Extension): Der {
  return critical
    ? sequence(oid(identifier), boolean(true), octetString(value))
    : sequence(oid(identifier), octetString(value));
}

/**
 * `Extensions`, in the order given.
 * @throws PkiError `duplicate-extension`
 */
export function extensionsDer(extensions: readonly Extension[]): Der {
  refuseDuplicates(extensions);
  return sequence(...extensions.map((each) => each.der ?? extensionDer(each)));
}

/**
 * Reads `Extensions`. An explicit FALSE as critical is taken, though DER leaves it out.
 * @throws DerError; PkiError `duplicate-extension` (RFC 5280 §4.2)
 */
export function readExtensions(reader: DerReader): Extension[] {
  const list = reader.sequence();
  const extensions: Extension[] = [];
  do extensions.push(readExtension(list, list.next(tag.sequence)));
  while (!list.atEnd);
  refuseDuplicates(extensions);
  return extensions;
}

function readExtension(list: DerReader, element: Element): Extension {
  const inside = list.inside(element);
  const identifier = decodeOid(inside.next(tag.oid).content);
  const critical = inside.defaultFalse();
  const value = inside.octetString();
  inside.end();
  return { oid: identifier, critical, value, der: element.der };
}

function refuseDuplicates(extensions: readonly Extension[]): void {
  const seen = new Set<string>();
  for (const { oid: identifier } of extensions) {
    if (seen.has(identifier))
      throw new PkiError('duplicate-extension', `extension ${identifier} stands twice`);
    seen.add(identifier);
  }
}

/**
 * Reads the value of one extension from a list, if it is there.
 * @throws PkiError `malformed-extension`, the cause being what was wrong inside
 */
export function readValue<T>(
  extensions: readonly Extension[],
  identifier: string,
  read: (reader: DerReader) => T,
): T | undefined {
  const found = extensions.find((each) => each.oid === identifier);
  if (!found) return undefined;
  try {
    return readDer(found.value, read);
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause;
    throw new PkiError('malformed-extension', `extension ${identifier}: ${cause.message}`, { cause });
  }
}
