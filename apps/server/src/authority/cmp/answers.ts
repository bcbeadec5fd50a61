/** What the CA's answers mean, whatever kind of message they come in. */
import {
  type CmpFailure,
  type CmpHeader,
  type CmpStatusInfo,
  confirmWaitTime,
  PkiError,
} from '@certdesk/pki';
import type { CmpAnswer } from './exchange.ts';
import { NoAnswer } from './exchange.ts';

export type Enrolment =
  | { readonly kind: 'granted'; readonly certificate: Uint8Array; readonly requestId: number }
  | { readonly kind: 'waiting'; readonly requestId: number; readonly seconds: number }
  /** A CertResponse that says no. */
  | { readonly kind: 'refused'; readonly status: CmpStatusInfo }
  /** An error message: about the message rather than about what it asks for, or about both. */
  | { readonly kind: 'error'; readonly status: CmpStatusInfo };

/** How soon to poll where the CA says only that it waits. */
const firstPollSeconds = 5;
/** A CA that says "in a year" is asked once a day all the same. */
const longestPollSeconds = 86_400;

/**
 * The CA cannot for now, or does not take messages as this desk protects them: nothing is said of what was asked for, which
 * waits until an operator has put it right.
 */
const passing: readonly CmpFailure[] = [
  'systemUnavail',
  'systemFailure',
  'timeNotAvailable',
  'badAlg',
  'badMessageCheck',
  'badTime',
  'wrongAuthority',
  'missingTimeStamp',
  'wrongIntegrity',
  'badRecipientNonce',
  'badSenderNonce',
  'signerNotTrusted',
  'unsupportedVersion',
  'notAuthorized',
];

/** @throws NoAnswer for a message that is no answer to a request or poll, and for trouble that passes */
export function enrolmentIn({ body }: CmpAnswer, requestId: number | null): Enrolment {
  if (body.kind === 'error') {
    throwIfPassing(body.status);
    return { kind: 'error', status: body.status };
  }
  if (body.kind === 'pollRep') {
    const [poll] = body.polls;
    if (!poll) throw new NoAnswer('a poll was answered with nothing');
    const seconds = Math.min(Math.max(poll.checkAfter, 1), longestPollSeconds);
    return { kind: 'waiting', requestId: poll.id, seconds };
  }
  const [response, ...others] = 'responses' in body ? body.responses : [];
  if (!response || others.length > 0) throw new NoAnswer(`a request was answered by ${body.kind}`);
  // A PKCS#10 request has no certReqId: -1 stands for it, or 0 in older software.
  if (requestId !== null && response.id !== requestId)
    throw new NoAnswer('a request was answered under another id');
  const { status, certificate, encrypted, id } = response;
  switch (status.status) {
    case 'waiting':
      return { kind: 'waiting', requestId: id, seconds: firstPollSeconds };
    case 'accepted':
    case 'grantedWithMods':
      if (certificate && !encrypted) return { kind: 'granted', certificate, requestId: id };
      throw new NoAnswer('a certificate was granted and none came that is not encrypted');
    default:
      throwIfPassing(status);
      return { kind: 'refused', status };
  }
}

export function throwIfPassing(status: CmpStatusInfo): void {
  if (!status.failures.some((failure) => passing.includes(failure))) return;
  throw new NoAnswer(`the CA does not take our messages at the moment: ${JSON.stringify(wordsOf(status))}`);
}

/** Until when the CA waits for a confirmation; null where it does not say. */
export function confirmBy(header: CmpHeader): Date | null {
  try {
    return confirmWaitTime(header) ?? null;
  } catch (error) {
    if (error instanceof PkiError) return null;
    throw error;
  }
}

/** For the audit log: the CA's own words, which holders are not shown. Bounded and without control characters. */
export function wordsOf({ status, failures, text }: CmpStatusInfo) {
  const said = text
    .join(' / ')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, 500);
  return { status, failures, said };
}
