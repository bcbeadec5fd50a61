import type { JourneyTable } from './table.ts';

/**
 * A journey's table as a Mermaid state diagram, for the documentation: states in the order of the table, one arrow for
 * each pair of states with the events that lead along it and who causes them.
 */
export function diagramOf<S extends string, E extends string, F extends string>(
  table: JourneyTable<S, E, F>,
): string {
  const arrows = new Map<string, string[]>();
  for (const { from, event, to, by } of table.transitions) {
    for (const state of from) {
      const arrow = `${state === null ? '[*]' : idOf(state)} --> ${idOf(to)}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), `${event} (${by})`]);
    }
  }
  const states = Object.entries<{ open: boolean }>(table.states);
  const ends = states.filter(([, { open }]) => !open);
  return [
    'stateDiagram-v2',
    ...states.flatMap(([state]) => (idOf(state) === state ? [] : [`  state "${state}" as ${idOf(state)}`])),
    ...[...arrows].map(([arrow, events]) => `  ${arrow}: ${events.join(', ')}`),
    ...ends.map(([state]) => `  ${idOf(state)} --> [*]`),
  ].join('\n');
}

/** The same table in rows: from, event, who causes it, to, and what it does beside. */
export function transitionRows<S extends string, E extends string, F extends string>(
  table: JourneyTable<S, E, F>,
): string {
  const rows = table.transitions.map(({ from, event, by, to, effects }) =>
    [from.map((state) => state ?? 'start').join(', '), event, by, to, effects.join(', ') || '–'].join(' | '),
  );
  return [
    '| from | event | by | to | beside |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

/** Mermaid takes no hyphen in a state's id. */
function idOf(state: string): string {
  return state.replaceAll('-', '_');
}
