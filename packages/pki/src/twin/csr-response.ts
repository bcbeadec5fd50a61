/** CSRResponse (GM/T 0092): what answers a request for twin certificates. */
import { Certificate } from '../certificate/certificate.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { contextTag, tag } from '../der/tag.ts';
import { type Der, encode, sequence, setOf, tagged } from '../der/writer.ts';
import { DerError } from '../errors.ts';
import { readEnvelopedKey } from './enveloped-key.ts';

export interface CsrResponse {
  /** DER, at least one. */
  readonly signCertificates: readonly Uint8Array[];
  /** SM2EnvelopedKey, DER. */
  readonly encryptedPrivateKey?: Uint8Array;
  /** DER; empty where none came. */
  readonly encryptCertificates: readonly Uint8Array[];
}

/** @returns DER, with the IMPLICIT tags of the standard */
export function buildCsrResponse(response: CsrResponse): Uint8Array {
  const { signCertificates, encryptedPrivateKey, encryptCertificates } = response;
  const parts: Der[] = [setOf(...signCertificates)];
  if (encryptedPrivateKey) parts.push(retagged(0, encryptedPrivateKey));
  if (encryptCertificates.length > 0) parts.push(retagged(1, encode(setOf(...encryptCertificates))));
  return encode(sequence(...parts));
}

/** `[number] IMPLICIT` in place of an element's own tag. */
function retagged(number: number, der: Uint8Array): Der {
  return readDer(der, (reader) => tagged(contextTag(number, true), reader.next().content));
}

/**
 * Reads a CSRResponse, DER. Some write the tags EXPLICIT: taken as well. Every part was read as what it says it is.
 * @throws PkiError
 */
export function readCsrResponse(response: Uint8Array): CsrResponse {
  return readDer(response, (reader) => {
    const inside = reader.sequence();
    const signCertificates = certificatesIn(inside.set());
    if (signCertificates.length === 0)
      throw new DerError('truncated', 'no signing certificate', inside.offset);
    const envelope = inside.optionalContext(0);
    const certificates = inside.optionalContext(1);
    inside.end();
    return {
      signCertificates,
      ...(envelope && { encryptedPrivateKey: envelopeIn(envelope) }),
      encryptCertificates: certificates ? certificatesIn(setIn(certificates)) : [],
    };
  });
}

/** Alone inside the tag stands an EXPLICIT SEQUENCE; an IMPLICIT one has its four elements there. */
function envelopeIn(reader: DerReader): Uint8Array {
  const [first, ...others] = elementsIn(reader);
  const parts = first ? [first, ...others] : [];
  const envelope = first && others.length === 0 ? first : encode(sequence(...parts));
  readEnvelopedKey(envelope);
  return envelope;
}

function setIn(reader: DerReader): DerReader {
  if (reader.peek() !== tag.set) return reader;
  const inside = reader.set();
  reader.end();
  return inside;
}

function certificatesIn(reader: DerReader): Uint8Array[] {
  return elementsIn(reader).map((der) => Certificate.parse(der).der);
}

function elementsIn(reader: DerReader): Uint8Array[] {
  const elements: Uint8Array[] = [];
  while (!reader.atEnd) elements.push(reader.next().der);
  return elements;
}
