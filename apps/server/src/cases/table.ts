/**
 * A journey's table: its states, and every transition between them with who may cause it and what it does. A case
 * only ever moves along this table, so the table is the whole truth about what can happen to a case. It is data:
 * the engine runs it, the documentation's diagram is drawn from it, and tests walk it.
 */

/** Who causes a transition. `clock` is a job of ours, `authority` the issuing side. */
export type Cause = 'holder' | 'assistant' | 'register' | 'authority' | 'staff' | 'clock';

export interface Transition<State extends string, Event extends string, Effect extends string> {
  /** States it starts from; `null` opens a case. */
  readonly from: readonly (State | null)[];
  readonly event: Event;
  readonly to: State;
  readonly by: Cause;
  /** Done in the same transaction, in this order. */
  readonly effects: readonly Effect[];
}

export interface JourneyTable<State extends string, Event extends string, Effect extends string> {
  readonly journey: string;
  /** At most one open case per certificate line among the journeys that change certificates. */
  readonly changesCertificate: boolean;
  readonly states: Readonly<Record<State, { readonly open: boolean }>>;
  readonly transitions: readonly Transition<State, Event, Effect>[];
}

/** The transition for an event in a state, or undefined: then the event changes nothing. */
export function transitionFor<S extends string, E extends string, F extends string>(
  table: JourneyTable<S, E, F>,
  from: S | null,
  event: E,
): Transition<S, E, F> | undefined {
  return table.transitions.find((transition) => transition.event === event && transition.from.includes(from));
}

/** Whether an event is possible in a state. */
export function can<S extends string, E extends string, F extends string>(
  table: JourneyTable<S, E, F>,
  from: S,
  event: E,
): boolean {
  return transitionFor(table, from, event) !== undefined;
}
