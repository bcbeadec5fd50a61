import type { Case, ErrorCode } from '@certdesk/contract';
import { addressOf } from '../cases/address.ts';
import { amendmentOffer, amendments, onlyUnconfirmed, unwritten } from './amendment-examples.test-support.ts';
import type { FakeAssistant } from './assistant.test-support.ts';
import type { FakeState } from './desk.test-support.ts';
import { agreed, caseId, cases, digestOf, offer, oldCertificate, session } from './examples.test-support.ts';

/** One screen: how the desk and the assistant stand, where to go, what to press, and what shows that it is there. */
export interface Screen {
  readonly name: string;
  readonly path: string;
  readonly prepare?: (state: FakeState, assistant: FakeAssistant) => void;
  readonly noAssistant?: boolean;
  /** What is typed into what, before anything is pressed. */
  readonly fill?: readonly [selector: string, text: string];
  /** What to press, one after the other. */
  readonly press?: string | readonly string[];
  readonly shows: string;
  /** Shown in the docs, though nothing is wrong. */
  readonly pictured?: true;
  /** Both languages stand on it at once. */
  readonly bilingual?: true;
}

const signedIn = (state: FakeState) => {
  state.session = session;
};

function caseScreen(name: string, value: Case, more: Partial<Screen> = {}): Screen {
  return {
    name,
    path: addressOf(value),
    shows: 'h1',
    ...more,
    prepare: (state, assistant) => {
      signedIn(state);
      state.case = value;
      more.prepare?.(state, assistant);
    },
  };
}

const code = (text: string) => `code:text-is("${text}")`;

/** What the window reports while somebody signs in. */
const windowTrouble = (trouble: string): Screen => ({
  name: `trouble-${trouble}`,
  path: '/sign-in',
  prepare: (_, assistant) => {
    assistant.answer = { fail: trouble };
  },
  press: '.button.main',
  shows: code(trouble),
});

/** What the window reports while a renewal is written. */
const writingTrouble = (trouble: string): Screen =>
  caseScreen(
    `trouble-${trouble}`,
    { ...cases.ordered, comparison: agreed, declined: [] },
    {
      prepare: (_, assistant) => {
        assistant.answer = { fail: trouble };
      },
      press: '.button.main',
      shows: code(trouble),
    },
  );

/** What the server says of the certificate that somebody signs in with. */
const signInTrouble = (trouble: ErrorCode): Screen => ({
  name: trouble,
  path: '/sign-in',
  prepare: (state) => {
    state.failing.set('POST /sign-in', trouble);
  },
  press: '.button.main',
  shows: code(trouble),
});

/** What the server says when the cases are asked for. */
const casesTrouble = (name: string, trouble: ErrorCode | 'server-unreachable'): Screen => ({
  name,
  path: '/cases',
  prepare: (state) => {
    signedIn(state);
    state.failing.set('GET /cases', trouble);
  },
  shows: code(trouble),
});

/** What the server says when a renewal is opened. */
const openingTrouble = (trouble: ErrorCode): Screen => ({
  name: trouble,
  path: '/renewal',
  prepare: (state) => {
    signedIn(state);
    state.failing.set('POST /renewal', trouble);
  },
  press: '.button.main',
  shows: code(trouble),
});

const amendmentTrouble = (amendable: FakeState['amendmentOffer']['amendable'], trouble: string): Screen => ({
  name: `amendment-${amendable}`,
  path: '/amendment',
  prepare: (state) => {
    signedIn(state);
    state.amendmentOffer = { ...amendmentOffer, amendable };
    if (amendable === 'expired') state.session = { ...session, mode: 'renewal-only' };
  },
  shows: code(trouble),
});

/** What the server says when the holder confirms. */
const confirmingTrouble = (trouble: ErrorCode): Screen =>
  caseScreen(trouble, amendments.checking, {
    prepare: (state) => {
      state.failing.set(`POST /cases/${caseId}/confirmations`, trouble);
    },
    press: ['label >> text=/^(添加|Add)$/ >> nth=0', 'label >> text=/^(添加|Add)$/ >> nth=1', '.button.main'],
    shows: code(trouble),
  });

