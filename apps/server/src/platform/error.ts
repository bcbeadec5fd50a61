import { type ErrorCode, type ErrorDetails, errorSentence } from '@certdesk/contract';

/**
 * An error that a person is told about: a code from the one table and what fills its sentence.
 * Thrown anywhere; HTTP answers with the problem document, a command prints the sentence.
 * Details are shown to whoever asked, so they hold nothing secret.
 */
export class DeskError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(errorSentence(code, 'en', details), options);
    this.name = 'DeskError';
    this.code = code;
    this.details = details;
  }
}
