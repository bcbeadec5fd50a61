/** A renewal as its holder sees it. What to do next is said here and nowhere else. */
import type { NextStep, RenewalCase, RenewalState } from '@certdesk/contract';
import type { IdentityNumberOid } from '@certdesk/pki';
import { can } from '../../cases/table.ts';
import { reissueNext, reissueView } from '../../reissue/view.ts';
import type { Db } from '../../schema/database.ts';
import type { Renewal } from './data.ts';
import { type RenewalSettings, termsOnOffer } from './rules.ts';
import { renewalTable } from './steps.ts';

const nextSteps: Record<RenewalState, NextStep> = { ...reissueNext, confirmed: 'choose-term' };

export async function renewalView(
  db: Db,
  renewal: Renewal,
  deps: {
    settings: RenewalSettings;
    authorityEnd: Date;
    identityNumberOids: readonly IdentityNumberOid[] | undefined;
  },
  now: Date,
): Promise<RenewalCase> {
  const { data, state } = renewal;
  const view = await reissueView(db, renewal, deps.identityNumberOids, now);
  const choosing = ['checking', 'confirmed', 'ordered'].includes(state);
  const end = new Date(view.certificate.notAfter);
  const terms = choosing ? termsOnOffer(end, now, deps.authorityEnd, deps.settings) : [];
  return {
    ...view,
    journey: 'renewal',
    state,
    next: view.awaited ? 'wait' : nextSteps[state],
    canCancel: can(renewalTable, state, 'cancelled'),
    terms: terms.map((term) => ({ years: term.years, notAfter: term.notAfter.toISOString() })),
    years: data.years,
    agreement: data.agreement,
  };
}