const offerTrouble = (renewable: FakeState['offer']['renewable'], trouble: string): Screen => ({
  name: `offer-${renewable}`,
  path: '/renewal',
  prepare: (state) => {
    signedIn(state);
    state.offer = { ...offer, renewable };
  },
  shows: code(trouble),
});

/** Somebody asks about his company's code before signing in. */
const servedAnswer = (served: FakeState['served'], path: '/' | '/sign-in', shows: string): Screen => ({
  name: `served-${served}`,
  path,
  prepare: (state) => {
    state.desk.served = { zh: '上海市', en: 'Shanghai' };
    state.served = served;
  },
  fill: ['.served input', '91310000631291289X'],
  press: '.served .button',
  shows,
});

export const screens: readonly Screen[] = [
  { name: 'home', path: '/', shows: '.services' },
  servedAnswer('yes', '/', '.served [role=status]:not(:empty)'),
  servedAnswer('unknown', '/sign-in', '.served [role=status]:not(:empty)'),
  servedAnswer('no', '/sign-in', code('region-not-served')),
  { name: 'service-points', path: '/service-points', shows: '.points' },
  { name: 'service-points-nearest', path: '/service-points', prepare: signedIn, shows: '.points' },
  {
    name: 'service-points-none',
    path: '/service-points',
    prepare: (state) => {
      state.points = [];
    },
    shows: '.card > p:not(.quiet)',
  },
  {
    name: 'service-points-unreachable',
    path: '/service-points',
    prepare: (state) => {
      state.failing.set('GET /service-points', 'database-unavailable');
    },
    shows: '[role=alert]',
  },
  { name: 'not-open', path: '/unlock', shows: '.papers' },
  { name: 'not-found', path: '/nowhere', shows: 'h1' },
  { name: 'sign-in', path: '/sign-in', shows: '.todo' },
  {
    name: 'sign-in-window',
    path: '/sign-in',
    prepare: (_, assistant) => {
      assistant.answer = 'wait';
    },
    press: '.button.main',
    shows: '.note.wait >> text=/PIN|密码/',
  },
  {
    name: 'no-assistant',
    path: '/sign-in',
    noAssistant: true,
    press: '.button.main',
    shows: code('assistant-missing'),
  },
  {
    name: 'assistant-outdated',
    path: '/sign-in',
    prepare: (_, assistant) => {
      assistant.version = '0.9.0';
    },
    press: '.button.main',
    shows: code('assistant-outdated'),
  },
  {
    name: 'window-blocked',
    path: '/sign-in',
    prepare: (state) => {
      state.before = 'window.open = () => null;';
    },
    press: '.button.main',
    shows: code('window-blocked'),
  },
  {
    name: 'window-closed',
    path: '/sign-in',
    prepare: (_, assistant) => {
      assistant.answer = 'vanish';
    },
    press: '.button.main',
    shows: code('window-closed'),
  },
  {
    name: 'window-declined',
    path: '/sign-in',
    prepare: (_, assistant) => {
      assistant.answer = 'decline';
    },
    press: '.button.main',
    shows: code('window-declined'),
  },
  ...[
    'key-missing',
    'key-busy',
    'key-failed',
    'key-no-certificate',
    'key-library-missing',
    'pin-expired',
    'pin-locked',
    'pin-incorrect',
    'pin-incorrect-unknown',
    'order-busy',
    'order-untrusted',
    'from-the-future',
  ].map(windowTrouble),
  ...(
    [
      'certificate-foreign',
      'certificate-unknown',
      'certificate-not-yet-valid',
      'certificate-expired-too-long',
      'certificate-superseded',
      'certificate-revoked',
      'certificate-suspended',
      'region-not-served',
      'too-many-requests',
    ] as const
  ).map(signInTrouble),
  { name: 'lost-key', path: '/lost-key', shows: '.points' },
  {
    name: 'old-browser',
    path: '/',
    bilingual: true,
    prepare: (state) => {
      // As from before 2020.
      state.before = 'delete Element.prototype.replaceChildren;';
    },
    shows: '#old-browser h1',
  },
  {
    name: 'maintenance',
    path: '/',
    prepare: (state) => {
      state.desk.maintenance = true;
    },
    shows: code('maintenance'),
  },
  casesTrouble('maintenance-meanwhile', 'maintenance'),
  {
    name: 'agreement',
    path: '/renewal',
    prepare: signedIn,
    shows: '.agreement',
  },
  {
    name: 'agreement-twins',
    path: '/renewal',
    prepare: (state) => {
      signedIn(state);
      state.offer = { ...offer, twin: true };
    },
    shows: '.agreement',
  },
  {
    name: 'agreement-expired',
    path: '/renewal',
    prepare: (state) => {
      state.session = { ...session, mode: 'renewal-only' };
      state.offer = { ...offer, certificate: { ...oldCertificate, expired: true } };
    },
    shows: '.agreement',
  },
  offerTrouble('too-early', 'renewal-too-early'),
  offerTrouble('too-late', 'renewal-too-late'),
  offerTrouble('key-kind', 'renewal-key-kind'),
  offerTrouble('payment', 'payment-not-available'),
  openingTrouble('agreement-outdated'),
  openingTrouble('case-open'),
  caseScreen('check', cases.checking, { shows: '.terms' }),
  caseScreen('check-twins', cases.checkingTwins, { shows: '.terms' }),
  caseScreen(
    'check-no-term',
    { ...cases.checking, declined: ['housingFund'] },
    { press: '.button.main', shows: '.error:not(:empty)' },
  ),
  caseScreen('check-chosen', cases.ordered, { shows: '.chosen' }),
  ...[
    'key-no-room',
    'key-no-twin',
    'key-algorithm',
    'key-library-hung',
    'key-library-crashed',
    'proof-encryption',
    'key-management-unavailable',
    'encryption-pair-bound',
    'issuing-lost',
    'issuing-refused',
    'assistant-no-server',
    'assistant-stopped',
    'authority-unavailable',
    'order-other-key',
    'order-stale',
  ].map(writingTrouble),
  caseScreen('comparison-changed', cases.checking, {
    prepare: (state) => {
      state.failing.set(`POST /cases/${caseId}/confirmations`, 'comparison-changed');
    },
    press: ['label >> text=/^添加$/', 'label >> text=/一年/ >> nth=0', '.button.main'],
    shows: code('comparison-changed'),
  }),
  caseScreen('check-undecided', cases.checking, { press: '.button.main', shows: '.error:not(:empty)' }),
  caseScreen('mismatch', cases.mismatch, { shows: '.differs' }),
  caseScreen('unknown-entity', cases.unknown, { shows: '.points' }),
  caseScreen('elsewhere', cases.elsewhere, { shows: '.points' }),
  caseScreen('closed-entity', cases.closed, { shows: '.points' }),
  caseScreen('waiting', cases.silent, { press: '.button.main', shows: '.note.wait' }),
  caseScreen('writing', cases.writing, { shows: 'progress' }),
  caseScreen('writing-stopped', cases.writing, {
    prepare: (_, assistant) => {
      assistant.answer = { fail: 'key-removed' };
    },
    press: '.button.main',
    shows: code('key-removed'),
  }),
  caseScreen('writing-window-closed', cases.writing, {
    prepare: (_, assistant) => {
      assistant.answer = 'vanish';
    },
    press: '.button.main',
    shows: code('window-closed'),
  }),
  caseScreen('proved', cases.proved, { shows: 'progress' }),
  caseScreen('writing-same-pair', { ...cases.writing, samePair: 'certain' }, { shows: 'progress' }),
  caseScreen('proved-same-pair', { ...cases.proved, samePair: 'certain' }, { shows: 'progress' }),
  caseScreen('awaited', cases.awaited, { shows: '.papers' }),
  caseScreen('attention', cases.attention, { shows: '.points' }),
  caseScreen('refused', cases.refused, { shows: '.points' }),
  caseScreen('result', cases.done, { shows: '.receipt' }),
  ...(['on-key', 'kept', 'same', 'leaves'] as const).map((oldKey) =>
    caseScreen(
      oldKey === 'on-key' ? 'result-twins' : `result-twins-${oldKey}`,
      {
        ...cases.doneTwins,
        twin: { ...cases.doneTwins.twin, oldKey },
        samePair: oldKey === 'same' ? 'certain' : null,
      },
      { shows: '.receipt' },
    ),
  ),
  caseScreen('cancelled', cases.cancelled, { shows: '.card' }),
  caseScreen('cancel', cases.ordered, { path: `/renewal/${caseId}/cancel`, shows: '.danger' }),
  caseScreen('other-certificate', cases.ordered, {
    prepare: (state) => {
      state.session = {
        ...session,
        certificate: { ...oldCertificate, digest: digestOf('e'), serialNumber: '0102030405060708090a' },
      };
    },
    shows: '.number',
  }),
  caseScreen('resume', cases.ordered, { path: '/resume?next=/cases', shows: '.facts' }),
  caseScreen('cases', cases.ordered, { path: '/cases', shows: '.cases' }),
  { name: 'cases-none', path: '/cases', prepare: signedIn, shows: '.button.main' },
  caseScreen('case-twins', cases.doneTwins, { path: `/cases/${caseId}`, shows: '.history' }),
  caseScreen('case', cases.done, { path: `/cases/${caseId}`, shows: '.history' }),
  casesTrouble('session-ended', 'session-ended'),
  casesTrouble('server-error', 'database-unavailable'),
  casesTrouble('server-unreachable', 'server-unreachable'),
  casesTrouble('internal', 'internal'),
  caseScreen('case-not-found', cases.ordered, {
    path: '/cases/00000000-0000-4000-8000-000000000000',
    shows: code('case-not-found'),
  }),
  { name: 'amendment', path: '/amendment', prepare: signedIn, shows: '.facts', pictured: true },
  amendmentTrouble('near-end', 'amendment-near-end'),
  amendmentTrouble('expired', 'session-renewal-only'),
  amendmentTrouble('not-yet-valid', 'certificate-not-yet-valid'),
  amendmentTrouble('key-kind', 'amendment-not-possible'),
  amendmentTrouble('superseded', 'certificate-superseded'),
  caseScreen('amendment-waiting', amendments.silent, { press: '.button.main', shows: '.note.wait' }),
  caseScreen('amendment-check', amendments.checking, { shows: 'fieldset' }),
  caseScreen('amendment-undecided', amendments.checking, {
    press: '.button.main',
    shows: '.error:not(:empty)',
  }),
  caseScreen('amendment-chosen', amendments.ordered, { shows: '.chosen', pictured: true }),
  caseScreen('amendment-none-chosen', amendments.checking, {
    press: ['label >> text=/^不添加$/ >> nth=0', 'label >> text=/^不添加$/ >> nth=1'],
    shows: '.chosen >> nth=1',
  }),
  caseScreen('amendment-unconfirmed', amendments.oneUnconfirmed, { shows: 'fieldset' }),
  confirmingTrouble('numbers-undecided'),
  confirmingTrouble('number-not-offered'),
  caseScreen('amendment-nothing-found', amendments.nothingFound, { shows: '.facts' }),
  caseScreen('amendment-only-unconfirmed', onlyUnconfirmed, { shows: '.facts' }),
  caseScreen('amendment-all-declined', amendments.allDeclined, { shows: '.facts' }),
  caseScreen('amendment-mismatch', amendments.mismatch, { shows: '.differs' }),
  caseScreen('amendment-writing', amendments.writing, { shows: 'progress' }),
  caseScreen('amendment-proved', amendments.proved, { shows: 'progress' }),
  caseScreen('amendment-awaited', amendments.awaited, { shows: '.papers' }),
  caseScreen('amendment-refused', amendments.refused, { shows: '.points' }),
  caseScreen('amendment-result', amendments.done, { shows: '.receipt', pictured: true }),
  caseScreen('amendment-unwritten', unwritten, { shows: '.receipt' }),
  caseScreen('amendment-cancel', amendments.ordered, {
    path: `/amendment/${caseId}/cancel`,
    shows: '.danger',
  }),
  caseScreen('amendment-cancelled', amendments.cancelled, { shows: '.button.main' }),
  caseScreen('amendment-resume', amendments.ordered, { path: '/resume?next=/cases', shows: '.facts' }),
  caseScreen('amendment-case', amendments.done, { path: `/cases/${caseId}`, shows: '.history' }),
  caseScreen('amendment-cases', amendments.allDeclined, { path: '/cases', shows: '.cases' }),
];
