/**
 * Amendment as one table. The diagram in docs/amendment.md is drawn from it.
 *
 * The public key stays (RFC 3647 §4.4.8, certificate modification), so there is no key pair to lose, and the key proves the
 * new certificate before that is written: a certificate is public, and is written as often as it takes.
 */
import type { AmendmentState } from '@certdesk/contract';
import type { JourneyTable, Transition } from '../../cases/table.ts';
import {
  endings,
  type ReissueEffect,
  type ReissueEvent,
  reissueStates,
  writing,
} from '../../reissue/steps.ts';

export type AmendmentEvent = ReissueEvent | 'nothing-found' | 'confirmed' | 'all-declined';

const transitions: readonly Transition<AmendmentState, AmendmentEvent, ReissueEffect>[] = [
  { from: [null], event: 'opened', to: 'registry-silent', by: 'holder', effects: [] },

  // The register is asked again for as long as nobody has decided; its answer may change.
  {
    from: ['registry-silent', 'checking'],
    event: 'register-matched',
    to: 'checking',
    by: 'register',
    effects: [],
  },
  {
    from: ['registry-silent', 'checking'],
    event: 'register-refused',
    to: 'referred',
    by: 'register',
    effects: [],
  },
  {
    from: ['registry-silent', 'checking'],
    event: 'nothing-found',
    to: 'unchanged',
    by: 'register',
    effects: [],
  },

  // Deciding again is allowed until the key has asked for a certificate; orders for the former decision are closed.
  {
    from: ['checking', 'ordered'],
    event: 'confirmed',
    to: 'ordered',
    by: 'holder',
    effects: ['close-orders'],
  },
  {
    from: ['checking', 'ordered'],
    event: 'all-declined',
    to: 'unchanged',
    by: 'holder',
    effects: ['close-orders'],
  },

  ...writing,
  ...endings(['registry-silent', 'checking', 'ordered', 'issuing', 'issued', 'attention'] as const),
];

export const amendmentTable: JourneyTable<AmendmentState, AmendmentEvent, ReissueEffect> = {
  journey: 'amendment',
  changesCertificate: true,
  states: { ...reissueStates, unchanged: { open: false } },
  transitions,
};
