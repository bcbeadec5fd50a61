/** Making OCSP responses: RFC 6960 §4.2. */
import { signatureAlgorithmFor } from '../algorithms.ts';
import type { Certificate } from '../certificate/certificate.ts';
import {
  type Extension,
  extension,
  extensionOid,
  extensionsDer,
} from '../certificate/extensions/extension.ts';
import { keyIdentifierOf } from '../certificate/extensions/key-identifiers.ts';
import { type CrlReason, reasonNumber } from '../crl/reason.ts';
import { contextTag } from '../der/tag.ts';
import {
  bitString,
  type Der,
  encode,
  enumerated,
  explicit,
  generalizedTime,
  NULL,
  octetString,
  oid,
  sequence,
  tagged,
} from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import type { Signer } from '../signer.ts';
import { nonceExtension } from './nonce.ts';

/** What a certificate's status is. */
export type OcspCertStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly at: Date; readonly reason?: CrlReason }
  /** Never issued, or not this responder's. */
  | { readonly status: 'unknown' };

export interface OcspSingle {
  /** CertID, DER, as it was asked. */
  readonly certId: Uint8Array;
  readonly status: OcspCertStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

export interface OcspContent {
  readonly responses: readonly OcspSingle[];
  readonly producedAt: Date;
  /** Repeats the request's nonce. */
  readonly nonce?: Uint8Array;
  readonly signer: Signer;
  /** Of the delegated responder; comes along. Undefined: the issuing CA signs itself. */
  readonly certificate?: Certificate;
}

const BASIC = '1.3.6.1.5.5.7.48.1.1';

/**
 * Builds and signs a successful response; its responder is named by its key.
 * @returns OCSPResponse, DER
 * @throws PkiError `bad-validity`, `bad-time`, `bad-ocsp`; and what the signer throws
 */
export async function buildOcspResponse(content: OcspContent): Promise<Uint8Array> {
  const { signer, certificate } = content;
  const algorithm = signatureAlgorithmFor(signer.algorithm);
  const tbs = responseData(content);
  const signature = await signer.sign(tbs);
  const certificates = certificate ? [explicit(0, sequence(certificate.der))] : [];
  const basic = encode(sequence(tbs, algorithm.der, bitString(signature), ...certificates));
  return encode(sequence(enumerated(0), explicit(0, sequence(oid(BASIC), octetString(basic)))));
}

function responseData({ responses, producedAt, nonce, signer }: OcspContent): Uint8Array {
  if (responses.length === 0) throw new PkiError('bad-ocsp', 'a response is about at least one certificate');
  const extensions = nonce ? [explicit(1, extensionsDer([nonceExtension(nonce)]))] : [];
  return encode(
    sequence(
      explicit(2, octetString(keyIdentifierOf(signer.publicKey))),
      generalizedTime(producedAt),
      sequence(...responses.map(singleResponse)),
      ...extensions,
    ),
  );
}

function singleResponse({ certId, status, thisUpdate, nextUpdate }: OcspSingle): Der {
  if (!(nextUpdate > thisUpdate))
    throw new PkiError('bad-validity', 'the next response comes before this one');
  return sequence(
    certId,
    statusDer(status),
    generalizedTime(thisUpdate),
    explicit(0, generalizedTime(nextUpdate)),
  );
}

function statusDer(status: OcspCertStatus): Der {
  if (status.status === 'good') return tagged(contextTag(0, false));
  if (status.status === 'unknown') return tagged(contextTag(2, false));
  const { at, reason } = status;
  const why = reason && reason !== 'unspecified' ? [explicit(0, enumerated(reasonNumber(reason)))] : [];
  return tagged(contextTag(1, true), generalizedTime(at), ...why);
}

/** Answers that are none, RFC 6960 §4.2.1; they are not signed. */
export const ocspErrors = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const;
export type OcspError = keyof typeof ocspErrors;

/** @returns OCSPResponse, DER */
export function ocspErrorResponse(error: OcspError): Uint8Array {
  return encode(sequence(enumerated(ocspErrors[error])));
}

/** RFC 6960 §4.2.2.2.1: nobody need ask whether the responder's own certificate is revoked; it lives shortly. */
export function ocspNoCheck(): Extension {
  return extension(extensionOid.ocspNoCheck, false, NULL);
}
