/** Renewal's decisions, without I/O: when, what is compared, which terms, until when. */
import type { ComparisonRow, IdentityKind, IdentityNumber } from '@certdesk/contract';
import { addMonths } from '@certdesk/pki';
import { lookupValue } from '../../registry/lookup-value.ts';

export interface RenewalSettings {
  /** Renewal opens so many months before expiry. */
  readonly windowMonths: number;
  /** … and stays open so many months after it. */
  readonly lateMonths: number;
  /** Terms on offer, in years. */
  readonly terms: readonly number[];
}

export type Timing = {
  readonly renewable: 'now' | 'too-early' | 'too-late';
  readonly from: Date;
  readonly until: Date;
};

/** Whether a certificate with this end of validity may be renewed now. Both ends of the window are inside it. */
export function renewalTiming(notAfter: Date, now: Date, settings: RenewalSettings): Timing {
  const from = addMonths(notAfter, -settings.windowMonths);
  const until = addMonths(notAfter, settings.lateMonths);
  const renewable = now < from ? 'too-early' : now > until ? 'too-late' : 'now';
  return { renewable, from, until };
}

/** The term follows the old end of validity, or today if that has passed; no term outlives the issuing CA. */
export function newNotAfter(oldNotAfter: Date, years: number, now: Date, authorityEnd: Date): Date {
  const begin = oldNotAfter > now ? oldNotAfter : now;
  const end = addMonths(begin, 12 * years);
  end.setUTCMilliseconds(0);
  return end < authorityEnd ? end : authorityEnd;
}

export function termsOnOffer(oldNotAfter: Date, now: Date, authorityEnd: Date, settings: RenewalSettings) {
  return settings.terms
    .map((years) => ({ years, notAfter: newNotAfter(oldNotAfter, years, now, authorityEnd) }))
    .filter((term, at, terms) => {
      // Beside the issuing CA's end several terms would give the same date: offer the shortest of them alone.
      const before = terms[at - 1];
      return term.notAfter > now && (before === undefined || term.notAfter > before.notAfter);
    });
}

/** How names and numbers are compared: NFKC, one kind of brackets, no spaces, capital letters. */
export function normalised(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[[{〔【〈《「『]/gu, '(')
    .replace(/[\]}〕】〉》」』]/gu, ')')
    .replace(/\s+/gu, '')
    .toUpperCase();
}

/** An organisation code is the same one with its hyphen and without. */
const compared = (kind: ComparisonRow['kind'], text: string) =>
  normalised(kind === 'name' ? text : lookupValue(kind, text));

export interface Subject {
  readonly name: string;
  readonly numbers: readonly IdentityNumber[];
}

const unitOld: readonly IdentityKind[] = ['organizationCode', 'taxRegistration', 'businessLicense'];

/**
 * What the holder is shown: the certificate's unit, social insurance and housing fund beside the register's.
 * The unit documents are the unified code where the certificate has one, else the three old codes that it has.
 */
export function compare(certificate: Subject, register: Subject): ComparisonRow[] {
  const inCertificate = (kind: IdentityKind) =>
    certificate.numbers.find((number) => number.kind === kind)?.value;
  const inRegister = (kind: IdentityKind) => register.numbers.find((number) => number.kind === kind)?.value;
  const row = (
    kind: ComparisonRow['kind'],
    group: ComparisonRow['group'],
    mine: string | undefined,
    theirs: string | undefined,
  ): ComparisonRow[] => {
    if (mine === undefined && theirs === undefined) return [];
    const result =
      mine === undefined
        ? 'only-register'
        : theirs !== undefined && compared(kind, mine) === compared(kind, theirs)
          ? 'same'
          : 'differs';
    return [{ kind, group, certificate: mine ?? null, register: theirs ?? null, result }];
  };
  const old = unitOld.filter((kind) => inCertificate(kind) !== undefined);
  const unit: readonly IdentityKind[] =
    inCertificate('uscc') !== undefined || old.length === 0 ? ['uscc'] : old;
  return [
    ...row('name', 'unit', certificate.name, register.name),
    ...unit.flatMap((kind) => row(kind, 'unit', inCertificate(kind), inRegister(kind))),
    ...row(
      'socialInsurance',
      'socialInsurance',
      inCertificate('socialInsurance'),
      inRegister('socialInsurance'),
    ),
    ...row('housingFund', 'housingFund', inCertificate('housingFund'), inRegister('housingFund')),
  ];
}

/** The confirmations that these rows ask for, in their order. */
export function groupsOf(rows: readonly ComparisonRow[]): ComparisonRow['group'][] {
  return [...new Set(rows.map((row) => row.group))];
}

export function allMatch(rows: readonly ComparisonRow[]): boolean {
  return rows.every((row) => row.result !== 'differs');
}
