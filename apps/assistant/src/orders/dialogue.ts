import type { WriteStep } from '@certdesk/contract';
import type { Candidate, PinProblem } from '../local/views.ts';

/** Why no key that is in will do. `region-not-served`: of an entity that the desk does not serve, so that no PIN is asked for. */
export type KeyWanted =
  | 'key-missing'
  | 'order-other-key'
  | 'key-no-certificate'
  | 'region-not-served'
  | 'key-removed';

export interface PinRequest {
  readonly candidates: readonly Candidate[];
  /** What was wrong with the PIN given before. */
  readonly problem: PinProblem | null;
  /** Asked for once more because the key was pulled out during the work. */
  readonly again: boolean;
}

export interface PinReply {
  /** Digest of one candidate's certificate. */
  readonly certificate: string;
  readonly pin: string;
  readonly confirmLastTry?: boolean;
}

/**
 * Who stands between an order and the person at the key: the window, the command line, or a test. Its promises may
 * reject, with `Declined` or an AssistantError, which ends the order; once `signal` aborts nobody waits for them any more.
 */
export interface OrderDialogue {
  /** No key to work with is in. Work goes on when one is put in, or when this resolves. */
  keyWanted(code: KeyWanted, signal: AbortSignal): Promise<void>;
  /** The person reads the order, agrees, and types the PIN. */
  askPin(request: PinRequest, signal: AbortSignal): Promise<PinReply>;
  /** Agreed and begun: null while the order is being taken up. `samePair`: a renewal for the pair that is there. */
  progress(step: WriteStep | 'sign' | null, samePair?: boolean): void;
  /** The server does not answer or is not ready, and is asked again. */
  waitingForServer(waiting: boolean): void;
}
