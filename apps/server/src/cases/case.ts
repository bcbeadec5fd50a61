import type { Selectable } from 'kysely';
import type { DeskCaseTable } from '../schema/tables.ts';

/** A case as it is stored, with its state and data typed by its journey. */
export interface DeskCase<State extends string = string, Data = Record<string, unknown>> {
  readonly id: string;
  readonly number: string;
  readonly journey: string;
  readonly entityId: string;
  readonly lineId: string | null;
  /** The certificate that the case was opened with. */
  readonly certificateId: string;
  readonly state: State;
  readonly open: boolean;
  readonly data: Data;
  /** Raised by one with every transition. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When the case ends by itself if nobody continues it. */
  readonly endsAt: Date | null;
}

export function caseOf<State extends string, Data>(row: Selectable<DeskCaseTable>): DeskCase<State, Data> {
  return {
    id: row.id,
    number: row.number,
    journey: row.journey,
    entityId: row.entity_id,
    lineId: row.line_id,
    certificateId: row.certificate_id,
    state: row.state as State,
    open: row.open,
    data: row.data as Data,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    endsAt: row.ends_at,
  };
}
