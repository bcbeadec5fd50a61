import type { AmendmentState } from '@certdesk/contract';
import type { DeskCase } from '../../cases/case.ts';
import type { ReissueData } from '../../reissue/data.ts';

/** An amendment keeps nothing of its own: what is added says what it is about. */
export type Amendment = DeskCase<AmendmentState, ReissueData>;
