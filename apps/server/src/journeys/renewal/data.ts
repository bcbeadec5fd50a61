import type { AgreementReference, RenewalState } from '@certdesk/contract';
import type { DeskCase } from '../../cases/case.ts';
import type { ReissueData } from '../../reissue/data.ts';

/** What a renewal keeps with its case. */
export interface RenewalData extends ReissueData {
  readonly agreement: AgreementReference;
  /** The term that was chosen; `notAfter` follows from it. */
  readonly years: number | null;
}

export type Renewal = DeskCase<RenewalState, RenewalData>;
