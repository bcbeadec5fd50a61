import { z } from 'zod';
import { AgreementReference, Digest, Id, IdentityKind, IdentityNumber, Instant } from '../basics.ts';
import { CertificateSummary } from './session.ts';

/** Parts of the check, in their order. */
export const comparisonGroups = ['unit', 'socialInsurance', 'housingFund'] as const;
const ComparisonGroup = z.enum(comparisonGroups);

/** One line of the check: what the certificate says beside what the register says. */
export const ComparisonRow = z.strictObject({
  kind: z.union([z.literal('name'), IdentityKind]),
  group: ComparisonGroup,
  certificate: z.string().nullable(),
  register: z.string().nullable(),
  /**
   * `only-register`: a number that the certificate lacks. `only-certificate`: an old code that the register does not keep
   * any more, of an entity that is known by others. Neither stops a case.
   */
  result: z.enum(['same', 'differs', 'only-register', 'only-certificate']),
  /**
   * Whether a number that the certificate lacks may be taken in: `open`, the holder decides; `unconfirmed`, its check digit
   * fails and the authority has not confirmed it; null, it is not asked for.
   */
  offer: z.enum(['open', 'unconfirmed']).nullable(),
});
export type ComparisonRow = z.infer<typeof ComparisonRow>;

/**
 * What may be wrong with a number. `organization-code-differs`: the unified code beside it has another organisation code in it.
 */
export const NumberProblem = z.enum(['form', 'check-digit', 'division-unknown', 'organization-code-differs']);
export type NumberProblem = z.infer<typeof NumberProblem>;

/** A number that looks wrong by its own rules; genuine ones exist, so it stops nothing that is in a certificate already. */
export const NumberWarning = z.strictObject({
  ...IdentityNumber.shape,
  problem: NumberProblem,
  /** The authority has confirmed it. */
  allowed: z.boolean(),
});
export type NumberWarning = z.infer<typeof NumberWarning>;

export const Comparison = z.strictObject({
  /** Digest over what is shown; a confirmation names it, so that nobody confirms what he did not see. */
  digest: Digest,
  askedAt: Instant,
  /** Which answer of which register this is, and when the register said so; null: it knows no such entity. */
  origin: z
    .strictObject({ register: z.enum(['table', 'http']), reference: z.string().max(128), saidAt: Instant })
    .nullable(),
  rows: z.array(ComparisonRow),
  /** Groups to be confirmed, in order. */
  groups: z.array(ComparisonGroup),
  warnings: z.array(NumberWarning),
});
export type Comparison = z.infer<typeof Comparison>;

/** What the holder can or must do next; the page shows it, it never computes it. */
export const NextStep = z.enum(['confirm', 'choose-term', 'write', 'wait', 'service-point', 'nothing']);
export type NextStep = z.infer<typeof NextStep>;

export const Referral = z.enum([
  'mismatch',
  'unknown-entity',
  'closed-entity',
  'region-not-served',
  'too-many-keys',
  'authority-refused',
]);

export const writeSteps = ['generate', 'issue', 'write', 'prove', 'tidy'] as const;
/** Steps of the writing, in order, as progress is shown. */
export const WriteStep = z.enum(writeSteps);
export type WriteStep = z.infer<typeof WriteStep>;

/** States of cases that put a new certificate in the place of the old one: what they have in common. */
const reissueStates = [
  'registry-silent',
  'checking',
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

/** States of a renewal case; the table with its transitions is the server's `journeys/renewal/steps.ts`. */
export const renewalStates = [...reissueStates, 'confirmed'] as const;
export const RenewalState = z.enum(renewalStates);
export type RenewalState = z.infer<typeof RenewalState>;

/** States of an amendment case; `unchanged`: nothing was found to add, or nothing was taken in. */
export const amendmentStates = [...reissueStates, 'unchanged'] as const;
export const AmendmentState = z.enum(amendmentStates);
export type AmendmentState = z.infer<typeof AmendmentState>;

/** The state of any case. */
export const CaseState = z.enum([...reissueStates, 'confirmed', 'unchanged']);
export type CaseState = z.infer<typeof CaseState>;

export const CaseEvent = z.strictObject({
  at: Instant,
  event: z.string(),
  from: z.string().nullable(),
  to: z.string(),
});

/** What every case says that puts a new certificate in the place of the old one. */
const reissueCase = {
  id: Id,
  number: z.string(),
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
  /** What the holder decided about the numbers on offer: these come into the new certificate … */
  added: z.array(IdentityNumber),
  /** … and these were left out. */
  declined: z.array(IdentityKind),
  progress: z.strictObject({ step: WriteStep, at: Instant }).nullable(),
  /** The CA takes its time with the certificate: since when, and when it is asked again. */
  awaited: z.strictObject({ since: Instant, again: Instant }).nullable(),
  newCertificate: CertificateSummary.nullable(),
  /** Null: the signing certificate alone. */
  twin: z
    .strictObject({
      certificate: CertificateSummary.nullable(),
      newCertificate: CertificateSummary.nullable(),
      /** What becomes of the old encryption key: it stays where it is, is kept by the authority, or both pairs stay. */
      oldKey: z.enum(['on-key', 'kept', 'same', 'leaves']).nullable(),
    })
    .nullable(),
  /** The pair that is there may get, or got, the new certificates; null: a new pair is made. */
  samePair: z.enum(['possible', 'certain']).nullable(),
  /** True while the key still holds a container of this ended case. */
  leftovers: z.boolean(),
  history: z.array(CaseEvent),
};

export const RenewalCase = z.strictObject({
  ...reissueCase,
  journey: z.literal('renewal'),
  state: RenewalState,
  /** Terms on offer with the end of validity each gives. None is preselected. */
  terms: z.array(z.strictObject({ years: z.int(), notAfter: Instant })),
  years: z.int().nullable(),
  agreement: AgreementReference,
});
export type RenewalCase = z.infer<typeof RenewalCase>;

/** Identity numbers are added to the certificate; its pair and its end of validity stay. */
export const AmendmentCase = z.strictObject({
  ...reissueCase,
  journey: z.literal('amendment'),
  state: AmendmentState,
});
export type AmendmentCase = z.infer<typeof AmendmentCase>;

/** Grows by one member per journey. */
export const Case = z.discriminatedUnion('journey', [RenewalCase, AmendmentCase]);
export type Case = z.infer<typeof Case>;
export const Cases = z.strictObject({ cases: z.array(Case) });

/** What the holder saw and confirms, and for each number on offer whether it comes into the certificate. */
export const ConfirmRequest = z.strictObject({
  comparison: Digest,
  groups: z.array(ComparisonGroup).min(1).max(comparisonGroups.length),
  added: z.array(IdentityKind).max(16),
  declined: z.array(IdentityKind).max(16),
});
export type ConfirmRequest = z.infer<typeof ConfirmRequest>;
export const TermRequest = z.strictObject({ years: z.int().min(1).max(10) });
