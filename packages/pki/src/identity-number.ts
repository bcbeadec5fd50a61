/** Identity numbers of legal entities as private extensions (GB/T 20518 Annex, GM/T 0015, and CAs' own arcs). */
import { type Extension, extension } from './certificate/extensions/extension.ts';
import { readDer } from './der/reader.ts';
import { ia5String, isPrintable, printableString, utf8String } from './der/writer.ts';
import { PkiError } from './errors.ts';

export interface IdentityNumber {
  readonly kind: string;
  readonly value: string;
}

/** One line of the table number ⇄ OID, which is configuration: CAs differ. */
export interface IdentityNumberOid {
  readonly kind: string;
  readonly oid: string;
  /** String type written; any is read. */
  readonly encoding: 'printable' | 'utf8' | 'ia5';
}

/**
 * National arc 1.2.156.10260.4.1 where it is settled; for the unified code and the housing fund number, which it
 * does not settle, the arc of one CA whose certificates carry them.
 */
export const DEFAULT_IDENTITY_NUMBER_OIDS: readonly IdentityNumberOid[] = [
  { kind: 'socialInsurance', oid: '1.2.156.10260.4.1.2', encoding: 'printable' },
  { kind: 'businessLicense', oid: '1.2.156.10260.4.1.3', encoding: 'printable' },
  { kind: 'organizationCode', oid: '1.2.156.10260.4.1.4', encoding: 'printable' },
  { kind: 'taxRegistration', oid: '1.2.156.10260.4.1.5', encoding: 'printable' },
  { kind: 'housingFund', oid: '1.2.156.112570.11.201', encoding: 'printable' },
  { kind: 'uscc', oid: '1.2.156.112570.11.210', encoding: 'printable' },
];

/**
 * The extension, not critical, for one number.
 * @throws PkiError `bad-identity-number` for a kind the table lacks, an empty value, or one its encoding cannot hold
 */
export function identityNumberExtension(
  number: IdentityNumber,
  table: readonly IdentityNumberOid[],
): Extension {
  const line = table.find(({ kind }) => kind === number.kind);
  if (!line)
    throw new PkiError('bad-identity-number', `no object identifier is configured for ${number.kind}`);
  const { value } = number;
  if (value === '' || value.length > 256 || !value.isWellFormed()) {
    throw new PkiError('bad-identity-number', `${number.kind} is empty, too long or not well-formed text`);
  }
  return extension(line.oid, false, encodeNumber(number, line.encoding));
}

function encodeNumber({ kind, value }: IdentityNumber, encoding: IdentityNumberOid['encoding']) {
  if (encoding === 'utf8') return utf8String(value);
  if (encoding === 'ia5' && /^[\x20-\x7e]*$/.test(value)) return ia5String(value);
  if (encoding === 'printable' && isPrintable(value)) return printableString(value);
  throw new PkiError('bad-identity-number', `${kind} holds a character that ${encoding} cannot`);
}

/**
 * Numbers among a certificate's extensions, in their order. Any string type is read, also ASCII without a type, which
 * some CAs write. A value that is neither comes out as `#` and its hex (as RFC 4514 does for names): shown and
 * compared as different, never taken for absent.
 */
export function readIdentityNumbers(
  extensions: readonly Extension[],
  table: readonly IdentityNumberOid[],
): IdentityNumber[] {
  return extensions.flatMap(({ oid, value }) => {
    const line = table.find((each) => each.oid === oid);
    return line ? [{ kind: line.kind, value: numberText(value) }] : [];
  });
}

function numberText(value: Uint8Array): string {
  try {
    return readDer(value, (reader) => reader.text());
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    const bare = Buffer.from(value).toString('latin1');
    return /^[\x20-\x7e]+$/.test(bare) ? bare : `#${Buffer.from(value).toString('hex')}`;
  }
}
