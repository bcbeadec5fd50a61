/** An amendment as its holder sees it. What to do next is said here and nowhere else. */
import type { AmendmentCase, AmendmentState, NextStep } from '@certdesk/contract';
import { can } from '../../cases/table.ts';
import { type ReissueView, reissueNext } from '../../reissue/view.ts';
import type { Amendment } from './data.ts';
import { amendmentTable } from './steps.ts';

const nextSteps: Record<AmendmentState, NextStep> = { ...reissueNext, unchanged: 'nothing' };

export function amendmentView({ state }: Amendment, view: ReissueView): AmendmentCase {
  return {
    ...view,
    journey: 'amendment',
    state,
    next: view.awaited ? 'wait' : nextSteps[state],
    canCancel: can(amendmentTable, state, 'cancelled'),
  };
}
