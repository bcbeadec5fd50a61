import type { ErrorCode, ErrorDetails, Language } from '@certdesk/contract';
import { errorSentence } from '@certdesk/contract';
import { KeyError, type KeyErrorCode } from '@certdesk/token';

/** Anything that a person is told: a code of the one table with its details. Never holds a PIN or a token. */
export class AssistantError extends Error {
  override readonly name = 'AssistantError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown) {
    super(errorSentence(code, 'en', details), { cause });
    this.code = code;
    this.details = details;
  }

  sentence(language: Language): string {
    return errorSentence(this.code, language, this.details);
  }
}

/** The clerk said no, or closed the window. No error, but the end of the order. */
export class Declined extends Error {
  override readonly name = 'Declined';
}

const keyCodes: Partial<Record<KeyErrorCode, ErrorCode>> = {
  'key-removed': 'key-removed',
  'key-busy': 'key-busy',
  'library-missing': 'key-library-missing',
  'library-hung': 'key-library-hung',
  'library-crashed': 'key-library-crashed',
  'pin-locked': 'pin-locked',
  'pin-format': 'pin-format',
  'pin-expired': 'pin-expired',
  'admin-pin-locked': 'admin-pin-locked',
  'no-room': 'key-no-room',
  'not-supported': 'key-algorithm',
  'certificate-invalid': 'certificate-invalid',
};

/** What to tell people of any error: drivers' own codes become those of the table, everything unforeseen `internal`. */
export function asAssistantError(error: unknown): AssistantError {
  if (error instanceof AssistantError) return error;
  if (error instanceof KeyError) {
    const { code, tries } = error;
    if (code === 'pin-incorrect') {
      return tries === undefined
        ? new AssistantError('pin-incorrect-unknown', {}, error)
        : new AssistantError('pin-incorrect', { tries }, error);
    }
    if (code === 'admin-pin-last-tries' || code === 'admin-pin-incorrect')
      return new AssistantError(code, { tries: tries ?? '?' }, error);
    return new AssistantError(keyCodes[code] ?? 'key-failed', {}, error);
  }
  return new AssistantError(
    'internal',
    { reference: error instanceof Error ? error.name : 'unknown' },
    error,
  );
}

export const isKeyRemoved = (error: unknown) => error instanceof KeyError && error.code === 'key-removed';
