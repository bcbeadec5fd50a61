import type { AmendmentCase, AmendmentOffer, CertificateSummary, ComparisonRow } from '@certdesk/contract';
import { checking, comparison, matching, newCertificate, oldCertificate } from './examples.test-support.ts';

/** A made-up company whose certificate lacks two numbers. */
const uscc = oldCertificate.identityNumbers.filter(({ kind }) => kind === 'uscc');
const certificate: CertificateSummary = { ...oldCertificate, identityNumbers: uscc };
export const socialInsurance = { kind: 'socialInsurance', value: '0031228941' } as const;
export const housingFund = { kind: 'housingFund', value: '100288375512' } as const;

export const amendmentOffer: AmendmentOffer = {
  certificate,
  amendable: 'now',
  until: '2026-12-15T15:59:59Z',
  twin: true,
  openCase: null,
};

const lacking = (row: ComparisonRow): ComparisonRow => ({
  ...row,
  certificate: null,
  result: 'only-register',
  offer: 'open',
});
const unit = matching.filter(({ group }) => group === 'unit');
const lacks = [...unit, ...matching.filter(({ group }) => group !== 'unit').map(lacking)];
/** The last of them is not confirmed by the authority. */
const oneUnconfirmed = lacks.map(
  (row): ComparisonRow => (row.kind === 'housingFund' ? { ...row, offer: 'unconfirmed' } : row),
);

/** Two numbers to decide about. */
export const found = comparison(lacks);

const { years: _years, terms: _terms, agreement: _agreement, ...inCommon } = checking;
const opened: AmendmentCase = {
  ...inCommon,
  journey: 'amendment',
  state: 'checking',
  number: 'A2611-000052',
  certificate,
  comparison: found,
  samePair: 'certain',
  twin: {
    certificate: { ...certificate, serialNumber: '2b11f0a3c97d20418842' },
    newCertificate: null,
    oldKey: null,
  },
};

const ordered = {
  ...opened,
  state: 'ordered',
  next: 'write',
  added: [socialInsurance],
  declined: ['housingFund'],
} as const satisfies AmendmentCase;

const over = { open: false, next: 'nothing', canCancel: false, endsAt: null } as const;
const amended: CertificateSummary = {
  ...newCertificate,
  notAfter: certificate.notAfter,
  identityNumbers: [...uscc, socialInsurance],
};

const begun = opened.history.slice(0, 1);
const event = (minute: number, name: string, from: string, to: string) => ({
  at: `2026-11-24T02:0${minute}:00Z`,
  event: name,
  from,
  to,
});

/** The case in each of its states. */
export const amendments = {
  checking: opened,
  oneUnconfirmed: {
    ...opened,
    comparison: {
      ...comparison(oneUnconfirmed),
      origin: { register: 'table', reference: 'import-1', saidAt: '2026-11-20T16:00:00Z' },
      warnings: [
        { ...housingFund, problem: 'check-digit', allowed: false },
        { kind: 'uscc', value: '91310000631291289X', problem: 'division-unknown', allowed: false },
      ],
    },
  },
  silent: { ...opened, state: 'registry-silent', next: 'wait', comparison: null },
  ordered,
  writing: { ...ordered, state: 'issued', progress: { step: 'prove', at: '2026-11-24T02:01:00Z' } },
  proved: {
    ...ordered,
    state: 'proved',
    canCancel: false,
    newCertificate: amended,
    progress: { step: 'write', at: '2026-11-24T02:01:00Z' },
  },
  awaited: {
    ...ordered,
    state: 'issuing',
    next: 'wait',
    progress: { step: 'issue', at: '2026-11-24T02:01:00Z' },
    awaited: { since: '2026-11-24T02:01:00Z', again: '2026-11-24T02:31:00Z' },
  },
  refused: { ...ordered, state: 'attention', next: 'service-point', referral: 'authority-refused' },
  mismatch: {
    ...opened,
    ...over,
    state: 'referred',
    next: 'service-point',
    referral: 'mismatch',
    comparison: comparison(
      unit.map((row) =>
        row.kind === 'uscc' ? { ...row, register: '913100006312912890', result: 'differs' } : row,
      ),
    ),
  },
  done: {
    ...ordered,
    ...over,
    state: 'done',
    newCertificate: amended,
    twin: {
      certificate: { ...certificate, serialNumber: '2b11f0a3c97d20418842' },
      newCertificate: { ...amended, serialNumber: '3c9920af7718be04d121' },
      oldKey: 'same',
    },
    history: [
      ...begun,
      event(0, 'register-matched', 'registry-silent', 'checking'),
      event(1, 'confirmed', 'checking', 'ordered'),
      event(2, 'requested', 'ordered', 'issuing'),
      event(3, 'issued', 'issuing', 'issued'),
      event(4, 'proved', 'issued', 'proved'),
      event(5, 'tidied', 'proved', 'done'),
    ],
  },
  nothingFound: {
    ...opened,
    ...over,
    state: 'unchanged',
    comparison: comparison(unit),
    history: [...begun, event(0, 'nothing-found', 'registry-silent', 'unchanged')],
  },
  allDeclined: {
    ...opened,
    ...over,
    state: 'unchanged',
    declined: ['socialInsurance', 'housingFund'],
    history: [
      ...begun,
      event(0, 'register-matched', 'registry-silent', 'checking'),
      event(1, 'all-declined', 'checking', 'unchanged'),
    ],
  },
  cancelled: { ...ordered, ...over, state: 'cancelled' },
} satisfies Record<string, AmendmentCase>;

/** In force, and nobody came back to write it to the key. */
export const unwritten: AmendmentCase = { ...amendments.done, leftovers: true };
/** Nothing can be added, but something could be once it is confirmed. */
export const onlyUnconfirmed: AmendmentCase = {
  ...amendments.nothingFound,
  comparison: comparison(oneUnconfirmed.filter(({ kind }) => kind !== 'socialInsurance')),
};
