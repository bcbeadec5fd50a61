import { createHash } from 'node:crypto';
import {
  type RegistrationRequest,
  RegistrationRequest as Schema,
  type SignedRegistration,
  signedTypes,
} from '@certdesk/contract';
import { addMonths, CertificationRequest, type KeyAlgorithm, keyAlgorithmOf, PkiError } from '@certdesk/pki';
import type { z } from 'zod';
import { readStatement } from '../../orders/statement.ts';
import { DeskError } from '../../platform/error.ts';
import type { IntentRequest } from '../authority.ts';
import { contentFor } from '../content.ts';

/** How far a client's clock may be from the server's. */
const clockMs = 5 * 60_000;

/**
 * What a client signed. Everything is checked here that needs no database.
 * @throws DeskError `statement-invalid`, `signature-invalid`, `client-clock`
 */
export function readRequest(
  signed: z.infer<typeof SignedRegistration>,
  publicKey: Uint8Array,
  now: Date,
): RegistrationRequest {
  const { value, verified } = readStatement(signedTypes.registration, Schema, signed.statement, publicKey);
  if (!verified) throw new DeskError('signature-invalid');
  if (value.client !== signed.client) throw new DeskError('statement-invalid');
  if (Math.abs(Date.parse(value.at) - now.getTime()) > clockMs) throw new DeskError('client-clock');
  return value;
}

/**
 * The intent that a request asks for.
 * @param endOf the issuing CA's end of validity: a term that would outlive it ends with it
 * @throws DeskError `request-signature`, `request-key`, `request-invalid`
 */
export function intentFor(
  request: RegistrationRequest,
  endOf: (profile: string, algorithm: KeyAlgorithm) => Date,
  now: Date,
): IntentRequest {
  const { client, requestId, profile, entityName, identityNumbers, years } = request;
  refuseControls('requestId', requestId);
  refuseControls('entityName', entityName);
  const pkcs10 = Buffer.from(request.request, 'base64');
  const publicKey = requestedKey(pkcs10);
  const end = addMonths(now, 12 * years);
  const authorityEnd = endOf(profile, algorithmOf(publicKey));
  return {
    idempotencyKey: `client:${client}:${requestId}`,
    profile,
    publicKey,
    requestDigest: contentDigest(request, pkcs10),
    request: pkcs10,
    content: content(entityName, identityNumbers, end < authorityEnd ? end : authorityEnd),
  };
}

function requestedKey(der: Uint8Array): Uint8Array {
  try {
    const request = CertificationRequest.parse(der);
    if (request.verify()) return request.publicKey;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
  }
  throw new DeskError('request-signature');
}

function algorithmOf(publicKey: Uint8Array): KeyAlgorithm {
  try {
    return keyAlgorithmOf(publicKey);
  } catch (error) {
    if (error instanceof PkiError) throw new DeskError('request-key');
    throw error;
  }
}

/** All that makes a request what it is. Not the time: the same request is signed anew when it is sent again. */
function contentDigest(
  { profile, entityName, identityNumbers, years }: RegistrationRequest,
  pkcs10: Uint8Array,
): string {
  const numbers = identityNumbers.map(({ kind, value }) => [kind, value]);
  const what = JSON.stringify([profile, Buffer.from(pkcs10).toString('base64'), entityName, numbers, years]);
  return createHash('sha256').update(what).digest('hex');
}

function content(name: string, identityNumbers: RegistrationRequest['identityNumbers'], notAfter: Date) {
  try {
    return contentFor({ name, identityNumbers }, notAfter);
  } catch (error) {
    if (error instanceof PkiError) throw new DeskError('request-invalid', { where: error.message });
    throw error;
  }
}

/** Control characters and halves of surrogate pairs belong into no certificate, and the database stores no U+0000. */
function refuseControls(where: string, text: string): void {
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) throw new DeskError('request-invalid', { where });
}
