import type { ErrorCode } from '@certdesk/contract';
import { sentenceWith } from '@certdesk/contract/error-entry';
import { holderErrors } from '@certdesk/contract/errors';
import type { Language, Words } from '../words/words.ts';

/** What only the page itself can find out. */
export type PageCode = 'server-unreachable' | 'window-closed' | 'window-declined' | 'assistant-outdated';
export type FailureCode = ErrorCode | PageCode;

/** Why a step did not work: from the API, from the assistant's window, or from the page. */
export interface Failure {
  /** Codes come over the wire; an unknown one is shown all the same. */
  readonly code: string;
  readonly details: Record<string, string | number>;
  /** The server's own sentence, when it sent one. */
  readonly sentence: { readonly zh: string; readonly en: string } | null;
}

export function failure(
  code: string,
  details: Failure['details'] = {},
  sentence: Failure['sentence'] = null,
): Failure {
  return { code, details, sentence };
}

/** What is wrong and what to do, in the reader's language. Never empty, also for codes of a newer assistant. */
export function sentenceOf(reason: Failure, language: Language, words: Words): string {
  if (reason.sentence) return reason.sentence[language];
  // Not the contract's isErrorCode: it needs Object.hasOwn, which Chromium 87 and Firefox 91 lack.
  const entry = lookUp(holderErrors, reason.code);
  if (entry) return sentenceWith(entry, language, reason.details);
  return lookUp(words.troubles.own, reason.code) ?? words.troubles.unknown;
}

/** What stands in a table under a code that came over the wire. */
export function lookUp<T>(table: Readonly<Record<string, T>>, code: string): T | undefined {
  return Object.keys(table).includes(code) ? table[code] : undefined;
}
