import type { FailureCode } from './failure.ts';

/** Where a trouble leads: what the holder can do from its screen, the best first. */
export type Action =
  | 'retry'
  | 'reload'
  | 'download'
  | 'sign-in'
  | 'renewal'
  | 'cases'
  | 'service-points'
  | 'unlock'
  | 'lost-key';

const servicePoint = ['service-points'] as const;

/** Troubles that are not simply tried again. */
const actions = new Map<string, readonly Action[]>(
  Object.entries({
    'assistant-missing': ['download', 'retry'],
    'assistant-outdated': ['download', 'retry'],
    'order-untrusted': servicePoint,
    'key-no-room': servicePoint,
    'key-no-twin': servicePoint,
    'key-algorithm': servicePoint,
    'key-management-refused': servicePoint,
    'encryption-pair-bound': ['cases', 'service-points'],
    'proof-encryption': ['retry', 'service-points'],
    'key-missing': ['retry', 'lost-key'],
    'key-failed': ['retry', 'lost-key'],
    'key-library-missing': ['retry', 'service-points'],
    'key-library-hung': ['retry', 'service-points'],
    'key-library-crashed': ['retry', 'service-points'],
    'pin-locked': ['unlock', 'service-points'],
    'session-ended': ['sign-in'],
    'challenge-unknown': ['retry'],
    maintenance: ['reload'],
    'renewal-too-early': ['cases'],
    'renewal-too-late': servicePoint,
    'renewal-key-kind': servicePoint,
    'payment-not-available': servicePoint,
    'certificate-foreign': ['retry', 'service-points'],
    'certificate-unknown': ['service-points', 'retry'],
    'certificate-invalid': ['service-points', 'retry'],
    'certificate-not-yet-valid': ['retry'],
    'certificate-expired-too-long': servicePoint,
    'certificate-superseded': ['retry', 'service-points'],
    'certificate-revoked': servicePoint,
    'certificate-suspended': servicePoint,
    'region-not-served': servicePoint,
    'comparison-differs': ['reload', 'service-points'],
    'amendment-near-end': ['renewal'],
    'amendment-not-possible': servicePoint,
    'numbers-undecided': ['reload'],
    'number-not-offered': ['reload'],
    'comparison-changed': ['reload'],
    'agreement-outdated': ['reload'],
    'case-state': ['reload', 'cases'],
    'case-open': ['cases'],
    'case-not-found': ['cases'],
    'not-found': ['cases'],
    'case-cannot-cancel': ['cases'],
    'issuing-attention': servicePoint,
    'issuing-waits': ['reload', 'cases'],
    'issuing-refused': servicePoint,
    'session-renewal-only': ['renewal'],
  } satisfies Partial<Record<FailureCode, readonly Action[]>>),
);

export function actionsFor(code: string): readonly Action[] {
  return actions.get(code) ?? ['retry'];
}
