/** Places in a journey at which something can happen, and what can happen there. */

/** Where: a call to the key, a request at the server, a transaction's commit, or what is asked of the key management. */
export type PointKind = 'key' | 'http' | 'commit' | 'keymanagement';

export interface Point {
  readonly kind: PointKind;
  /** Of a key and the key management: the method. Of HTTP: method and path. Of a commit: the transition, or the tables that it writes. */
  readonly name: string;
  /** `before`: nothing of it happened yet. `after`: it happened, and nobody has heard of it. */
  readonly side: 'before' | 'after';
}

export const interruptions = [
  'pull-key',
  'kill-server',
  'kill-assistant',
  'close-browser',
  'cut-network',
  'lose-database',
] as const;
/** What can happen where twin certificates are renewed. */
export const twinInterruptions = [...interruptions, 'kill-keymanagement'] as const;
export type InterruptionKind = (typeof twinInterruptions)[number];

/** One cell of the matrix: what happens, and at which of the times that the point is reached. */
export interface Interruption {
  readonly point: Point;
  /** From 1. */
  readonly nth: number;
  readonly kind: InterruptionKind;
}

export const pointText = ({ kind, name, side }: Point): string => `${side} ${kind} ${name}`;
