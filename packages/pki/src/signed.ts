/** SIGNED{ToBeSigned} (X.509, RFC 5280 §4.1): what is signed, with what, and the signature. */
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithms.ts';
import type { DerReader, Element } from './der/reader.ts';
import { tag } from './der/tag.ts';
import { PkiError } from './errors.ts';

export interface Signed {
  /** Octets that the signature covers, as received. */
  readonly element: Element;
  /** Its content. */
  readonly content: DerReader;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

export function readSigned(reader: DerReader): Signed {
  const signed = reader.sequence();
  const element = signed.next(tag.sequence);
  const signatureAlgorithm = readAlgorithmIdentifier(signed);
  const signature = signed.bitString();
  signed.end();
  return { element, content: signed.inside(element), signatureAlgorithm, signature };
}

/**
 * Reads the algorithm that certificates and CRLs repeat inside the signed part.
 * @throws PkiError `algorithm-mismatch` unless it is the outer one to the octet
 */
export function readRepeatedAlgorithm({ content, signatureAlgorithm }: Signed): void {
  if (Buffer.compare(readAlgorithmIdentifier(content).der, signatureAlgorithm.der) !== 0) {
    throw new PkiError(
      'algorithm-mismatch',
      'signature algorithms inside and outside the signed part differ',
    );
  }
}
