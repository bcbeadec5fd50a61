/** OCSP responses as received: RFC 6960 §4.2, and whether they may be believed, §3.2. */
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from '../algorithms.ts';
import { Certificate } from '../certificate/certificate.ts';
import { extensionOid, readExtensions } from '../certificate/extensions/extension.ts';
import { keyIdentifierOf } from '../certificate/extensions/key-identifiers.ts';
import { type CrlReason, reasonOf } from '../crl/reason.ts';
import { type DerReader, readDer, readGeneralizedTime } from '../der/reader.ts';
import { contextTag, tag } from '../der/tag.ts';
import { DerError, PkiError } from '../errors.ts';
import { Name } from '../name.ts';
import { verifySignature } from '../signature.ts';
import { type OcspCertStatus, type OcspError, ocspErrors } from './build.ts';
import { type CertId, namesIssuer, readCertId } from './cert-id.ts';
import { readNonce } from './nonce.ts';

export interface OcspSingleResponse {
  readonly certId: CertId;
  readonly status: OcspCertStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
}

export interface BasicOcspResponse {
  /** The signed part, tbsResponseData, as received. */
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly responder: { readonly name: Name } | { readonly keyIdentifier: Uint8Array };
  readonly producedAt: Date;
  readonly responses: readonly OcspSingleResponse[];
  readonly nonce: Uint8Array | undefined;
  readonly certificates: readonly Certificate[];
}

export type OcspResponse =
  | { readonly status: 'successful'; readonly basic: BasicOcspResponse }
  | { readonly status: OcspError };

const MAX_OCTETS = 65_536;
const BASIC = '1.3.6.1.5.5.7.48.1.1';

/** @throws PkiError, of it DerError: `bad-ocsp` for another kind of response, `too-large` over 64 KiB */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  if (der.length > MAX_OCTETS) throw new PkiError('too-large', `more than ${MAX_OCTETS} octets`);
  return readDer(der, (reader) => {
    const response = reader.sequence();
    const status = response.enumerated();
    const field = response.optionalContext(0);
    response.end();
    if (status !== 0) {
      const error = (Object.keys(ocspErrors) as OcspError[]).find((name) => ocspErrors[name] === status);
      if (!error || field) throw new PkiError('bad-ocsp', `response status ${status}`);
      return { status: error };
    }
    if (!field) throw new PkiError('bad-ocsp', 'a successful response without content');
    const bytes = field.sequence();
    field.end();
    const type = bytes.oid();
    if (type !== BASIC) throw new PkiError('bad-ocsp', `response of kind ${type}`);
    const content = bytes.octetString();
    bytes.end();
    return { status: 'successful', basic: readDer(content, readBasic) };
  });
}

function readBasic(reader: DerReader): BasicOcspResponse {
  const basic = reader.sequence();
  const tbsElement = basic.next(tag.sequence);
  const signatureAlgorithm = readAlgorithmIdentifier(basic);
  const signature = basic.bitString();
  const field = basic.optionalContext(0);
  const list = field?.sequence();
  field?.end();
  basic.end();
  const certificates: Certificate[] = [];
  while (list && !list.atEnd) certificates.push(Certificate.parse(list.next(tag.sequence).der));
  return {
    tbs: tbsElement.der,
    signatureAlgorithm,
    signature,
    certificates,
    ...readResponseData(basic.inside(tbsElement)),
  };
}

function readResponseData(data: DerReader) {
  const version = data.optionalContext(0);
  if (version && version.smallInteger() !== 0)
    throw new PkiError('bad-version', 'OCSP responses are version 1');
  version?.end();
  const responder = readResponder(data);
  const producedAt = readGeneralizedTime(data);
  const list = data.sequence();
  const responses: OcspSingleResponse[] = [];
  do responses.push(readSingle(list));
  while (!list.atEnd);
  const field = data.optionalContext(1);
  const extensions = field ? readExtensions(field) : [];
  field?.end();
  data.end();
  const strange = extensions.find(({ oid, critical }) => critical && oid !== extensionOid.ocspNonce);
  if (strange) throw new PkiError('bad-ocsp', `critical extension ${strange.oid} is not known`);
  return { responder, producedAt, responses, nonce: readNonce(extensions) };
}

function readResponder(data: DerReader): BasicOcspResponse['responder'] {
  const byName = data.optionalContext(1);
  if (byName) {
    const name = Name.read(byName);
    byName.end();
    return { name };
  }
  const byKey = data.inside(data.next(contextTag(2, true)));
  const keyIdentifier = byKey.octetString();
  byKey.end();
  return { keyIdentifier };
}

