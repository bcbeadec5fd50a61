import type { ServicePoints } from '@certdesk/contract';
import { useRef } from 'preact/hooks';
import { api } from '../app/api.ts';
import { type Answer, useAnswer } from '../app/use-answer.ts';

export interface PointsFound extends ServicePoints {
  /** What they are nearest to; null: nobody has said. */
  readonly division: string | null;
}

/**
 * Service points, nearest to a division first. While another answer is awaited, the last one stays: what is chosen from
 * must not vanish under the keyboard's focus.
 * @param limit undefined: all
 */
export function usePoints(division: string | null, limit?: number): Answer<PointsFound> {
  const answer = useAnswer(
    async () => ({ ...(await api.servicePoints(division, limit)), division }),
    [division, limit],
  );
  const last = useRef<PointsFound | null>(null);
  if (answer.value) last.current = answer.value;
  return { ...answer, value: last.current };
}
