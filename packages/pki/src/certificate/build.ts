import { type AlgorithmIdentifier, signatureAlgorithmFor } from '../algorithms.ts';
import { tag } from '../der/tag.ts';
import {
  bitString,
  type Der,
  encode,
  explicit,
  integer,
  sequence,
  time,
  unsignedInteger,
} from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import type { Name } from '../name.ts';
import type { Signer } from '../signer.ts';
import { type Extension, extensionsDer } from './extensions/extension.ts';

const VERSION_3 = encode(explicit(0, integer(2)));

/** What a certificate is to say. Extensions are written in the order given. */
export interface CertificateContent {
  /** Hex; positive, at most 20 octets as an INTEGER (RFC 5280 §4.1.2.2). */
  readonly serialNumber: string;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo, DER, written as it is: `checkPublicKey` judges it. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Extension[];
}

/**
 * Builds and signs a version 3 certificate.
 * @returns the certificate, DER
 * @throws PkiError `bad-serial-number`, `bad-validity`, `bad-time`, `duplicate-extension`, `malformed-key`; and what
 *   the signer throws
 */
export async function buildCertificate(
  content: CertificateContent & { readonly signer: Signer },
): Promise<Uint8Array> {
  const algorithm = signatureAlgorithmFor(content.signer.algorithm);
  const tbs = buildTbsCertificate(content, algorithm);
  return assembleSigned(tbs, algorithm, await content.signer.sign(tbs));
}

/** The part to be signed, DER: what an intent stores before anything is signed. Errors as `buildCertificate`. */
export function buildTbsCertificate(
  content: CertificateContent,
  signatureAlgorithm: AlgorithmIdentifier,
): Uint8Array {
  const { notBefore, notAfter, publicKey } = content;
  if (!(notAfter >= notBefore)) throw new PkiError('bad-validity', 'validity ends before it begins');
  if (publicKey[0] !== tag.sequence)
    throw new PkiError('malformed-key', 'the public key is no SubjectPublicKeyInfo');
  const extensions: Der[] =
    content.extensions.length > 0 ? [explicit(3, extensionsDer(content.extensions))] : [];
  return encode(
    sequence(
      VERSION_3,
      serial(content.serialNumber),
      signatureAlgorithm.der,
      content.issuer.der,
      sequence(time(notBefore), time(notAfter)),
      content.subject.der,
      publicKey,
      ...extensions,
    ),
  );
}

/** SEQUENCE{ signed part, AlgorithmIdentifier, BIT STRING }: certificates, requests and CRLs alike. */
export function assembleSigned(
  tbs: Uint8Array,
  algorithm: AlgorithmIdentifier,
  signature: Uint8Array,
): Uint8Array {
  return encode(sequence(tbs, algorithm.der, bitString(signature)));
}

/** @param hex as `Certificate.serialNumber` writes it @throws PkiError `bad-serial-number` */
export function serial(hex: string): Der {
  const digits = /^(?:[0-9a-fA-F]{2}){1,20}$/.test(hex) ? Buffer.from(hex, 'hex') : undefined;
  const tooLong = digits?.length === 20 && (digits[0] ?? 0) >= 0x80;
  if (!digits || tooLong || digits.every((octet) => octet === 0)) {
    throw new PkiError('bad-serial-number', 'a serial number is 1 to 20 octets in hex and greater than zero');
  }
  return unsignedInteger(digits);
}
