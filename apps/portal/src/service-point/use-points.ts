import type { ServicePoints } from '@certdesk/contract';
import { useRef } from 'preact/hooks';
import { api } from '../app/api.ts';
import { type Answer, useAnswer } from '../app/use-answer.ts';

/**
 * Service points, nearest to a division first. While another answer is awaited, the last one stays: what is chosen from
 * must not vanish under the keyboard's focus.
 * @param limit undefined: all
 */
export function usePoints(division: string | null, limit?: number): Answer<ServicePoints> {
  const answer = useAnswer(() => api.servicePoints(division, limit), [division, limit]);
  const last = useRef<ServicePoints | null>(null);
  if (answer.value) last.current = answer.value;
  return { ...answer, value: last.current };
}
