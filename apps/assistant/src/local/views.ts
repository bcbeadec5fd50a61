/**
 * What the assistant's window and its own assistant say to each other over HTTP on the loopback interface. Types only.
 *
 * The window is one HTML page with script and style inlined (built by vite to `dist/window/assets/*.js` and `*.css`, one
 * file each, no chunks). The page's body is `<div id="app"></div>`, and before the script stands
 * `<script type="application/json" id="certdesk-start">` with a {@link WindowStart}.
 *
 * Every request is `POST <path>` with `Content-Type: application/json`, header `X-Certdesk-Window: <secret of WindowStart>` and
 * a JSON body (`{}` where there is nothing to say). Paths are the keys of {@link WindowApi}. An answer is 200 with the
 * JSON named there, or an error status with a {@link Problem} (contract/errors.ts). A bare 404 without a body means that
 * this window is no longer known (the assistant was restarted, or the window was silent for too long): say so and offer to close.
 */
import type {
  ErrorCode,
  ErrorDetails,
  IdentityNumber,
  Problem,
  SignedOrder,
  SignedStatement,
  WriteStep,
} from '@certdesk/contract';

export type { Problem } from '@certdesk/contract';

/** What a code says, its details filled in: the window need not carry the table, nor know every code of a newer one. */
export type Sentence = Problem['sentence'];

/** Given to the window inside its HTML. */
export type WindowStart = OrderWindowStart | OwnWindowStart;

interface CommonStart {
  /** Goes into the header of every request; never into an address, a message or the page. */
  secret: string;
  version: string;
  /** The user's choice, for the own window; an order window follows the page's `language` once an order came. */
  language: 'zh' | 'en';
}

/** `/window`: opened by a desk's page. Shows nothing but "waiting for the desk" before a trusted order. */
export interface OrderWindowStart extends CommonStart {
  mode: 'order';
  /** Exact origins of the trusted desks: `certdesk ready` is posted to the opener once for each of them, never to `*`. */
  origins: string[];
}

/** `/own`: opened by `assistant open`. */
export interface OwnWindowStart extends CommonStart {
  mode: 'own';
  /** The phrase that the user chose. */
  phrase: string;
  desks: { origin: string; name: string }[];
}

/** path → request and answer */
export interface WindowApi {
  // ── order mode ──
  /**
   * Hands over what the page posted. `origin` is `MessageEvent.origin`. The signature, the desk and the origin are checked
   * before anything is shown. Problems: `order-untrusted`, `order-forged`, `order-origin`, `order-busy`, `request-invalid`.
   */
  '/api/order/show': {
    request: { order: SignedOrder; origin: string; language: 'zh' | 'en' };
    answer: OrderState;
  };
  /**
   * Long poll: answers at once when the state's `version` is not `after`, else when it changes, and after 20 s in any case.
   * Poll again at once. A window that does not poll for a minute is taken for closed.
   */
  '/api/order/state': { request: { after: number }; answer: OrderState };
  /**
   * The clerk agrees and gives the PIN, in phase `pin` only. The answer is the state after the key judged the PIN: `working` if
   * it was right, `pin` with `problem` if not. Refused without spending a try (`problem: 'last-try'`) when only one try is left
   * and `confirmLastTry` is not true.
   */
  '/api/order/pin': {
    request: { certificate: string; pin: string; confirmLastTry?: boolean };
    answer: OrderState;
  };
  /** In phases `key` and `pin`. While working nothing can be declined. */
  '/api/order/decline': { request: Record<string, never>; answer: OrderState };

  // ── own mode ──
  /** Long poll like `/api/order/state`: answers when a key is put in or pulled out. `after: -1` answers at once. */
  '/api/own/keys': { request: { after: number }; answer: KeyList };
  '/api/own/verify-pin': {
    request: { key: string; pin: string; confirmLastTry?: boolean };
    answer: PinAnswer;
  };
  '/api/own/change-pin': {
    request: { key: string; pin: string; newPin: string; confirmLastTry?: boolean };
    answer: PinAnswer;
  };
}

