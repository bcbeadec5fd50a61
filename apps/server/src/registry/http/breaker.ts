import type { Clock } from '../../platform/clock.ts';

export interface BreakerSettings {
  /** Failures in a row that open it. */
  readonly failures: number;
  readonly openSeconds: number;
}

/**
 * A circuit breaker: after some failures in a row nobody is let through for a while, so that holders are told at once and a
 * register in trouble is left alone; then one question tries, and what becomes of it decides.
 *
 * Kept in memory, each node its own: it says what this node has met on its own way to the register, which another node may
 * well reach. A node that starts anew learns it again at the price of a few questions.
 */
export interface Breaker {
  /** Whether a question may go out; whoever is let through tells what became of it. */
  letThrough(): boolean;
  tell(answered: boolean): void;
  readonly open: boolean;
}

/** @param onChange told when it opens and when it closes again */
export function breaker(
  { failures, openSeconds }: BreakerSettings,
  clock: Clock,
  onChange: (open: boolean) => void,
): Breaker {
  let inRow = 0;
  /** When the next one may try; null while it is closed. */
  let tryAt: number | null = null;
  return {
    letThrough() {
      if (tryAt === null) return true;
      if (clock().getTime() < tryAt) return false;
      // Until it has told, or should it never tell for as long again, the others keep waiting.
      tryAt = clock().getTime() + openSeconds * 1000;
      return true;
    },
    tell(answered) {
      const wasOpen = tryAt !== null;
      inRow = answered ? 0 : inRow + 1;
      if (answered) tryAt = null;
      else if (wasOpen || inRow >= failures) tryAt = clock().getTime() + openSeconds * 1000;
      if (wasOpen !== (tryAt !== null)) onChange(!wasOpen);
    },
    get open() {
      return tryAt !== null;
    },
  };
}