function readSingle(list: DerReader): OcspSingleResponse {
  const single = list.sequence();
  const certId = readCertId(single);
  const status = readStatus(single);
  const thisUpdate = readGeneralizedTime(single);
  const next = single.optionalContext(0);
  const nextUpdate = next && readGeneralizedTime(next);
  next?.end();
  const field = single.optionalContext(1);
  const extensions = field ? readExtensions(field) : [];
  field?.end();
  single.end();
  const strange = extensions.find(({ critical }) => critical);
  if (strange) throw new PkiError('bad-ocsp', `critical extension ${strange.oid} is not known`);
  return { certId, status, thisUpdate, nextUpdate };
}

function readStatus(single: DerReader): OcspCertStatus {
  const element = single.next();
  const empty = element.content.length === 0;
  if (element.tag === contextTag(0, false) && empty) return { status: 'good' };
  if (element.tag === contextTag(2, false) && empty) return { status: 'unknown' };
  if (element.tag !== contextTag(1, true)) throw new DerError('bad-value', 'no such status', element.offset);
  const inside = single.inside(element);
  const at = readGeneralizedTime(inside);
  const why = inside.optionalContext(0);
  const reason: CrlReason | undefined = why && reasonOf(why.enumerated());
  if (why && !reason) throw new DerError('bad-value', 'no such reason', element.offset);
  why?.end();
  inside.end();
  return { status: 'revoked', at, ...(reason && { reason }) };
}

export type OcspFailure =
  | 'no-answer'
  | 'other-certificate'
  | 'responder-unknown'
  | 'responder-may-not'
  | 'signature'
  | 'nonce'
  | 'not-yet'
  | 'outdated';

export type OcspResult = OcspCertStatus | { readonly status: 'unproved'; readonly reason: OcspFailure };

export interface OcspCheck {
  /** Believed already. */
  readonly issuer: Certificate;
  readonly at: Date;
  /** What was sent, where one was: an answer with another nonce, or none, is not taken. */
  readonly nonce?: Uint8Array;
}

/** What a response says of a certificate, if it may be believed: signed by the issuer, or by whom the issuer let sign. */
export function checkOcspResponse(
  certificate: Certificate,
  response: OcspResponse,
  { issuer, at, nonce }: OcspCheck,
): OcspResult {
  if (response.status !== 'successful') return { status: 'unproved', reason: 'no-answer' };
  const { basic } = response;
  const single = basic.responses.find(
    ({ certId }) => certId.serialNumber === certificate.serialNumber && namesIssuer(certId, issuer),
  );
  const reason = single
    ? (responderFailure(basic, issuer, at) ??
      (nonce && Buffer.compare(basic.nonce ?? new Uint8Array(), nonce) !== 0 ? 'nonce' : undefined) ??
      timeFailure(single, at))
    : 'other-certificate';
  return single && !reason ? single.status : { status: 'unproved', reason: reason ?? 'other-certificate' };
}

function responderFailure(basic: BasicOcspResponse, issuer: Certificate, at: Date): OcspFailure | undefined {
  const responder = [issuer, ...basic.certificates].find((one) => isResponder(basic, one));
  if (!responder) return 'responder-unknown';
  if (responder !== issuer) {
    const may =
      responder.issuer.equals(issuer.subject) &&
      responder.verifiedBy(issuer) &&
      responder.extendedKeyUsage?.includes('ocspSigning') === true &&
      responder.notBefore <= at &&
      at <= responder.notAfter;
    if (!may) return 'responder-may-not';
  }
  try {
    const { signatureAlgorithm, tbs, signature } = basic;
    return verifySignature(responder.publicKey, signatureAlgorithm, tbs, signature) ? undefined : 'signature';
  } catch (error) {
    if (error instanceof PkiError) return 'signature';
    throw error;
  }
}

function isResponder({ responder }: BasicOcspResponse, certificate: Certificate): boolean {
  if ('name' in responder) return responder.name.equals(certificate.subject);
  try {
    return Buffer.compare(responder.keyIdentifier, keyIdentifierOf(certificate.publicKey)) === 0;
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

function timeFailure({ thisUpdate, nextUpdate }: OcspSingleResponse, at: Date): OcspFailure | undefined {
  if (thisUpdate > at) return 'not-yet';
  return nextUpdate && nextUpdate <= at ? 'outdated' : undefined;
}
