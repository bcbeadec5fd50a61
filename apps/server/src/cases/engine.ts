/**
 * The engine moves cases along their journey's table. A transition, its effects, its event and its audit row are one
 * transaction: the caller's. Whoever moves a case holds its row's lock from before the decision to the commit, so two
 * nodes, two browsers or a job never decide on the same state.
 */
import { type OperationNodeSource, sql } from 'kysely';
import { recording } from '../audit/record.ts';
import { DeskError } from '../platform/error.ts';
import { notifying } from '../platform/notifications.ts';
import { randomId } from '../platform/random.ts';
import type { Db, Tx } from '../schema/database.ts';
import { caseOf, type DeskCase } from './case.ts';
import { type JourneyTable, transitionFor } from './table.ts';

/** Channel on which every change of a case is announced; the payload is the case's id. */
export const caseChannel = 'case_changed';

/** What an effect is given. It may return changes to the case's data. */
export interface EffectContext<State extends string, Data, Input> {
  readonly tx: Tx;
  readonly case: DeskCase<State, Data>;
  /** What the caller passed along with the event. */
  readonly input: Input | undefined;
  readonly actor: string;
  readonly now: Date;
}

export type Effects<State extends string, Effect extends string, Data, Input> = {
  readonly [name in Effect]: (
    context: EffectContext<State, Data, Input>,
  ) => Promise<Partial<Data> | undefined>;
};

export interface Move<Data, Input> {
  /** Who did it: `holder:…`, `assistant:…`, `clock` … as in the audit log. */
  readonly actor: string;
  readonly now: Date;
  /** Changes to the case's data, made before the effects run. */
  readonly change?: Partial<Data>;
  /** What the event's row keeps; no secrets. */
  readonly note?: Record<string, unknown>;
  readonly input?: Input;
}

export interface Opening<Data> {
  readonly id?: string;
  readonly prefix: string;
  readonly entityId: string;
  readonly lineId: string;
  readonly certificateId: string;
  readonly data: Data;
  readonly actor: string;
  readonly now: Date;
}

const uniqueViolation = '23505';

export function caseEngine<S extends string, E extends string, F extends string, Data, Input>(
  table: JourneyTable<S, E, F>,
  effects: Effects<S, F, Data, Input>,
  /** A case that nobody continues ends after so many days. */
  caseDays: number,
) {
  type Case = DeskCase<S, Data>;
  const lifetime = (now: Date) => new Date(now.getTime() + caseDays * 86_400_000);

  /** Makes a change of a case, keeps and records the event that it is, and announces it: by one statement. */
  async function announce(
    tx: Tx,
    change: OperationNodeSource,
    from: S | null,
    after: Pick<Case, 'id' | 'number' | 'state' | 'version'>,
    event: E,
    { actor, now, note = {} }: Pick<Move<Data, Input>, 'actor' | 'now' | 'note'>,
  ): Promise<void> {
    const kept = tx.insertInto('case_event').values({
      case_id: after.id,
      version: after.version,
      at: now,
      event,
      from_state: from,
      to_state: after.state,
      actor,
      data: JSON.stringify(note),
    });
    const data = { ...note, from, to: after.state, version: after.version };
    const entry = { actor, action: `case.${event}`, subject: `case:${after.number}`, data };
    await sql`with changed as (${change}), kept as (${kept}), ${recording([entry], now)}
      select ${notifying(caseChannel, after.id)}`.execute(tx);
  }

  return {
    table,

    /** Opens a case. `case-open` if another open case changes this line. */
    async open(tx: Tx, event: E, opening: Opening<Data>): Promise<Case> {
      const transition = transitionFor(table, null, event);
      if (!transition) throw new Error(`no transition opens ${table.journey} by ${event}`);
      const { next } = await sql<{ next: string }>`select nextval('case_number')::text as next`
        .execute(tx)
        .then((result) => result.rows[0] ?? { next: '0' });
      const month = opening.now.toISOString().slice(2, 7).replace('-', '');
      const { now, entityId, lineId, certificateId, data } = opening;
      const endsAt = lifetime(now);
      const opened: Case = {
        id: opening.id ?? randomId(),
        number: `${opening.prefix}${month}-${next.padStart(6, '0')}`,
        journey: table.journey,
        ...{ entityId, lineId, certificateId, data, endsAt },
        state: transition.to,
        open: table.states[transition.to].open,
        version: 1,
        createdAt: now,
        updatedAt: now,
      };
      const insert = tx.insertInto('desk_case').values({
        id: opened.id,
        number: opened.number,
        journey: opened.journey,
        entity_id: entityId,
        line_id: lineId,
        certificate_id: certificateId,
        changes_certificate: table.changesCertificate,
        state: opened.state,
        open: opened.open,
        data: JSON.stringify(data),
        version: opened.version,
        created_at: now,
        updated_at: now,
        ends_at: endsAt,
      });
      await announce(tx, insert, null, opened, event, opening).catch((error: unknown) => {
        const { code, constraint } = error as { code?: string; constraint?: string };
        if (code === uniqueViolation && constraint === 'desk_case_one_open') {
          throw new DeskError('case-open', { number: '' });
        }
        throw error;
      });
      return opened;
    },

    /** Reads a case and keeps its row locked until the transaction ends. `case-not-found`. */
    async lock(tx: Tx, id: string): Promise<Case> {
      const row = await tx
        .selectFrom('desk_case')
        .selectAll()
        .where('id', '=', id)
        .where('journey', '=', table.journey)
        .forUpdate()
        .executeTakeFirst();
      if (!row) throw new DeskError('case-not-found');
      return caseOf<S, Data>(row);
    },

    /** Moves a locked case. `case-state` if the table has no such transition from its state: nothing is changed then. */
    async move(tx: Tx, locked: Case, event: E, move: Move<Data, Input>): Promise<Case> {
      const transition = transitionFor(table, locked.state, event);
      if (!transition) throw new DeskError('case-state');
      let data: Data = { ...locked.data, ...move.change };
      for (const effect of transition.effects) {
        const context = {
          tx,
          case: { ...locked, data },
          input: move.input,
          actor: move.actor,
          now: move.now,
        };
        data = { ...data, ...(await effects[effect](context)) };
      }
      const { open } = table.states[transition.to];
      const after: Case = {
        ...locked,
        state: transition.to,
        open,
        data,
        version: locked.version + 1,
        updatedAt: move.now,
        endsAt: open ? lifetime(move.now) : null,
      };
      const update = tx
        .updateTable('desk_case')
        .set({
          state: after.state,
          open,
          data: JSON.stringify(data),
          version: after.version,
          updated_at: after.updatedAt,
          ends_at: after.endsAt,
        })
        .where('id', '=', after.id);
      await announce(tx, update, locked.state, after, event, move);
      return after;
    },

    /** Keeps something with a case that is no transition: progress, or a challenge. By one statement. */
    async keep(db: Db | Tx, id: string, change: Partial<Data>): Promise<void> {
      await db
        .updateTable('desk_case')
        .set({ data: sql`data || ${JSON.stringify(change)}::jsonb` })
        .where('id', '=', id)
        .returning(notifying(caseChannel, id).as('told'))
        .execute();
    },
  };
}
