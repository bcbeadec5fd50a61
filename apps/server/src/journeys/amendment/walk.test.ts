import type { AmendmentState } from '@certdesk/contract';
import { expect, test } from 'vitest';
import { transitionFor } from '../../cases/table.ts';
import { certificateLossesAllowed, type ReissueEffect } from '../../reissue/steps.ts';
import { type AmendmentEvent, amendmentTable } from './steps.ts';

/**
 * A breadth-first walk over the real table: every order of events that the table allows, with a key on which one of two
 * certificates of its one pair stands.
 */
interface World {
  readonly state: AmendmentState;
  readonly old: 'in-force' | 'superseded';
  readonly fresh: 'none' | 'intended' | 'issued' | 'in-force' | 'revoked';
  readonly onKey: 'old' | 'fresh';
  readonly orders: boolean;
  readonly lost: number;
}

const begin: World = {
  state: 'registry-silent',
  old: 'in-force',
  fresh: 'none',
  onKey: 'old',
  orders: false,
  lost: 0,
};

function after(world: World, effect: ReissueEffect): World {
  switch (effect) {
    case 'close-orders':
      return { ...world, orders: false };
    case 'withdraw':
      return { ...world, fresh: world.fresh === 'none' ? 'none' : 'revoked' };
    case 'intend':
      return { ...world, fresh: 'intended' };
    case 'supersede':
      return { ...world, old: 'superseded', fresh: 'in-force' };
    case 'note-leftovers':
      return world;
  }
}

/** An event happens where whoever causes it can cause it. */
function happens(world: World, event: AmendmentEvent): boolean {
  if (event === 'requested' || event === 'proved') return world.orders;
  if (event === 'tidied') return world.orders && world.onKey === 'fresh';
  if (event === 'certificate-lost') return world.lost < certificateLossesAllowed;
  if (event === 'certificate-lost-too-often') return world.lost >= certificateLossesAllowed;
  return true;
}

function moved(world: World, event: AmendmentEvent): World | undefined {
  const transition = transitionFor(amendmentTable, world.state, event);
  if (!transition || !happens(world, event)) return undefined;
  const next = transition.effects.reduce(after, world);
  return {
    ...next,
    state: transition.to,
    ...(event === 'issued' && { fresh: 'issued' as const }),
    ...(event === 'certificate-lost' && { lost: world.lost + 1 }),
  };
}

const events = [...new Set(amendmentTable.transitions.map(({ event }) => event))];

/** What else happens: an order is given, and whoever has it writes the certificate once it is proved. */
function steps(world: World): World[] {
  const given = ['ordered', 'issuing', 'issued', 'proved'].includes(world.state)
    ? [{ ...world, orders: true }]
    : [];
  const written = world.orders && world.state === 'proved' ? [{ ...world, onKey: 'fresh' as const }] : [];
  return [...given, ...written, ...events.flatMap((event) => moved(world, event) ?? [])];
}

function reachable(): World[] {
  const seen = new Map([[JSON.stringify(begin), begin]]);
  for (const world of seen.values()) for (const next of steps(world)) seen.set(JSON.stringify(next), next);
  return [...seen.values()];
}

test('in whatever order things happen, the key’s pair has a certificate in force, and one alone', () => {
  for (const world of reachable()) {
    const inForce = [world.old, world.fresh].filter((state) => state === 'in-force');
    expect(inForce, JSON.stringify(world)).toHaveLength(1);
    // Nothing stands on the key that was never proved.
    if (world.onKey === 'fresh') expect(world.fresh).toBe('in-force');
    // A case that ended changed all of it or nothing.
    if (['cancelled', 'expired', 'referred', 'unchanged'].includes(world.state))
      expect(world.old, JSON.stringify(world)).toBe('in-force');
    if (world.state === 'done') expect(world.fresh).toBe('in-force');
    if (!amendmentTable.states[world.state].open) expect(world.orders).toBe(false);
  }
});

test('every state can be reached, and from every open one a good end', () => {
  const worlds = reachable();
  const states = new Set(worlds.map(({ state }) => state));
  expect([...states].sort()).toEqual(Object.keys(amendmentTable.states).sort());
  const ends = new Map(
    worlds.map((world) => [JSON.stringify(world), !amendmentTable.states[world.state].open]),
  );
  for (let changed = true; changed; ) {
    changed = false;
    for (const world of worlds) {
      const key = JSON.stringify(world);
      if (ends.get(key) || !steps(world).some((next) => ends.get(JSON.stringify(next)))) continue;
      ends.set(key, true);
      changed = true;
    }
  }
  expect([...ends].filter(([, good]) => !good)).toEqual([]);
});
