import type { FakeAssistant } from './assistant.test-support.ts';
import type { FakeState } from './desk.test-support.ts';
import { caseId, cases, digestOf, offer, oldCertificate, session } from './examples.test-support.ts';

/** One screen: how the desk and the assistant stand, where to go, what to press, and what shows that it is there. */
export interface Screen {
  readonly name: string;
  readonly path: string;
  readonly prepare?: (state: FakeState, assistant: FakeAssistant) => void;
  readonly noAssistant?: boolean;
  readonly press?: string;
  readonly shows: string;
}

const signedIn = (state: FakeState) => {
  state.session = session;
};

function renewalCase(
  name: string,
  value: NonNullable<FakeState['case']>,
  more: Partial<Screen> = {},
): Screen {
  return {
    name,
    path: `/renewal/${caseId}`,
    shows: 'h1',
    ...more,
    prepare: (state, assistant) => {
      signedIn(state);
      state.case = value;
      more.prepare?.(state, assistant);
    },
  };
}

const windowTrouble = (code: string): Screen => ({
  name: `trouble-${code}`,
  path: '/sign-in',
  prepare: (_, assistant) => {
    assistant.answer = { fail: code };
  },
  press: '.button.main',
  shows: `code:text-is("${code}")`,
});

const offerTrouble = (renewable: FakeState['offer']['renewable'], code: string): Screen => ({
  name: `offer-${renewable}`,
  path: '/renewal',
  prepare: (state) => {
    signedIn(state);
    state.offer = { ...offer, renewable };
  },
  shows: `code:text-is("${code}")`,
});

export const screens: readonly Screen[] = [
  { name: 'home', path: '/', shows: '.services' },
  { name: 'service-points', path: '/service-points', shows: '.points' },
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
    shows: 'code:text-is("assistant-missing")',
  },
  {
    name: 'assistant-outdated',
    path: '/sign-in',
    prepare: (_, assistant) => {
      assistant.version = '0.9.0';
    },
    press: '.button.main',
    shows: 'code:text-is("assistant-outdated")',
  },
  ...['key-missing', 'pin-locked', 'pin-incorrect', 'key-removed', 'order-other-key', 'from-the-future'].map(
    windowTrouble,
  ),
  {
    name: 'certificate-foreign',
    path: '/sign-in',
    prepare: (state) => {
      state.failing.set('POST /sign-in', 'certificate-foreign');
    },
    press: '.button.main',
    shows: 'code:text-is("certificate-foreign")',
  },
  {
    name: 'maintenance',
    path: '/',
    prepare: (state) => {
      state.desk.maintenance = true;
    },
    shows: 'code:text-is("maintenance")',
  },
  {
    name: 'agreement',
    path: '/renewal',
    prepare: signedIn,
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
  offerTrouble('payment', 'payment-not-available'),
  renewalCase('check', cases.checking, { shows: '.terms' }),
  renewalCase('check-no-term', cases.checking, { press: '.button.main', shows: '.error:not(:empty)' }),
  renewalCase('check-chosen', cases.ordered, { shows: '.chosen' }),
  renewalCase('mismatch', cases.mismatch, { shows: '.differs' }),
  renewalCase('closed-entity', cases.closed, { shows: '.points' }),
  renewalCase('waiting', cases.silent, { press: '.button.main', shows: '.note.wait' }),
  renewalCase('writing', cases.writing, { shows: 'progress' }),
  renewalCase('writing-stopped', cases.writing, {
    prepare: (_, assistant) => {
      assistant.answer = { fail: 'key-removed' };
    },
    press: '.button.main',
    shows: 'code:text-is("key-removed")',
  }),
  renewalCase('proved', cases.proved, { shows: 'progress' }),
  renewalCase('attention', cases.attention, { shows: '.points' }),
  renewalCase('result', cases.done, { shows: '.receipt' }),
  renewalCase('cancelled', cases.cancelled, { shows: '.card' }),
  renewalCase('cancel', cases.ordered, { path: `/renewal/${caseId}/cancel`, shows: '.danger' }),
  renewalCase('other-certificate', cases.ordered, {
    prepare: (state) => {
      state.session = {
        ...session,
        certificate: { ...oldCertificate, digest: digestOf('e'), serialNumber: '0102030405060708090a' },
      };
    },
    shows: '.number',
  }),
  renewalCase('resume', cases.ordered, { path: '/resume?next=/cases', shows: '.facts' }),
  renewalCase('cases', cases.ordered, { path: '/cases', shows: '.cases' }),
  { name: 'cases-none', path: '/cases', prepare: signedIn, shows: '.button.main' },
  renewalCase('case', cases.done, { path: `/cases/${caseId}`, shows: '.history' }),
  {
    name: 'session-ended',
    path: '/cases',
    prepare: (state) => {
      signedIn(state);
      state.failing.set('GET /cases', 'session-ended');
    },
    shows: 'code:text-is("session-ended")',
  },
  {
    name: 'server-error',
    path: '/cases',
    prepare: (state) => {
      signedIn(state);
      state.failing.set('GET /cases', 'database-unavailable');
    },
    shows: 'code:text-is("database-unavailable")',
  },
];
