import type { Case, SignedOrder, WriteStep } from '@certdesk/contract';
import type { Selectable } from 'kysely';
import type { Holder } from '../access/session.ts';
import type { DeskCaseTable } from '../schema/tables.ts';

/** What any journey can do with a case of its own; the parts that know no journey by name go through this. */
export interface CaseJourney {
  /** The case as its holder sees it. */
  view(row: Selectable<DeskCaseTable>): Promise<Case>;
  /** Ends the case and undoes what it made. `case-cannot-cancel`, `case-not-found`. */
  cancel(holder: Holder, id: string): Promise<void>;
  /** An order to the assistant for what the case needs of the key now. `case-state`. */
  giveOrder(holder: Holder, id: string, browser: string): Promise<SignedOrder>;
  /** How far the assistant is with it. */
  progress(id: string, step: WriteStep): Promise<void>;
  /** Ends a case whose time is over. Nothing happens to one that somebody continued meanwhile. */
  runOut(id: string): Promise<void>;
  /** A certificate of the case's line was revoked: ends the case if it lives by that certificate, and undoes what it made. */
  certificateRevoked(id: string, certificateId: string): Promise<void>;
}

/** The journeys of this desk by the name that their cases carry. */
export type Journeys = Readonly<Record<string, CaseJourney>>;

export function journeyOf(journeys: Journeys, row: { readonly journey: string }): CaseJourney {
  const journey = journeys[row.journey];
  // A case of a later version of the desk, or of a journey that was switched off.
  if (!journey) throw new Error(`no journey is called ${row.journey}`);
  return journey;
}
