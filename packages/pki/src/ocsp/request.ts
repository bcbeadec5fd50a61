/** OCSP requests: RFC 6960 §4.1. */
import {
  type Extension,
  extensionOid,
  extensionsDer,
  readExtensions,
} from '../certificate/extensions/extension.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { tag } from '../der/tag.ts';
import { encode, explicit, sequence } from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import { type CertId, readCertId } from './cert-id.ts';
import { nonceExtension, readNonce } from './nonce.ts';

export interface OcspRequest {
  /** At least one, in the request's order. */
  readonly certIds: readonly CertId[];
  readonly nonce: Uint8Array | undefined;
  /** Whether it is signed; who signed is nobody's business here, and the signature is not looked at. */
  readonly signed: boolean;
}

/** Clients ask for one certificate, or a chain of a few. */
const MAX_OCTETS = 16_384;
const MAX_CERTIFICATES = 64;

/**
 * Reads a request, DER.
 * @throws PkiError, of it DerError: what RFC 6960 §2.3 answers with `malformedRequest`. `too-large` over 16 KiB or 64
 *   certificates, `bad-ocsp` for a nonce of a wrong length or a critical extension that is not known
 */
export function parseOcspRequest(der: Uint8Array): OcspRequest {
  if (der.length > MAX_OCTETS) throw new PkiError('too-large', `more than ${MAX_OCTETS} octets`);
  return readDer(der, (reader) => {
    const outer = reader.sequence();
    const tbs = outer.sequence();
    const signature = outer.optionalContext(0);
    if (signature) readSignature(signature);
    outer.end();
    return { ...readTbs(tbs), signed: signature !== undefined };
  });
}

function readTbs(tbs: DerReader) {
  const version = tbs.optionalContext(0);
  if (version && version.smallInteger() !== 0)
    throw new PkiError('bad-version', 'OCSP requests are version 1');
  version?.end();
  tbs.optionalContext(1); // requestorName
  const list = tbs.sequence();
  const certIds: CertId[] = [];
  do {
    const one = list.sequence();
    certIds.push(readCertId(one));
    const single = one.optionalContext(0);
    refuseCritical(single ? readExtensions(single) : [], []);
    single?.end();
    one.end();
    if (certIds.length > MAX_CERTIFICATES) {
      throw new PkiError('too-large', `more than ${MAX_CERTIFICATES} certificates`);
    }
  } while (!list.atEnd);
  const field = tbs.optionalContext(2);
  const extensions = field ? readExtensions(field) : [];
  field?.end();
  tbs.end();
  refuseCritical(extensions, [extensionOid.ocspNonce]);
  return { certIds, nonce: readNonce(extensions) };
}

function readSignature(field: DerReader): void {
  const signature = field.sequence();
  signature.next(tag.sequence);
  signature.bitString();
  signature.optionalContext(0);
  signature.end();
  field.end();
}

/** RFC 6960 §4.4: what is critical and not known makes the request one that cannot be answered. */
function refuseCritical(extensions: readonly Extension[], known: readonly string[]): void {
  const strange = extensions.find(({ oid, critical }) => critical && !known.includes(oid));
  if (strange) throw new PkiError('bad-ocsp', `critical extension ${strange.oid} is not known`);
}

/** @param certIds of `buildCertId` @returns an unsigned request, DER */
export function buildOcspRequest(certIds: readonly Uint8Array[], nonce?: Uint8Array): Uint8Array {
  const extensions = nonce ? [explicit(2, extensionsDer([nonceExtension(nonce)]))] : [];
  return encode(sequence(sequence(sequence(...certIds.map((id) => sequence(id))), ...extensions)));
}
