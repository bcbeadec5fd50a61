/** Renewal as one table. The diagram in docs/renewal.md is drawn from it. */
import type { RenewalState } from '@certdesk/contract';
import type { JourneyTable, Transition } from '../../cases/table.ts';
import {
  endings,
  losingKeys,
  type ReissueEffect,
  type ReissueEvent,
  reissueStates,
  writing,
} from '../../reissue/steps.ts';

export type RenewalEvent = ReissueEvent | 'confirmed' | 'term-chosen';
export type RenewalEffect = ReissueEffect;

const transitions: readonly Transition<RenewalState, RenewalEvent, RenewalEffect>[] = [
  { from: [null], event: 'opened', to: 'registry-silent', by: 'holder', effects: [] },

  // The register is asked again for as long as nobody has chosen a term; its answer may change.
  {
    from: ['registry-silent', 'checking', 'confirmed'],
    event: 'register-matched',
    to: 'checking',
    by: 'register',
    effects: [],
  },
  {
    from: ['registry-silent', 'checking', 'confirmed'],
    event: 'register-refused',
    to: 'referred',
    by: 'register',
    effects: [],
  },

  // Deciding and choosing again is allowed until a key has asked for a certificate; orders for the former choice are closed.
  {
    from: ['checking', 'confirmed', 'ordered'],
    event: 'confirmed',
    to: 'confirmed',
    by: 'holder',
    effects: ['close-orders'],
  },
  {
    from: ['confirmed', 'ordered'],
    event: 'term-chosen',
    to: 'ordered',
    by: 'holder',
    effects: ['close-orders'],
  },

  ...writing,
  ...losingKeys,
  ...endings([
    'registry-silent',
    'checking',
    'confirmed',
    'ordered',
    'issuing',
    'issued',
    'attention',
  ] as const),
];

export const renewalTable: JourneyTable<RenewalState, RenewalEvent, RenewalEffect> = {
  journey: 'renewal',
  changesCertificate: true,
  states: { ...reissueStates, confirmed: { open: true } },
  transitions,
};
