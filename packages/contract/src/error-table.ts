/** All errors in one table: what holders may see, and what only the staff does. */
import { commandErrors } from './command-errors.ts';
import { type ErrorDetails, type ErrorEntry, type Language, sentenceWith } from './error-entry.ts';
import { holderErrors } from './errors.ts';

const table = { ...holderErrors, ...commandErrors };

export type ErrorCode = keyof typeof table;

export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = table;
export const errorCodes = Object.keys(table) as ErrorCode[];

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(table, code);
}

/** The sentence for a code with its details filled in; a detail that is missing is left out of the sentence. */
export function errorSentence(code: ErrorCode, language: Language, details: ErrorDetails = {}): string {
  return sentenceWith(errorTable[code], language, details);
}

/** A problem document (RFC 9457 in spirit): what every error answer of the API looks like. */
export interface Problem {
  readonly code: ErrorCode;
  readonly status: number;
  readonly sentence: { readonly zh: string; readonly en: string };
  readonly details: ErrorDetails;
}

export function problem(code: ErrorCode, details: ErrorDetails = {}): Problem {
  return {
    code,
    status: errorTable[code].status || 500,
    sentence: { zh: errorSentence(code, 'zh', details), en: errorSentence(code, 'en', details) },
    details,
  };
}
