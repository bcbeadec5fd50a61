import type { Case, ConfirmRequest } from '@certdesk/contract';
import type { Holder } from '../access/session.ts';
import type { CaseJourney } from '../cases/journey.ts';
import { DeskError } from '../platform/error.ts';
import type { Db } from '../schema/database.ts';
import type { ReissueWriter } from './write.ts';

/** The holder's side of such a journey, beside what every journey has. */
export interface ReissueJourney extends CaseJourney {
  /** Asks the register for a case that still waits for it; any other is left alone. For a job. */
  askIfSilent(caseId: string): Promise<void>;
  show(holder: Holder, id: string): Promise<Case>;
  /** The holder does not want to wait for the job. */
  askAgain(holder: Holder, id: string): Promise<void>;
  /**
   * The holder confirms what he was shown, and decides about the numbers on offer.
   * @throws DeskError `comparison-changed`, `confirmations-missing`, `numbers-undecided`, `number-not-offered`
   */
  confirm(holder: Holder, id: string, seen: ConfirmRequest): Promise<void>;
  readonly writer: ReissueWriter;
}

/** Such journeys by the name that their cases carry. */
export type ReissueJourneys = Readonly<Record<string, ReissueJourney>>;

/** @throws DeskError `case-not-found` for a case of another kind of journey */
export async function reissueJourneyOf(
  db: Db,
  journeys: ReissueJourneys,
  caseId: string,
): Promise<ReissueJourney> {
  const row = await db.selectFrom('desk_case').select('journey').where('id', '=', caseId).executeTakeFirst();
  if (!row) throw new DeskError('case-not-found');
  return reissueJourneyNamed(journeys, row.journey);
}

/** @throws DeskError `case-not-found` for another kind of journey */
export function reissueJourneyNamed(journeys: ReissueJourneys, name: string): ReissueJourney {
  const journey = journeys[name];
  if (!journey) throw new DeskError('case-not-found');
  return journey;
}
