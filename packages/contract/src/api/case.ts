import { z } from 'zod';
import { AgreementReference, Digest, Id, IdentityKind, Instant } from '../basics.ts';
import { CertificateSummary } from './session.ts';

/** One line of the check: what the certificate says beside what the register says. */
export const ComparisonRow = z.strictObject({
  kind: z.union([z.literal('name'), IdentityKind]),
  /** Which of the three confirmations it belongs to. */
  group: z.enum(['unit', 'socialInsurance', 'housingFund']),
  certificate: z.string().nullable(),
  register: z.string().nullable(),
  /** `only-register`: a number that the certificate lacks. It does not stop a renewal. */
  result: z.enum(['same', 'differs', 'only-register']),
});
export type ComparisonRow = z.infer<typeof ComparisonRow>;

export const Comparison = z.strictObject({
  /** Digest over what is shown; a confirmation names it, so that nobody confirms what he did not see. */
  digest: Digest,
  askedAt: Instant,
  rows: z.array(ComparisonRow),
  /** Groups to be confirmed, in order. */
  groups: z.array(z.enum(['unit', 'socialInsurance', 'housingFund'])),
});
export type Comparison = z.infer<typeof Comparison>;

/** What the holder can or must do next; the page shows it, it never computes it. */
export const NextStep = z.enum(['confirm', 'choose-term', 'write', 'wait', 'service-point', 'nothing']);
export type NextStep = z.infer<typeof NextStep>;

export const Referral = z.enum([
  'mismatch',
  'unknown-entity',
  'closed-entity',
  'too-many-keys',
  'authority-refused',
]);

export const writeSteps = ['generate', 'issue', 'write', 'prove', 'tidy'] as const;
/** Steps of the writing, in order, as progress is shown. */
export const WriteStep = z.enum(writeSteps);
export type WriteStep = z.infer<typeof WriteStep>;

/** States of a renewal case; the table with its transitions is the server's `journeys/renewal/steps.ts`. */
export const renewalStates = [
  'registry-silent',
  'checking',
  'confirmed',
  'ordered',
  'issuing',
  'issued',
  'proved',
  'attention',
  'done',
  'referred',
  'cancelled',
  'expired',
] as const;
export const RenewalState = z.enum(renewalStates);
export type RenewalState = z.infer<typeof RenewalState>;

export const CaseEvent = z.strictObject({
  at: Instant,
  event: z.string(),
  from: z.string().nullable(),
  to: z.string(),
});

export const RenewalCase = z.strictObject({
  id: Id,
  number: z.string(),
  journey: z.literal('renewal'),
  state: RenewalState,
  open: z.boolean(),
  next: NextStep,
  canCancel: z.boolean(),
  createdAt: Instant,
  updatedAt: Instant,
  /** When a case that nobody continues ends by itself. Null once it has ended. */
  endsAt: Instant.nullable(),
  entityName: z.string(),
  certificate: CertificateSummary,
  comparison: Comparison.nullable(),
  referral: Referral.nullable(),
  /** Terms on offer with the end of validity each gives. None is preselected. */
  terms: z.array(z.strictObject({ years: z.int(), notAfter: Instant })),
  years: z.int().nullable(),
  agreement: AgreementReference,
  progress: z.strictObject({ step: WriteStep, at: Instant }).nullable(),
  /** The CA takes its time with the certificate: since when, and when it is asked again. */
  awaited: z.strictObject({ since: Instant, again: Instant }).nullable(),
  newCertificate: CertificateSummary.nullable(),
  /** Null: a renewal of the signing certificate alone. */
  twin: z
    .strictObject({
      certificate: CertificateSummary.nullable(),
      newCertificate: CertificateSummary.nullable(),
      /** What becomes of the old encryption key: it stays where it is, is kept by the authority, or both pairs stay. */
      oldKey: z.enum(['on-key', 'kept', 'same', 'leaves']).nullable(),
    })
    .nullable(),
  /** For want of room on the key, the pair that is there may get, or got, the new certificates; null: a new pair is made. */
  samePair: z.enum(['possible', 'certain']).nullable(),
  /** True while the key still holds a container of this ended case. */
  leftovers: z.boolean(),
  history: z.array(CaseEvent),
});
export type RenewalCase = z.infer<typeof RenewalCase>;

/** Grows by one member per journey. */
export const Case = z.discriminatedUnion('journey', [RenewalCase]);
export type Case = z.infer<typeof Case>;
export const Cases = z.strictObject({ cases: z.array(Case) });

export const ConfirmRequest = z.strictObject({
  comparison: Digest,
  groups: z
    .array(z.enum(['unit', 'socialInsurance', 'housingFund']))
    .min(1)
    .max(3),
});
export const TermRequest = z.strictObject({ years: z.int().min(1).max(10) });