/** What the window shows in order mode. The assistant decides; the window draws. */
export type OrderState = { version: number } & (
  | { phase: 'empty' }
  /** No key to work with is in. Goes on by itself when one is put in. */
  | {
      phase: 'key';
      order: OrderView;
      code: 'key-missing' | 'order-other-key' | 'key-no-certificate' | 'region-not-served' | 'key-removed';
    }
  /** The order in words, which certificate, and the PIN. */
  | {
      phase: 'pin';
      order: OrderView;
      /** One for an order about one key; for a sign-in all certificates of all keys, none preselected if several. */
      certificates: Candidate[];
      /** What was wrong with the PIN before. Tries left stand in the candidate. */
      problem: PinProblem | null;
      /** The work had begun and the key was pulled out: the PIN is asked for again, and it cannot be declined into nothing. */
      again: boolean;
    }
  | {
      phase: 'working';
      order: OrderView;
      /** `sign`: sign-in. Null: being taken up. */
      step: WriteStep | 'sign' | null;
      /** The server does not answer, or is not ready yet: it is asked again. */
      waitingForServer: boolean;
      /** A renewal for the pair that is there: it has other steps. */
      samePair: boolean;
    }
  | { phase: 'done'; order: OrderView; result: OrderResult }
  | { phase: 'failed'; order: OrderView; code: ErrorCode; details: ErrorDetails; sentence: Sentence }
  | { phase: 'declined'; order: OrderView }
);

export type PinProblem = 'incorrect' | 'locked' | 'format' | 'last-try';

/** An order in parts, for the window to say in words. */
export type OrderView = {
  id: string;
  /** Phrase that the user chose, so that an imitation is noticed. */
  phrase: string;
  /** Name of the desk, and the exact origin of its page for the dark bar. */
  desk: string;
  origin: string;
} & (
  | { purpose: 'sign-in' }
  | (ReissueView & { purpose: 'renewal'; years: number; agreementVersion: string })
  | (ReissueView & { purpose: 'amendment' })
  | { purpose: 'tidy'; caseNumber: string; leftovers: number }
);

/** What a renewal and an amendment say of the certificate that takes the place of another. */
interface ReissueView {
  caseNumber: string;
  entityName: string;
  /** As they will stand in the new certificate. */
  identityNumbers: IdentityNumber[];
  /** … of which these come in now. */
  added: IdentityNumber[];
  /** End of the new certificate's validity, RFC 3339, UTC. */
  notAfter: string;
  /** A signing and an encryption certificate. */
  twin: boolean;
}

export type OrderResult =
  /** For `certdesk signed`. `certificate` is DER in base64. */
  | { purpose: 'sign-in'; statement: SignedStatement; certificate: string }
  /** `certificate` is null when an earlier run had got that far already and the old answer is not at hand. */
  | { purpose: 'renewal' | 'amendment'; certificate: HeldCertificate | null }
  | { purpose: 'tidy' };

export interface CertificateView {
  /** SHA-256 of the certificate, lower-case hex. */
  digest: string;
  use: 'signing' | 'encryption';
  entityName: string;
  identityNumbers: IdentityNumber[];
  issuer: string;
  /** Lower-case hex. */
  serialNumber: string;
  notBefore: string;
  notAfter: string;
  algorithm: string;
}

/** One container's certificate, or its two: a signing and an encryption certificate are one for whoever owns them. */
export interface HeldCertificate {
  signing: CertificateView | null;
  encryption: CertificateView | null;
}

export interface PinView {
  /** Null where the key cannot tell. */
  tries: number | null;
  maxTries: number | null;
  flag: 'ok' | 'low' | 'final' | 'locked' | 'unknown';
}

export interface Candidate {
  certificate: CertificateView;
  key: { ref: string; label: string; serial: string };
  pin: PinView;
  /**
   * Of a renewal: the key has no room, so the pair that is there gets the new certificate; `unknown`: the key says so only
   * after its PIN. Absent: a new pair is made.
   */
  samePair?: 'certain' | 'unknown';
}

export interface KeyView {
  /** Handle for requests, good while the key stays in. */
  ref: string;
  family: 'virtual' | 'pkcs11' | 'skf';
  label: string;
  manufacturer: string;
  model: string;
  serial: string;
  pin: PinView;
  /** The newest first. */
  certificates: HeldCertificate[];
  /** Why the key's content could not be read; then `certificates` is empty. */
  trouble: ErrorCode | null;
}

export interface KeyList {
  version: number;
  /** `sentence`: what its trouble says. */
  keys: (KeyView & { sentence: Sentence | null })[];
}

export interface PinAnswer {
  result: 'ok' | PinProblem;
  /** After the attempt. */
  pin: PinView;
}
