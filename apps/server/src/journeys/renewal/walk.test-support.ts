/**
 * A breadth-first walk over the real table with a key that stops, loses answers and loses a key pair. What the server
 * does is read from the table, transition by transition and effect by effect; the assistant is the protocol of
 * docs/renewal.md, which remembers nothing between two runs.
 */

import type { RenewalState } from '@certdesk/contract';
import { type JourneyTable, transitionFor } from '../../cases/table.ts';
import { keyLossesAllowed } from '../../reissue/steps.ts';
import { type RenewalEffect, type RenewalEvent, renewalTable } from './steps.ts';

type Table = JourneyTable<RenewalState, RenewalEvent, RenewalEffect>;

export interface World {
  readonly state: RenewalState | null;
  /** The pair that a certificate is meant or issued for; 0: none. Pairs are numbered as they are made. */
  readonly certified: number;
  readonly fresh: 'none' | 'intended' | 'issued' | 'in-force' | 'revoked';
  readonly old: 'in-force' | 'superseded';
  readonly losses: number;
  /** `imported`: the pair whose encryption twin stands beside it. */
  readonly key: {
    readonly old: boolean;
    readonly pair: number;
    readonly written: number;
    readonly imported: number;
  };
  readonly made: number;
  /** Staff revoked the certificate that the case lives by: then nothing on the key need work. */
  readonly revoked: boolean;
  /** How far this run of the assistant is; `idle` remembers nothing. */
  readonly assistant:
    | 'idle'
    | 'taken'
    | 'paired'
    | 'certified'
    | 'written'
    | 'imported'
    | 'proved'
    | 'tidied';
}

/**
 * What is renewed how: to a new pair, to a new pair with an encryption twin, or, where there is no room for one, by new
 * certificates for the pair that is there.
 */
export type Way = 'single' | 'twins' | 'present';

/** The pair that is there, where it is certified again. */
const presentPair = -1;

/** What is done differently from the real thing, so that the walk can be seen to catch it. */
export interface Mutation {
  readonly table?: Table;
  readonly removeOldBeforeProof?: boolean;
  readonly keepWaitingForLostPair?: boolean;
  readonly proveWithoutEncryptionKey?: boolean;
  readonly writePresentPairBeforeProof?: boolean;
}

interface Step {
  readonly name: string;
  readonly to: World;
  /** Somebody gave up, or time ran out: a case must come to its end without it, too. */
  readonly givingUp?: boolean;
}

export interface Walked {
  readonly worlds: number;
  /** `from event` of every transition that was taken. */
  readonly taken: ReadonlySet<string>;
  /** Ways to a moment in which nothing on the key works. */
  readonly dead: readonly string[];
  /** Worlds from which, without anybody giving up, no end is reached. */
  readonly stuck: readonly World[];
  readonly steps: ReadonlySet<string>;
}

const start: World = {
  state: null,
  certified: 0,
  fresh: 'none',
  old: 'in-force',
  losses: 0,
  key: { old: true, pair: 0, written: 0, imported: 0 },
  made: 0,
  revoked: false,
  assistant: 'idle',
};

export function walk(mutation: Mutation = {}, way: Way = 'single'): Walked {
  const table = mutation.table ?? renewalTable;
  const taken = new Set<string>();
  const stepNames = new Set<string>();
  const nameOf = (world: World) => JSON.stringify(world);
  const found = new Map<string, { world: World; way: string }>([
    [nameOf(start), { world: start, way: 'start' }],
  ]);
  const edges: { from: string; to: string; givingUp: boolean }[] = [];
  const dead: string[] = [];
  for (const [from, { world, way: path }] of found) {
    if (!somethingWorks(world, way)) {
      dead.push(path);
      continue;
    }
    for (const { name, to, givingUp = false } of nextOf(world, table, { mutation, way }, taken)) {
      stepNames.add(name);
      const id = nameOf(to);
      edges.push({ from, to: id, givingUp });
      if (!found.has(id)) found.set(id, { world: to, way: `${path} → ${name}` });
    }
  }
  return { worlds: found.size, taken, dead, stuck: stuckIn(found, edges, table, way), steps: stepNames };
}

/** Spec: no key is ever without a working certificate because of us. */
function somethingWorks({ key, old, fresh, certified, revoked }: World, way: Way): boolean {
  if (revoked) return true;
  const inForce = fresh === 'in-force';
  if (way === 'present') {
    // The certificate before stays valid, and its pair is the one in force, until the new one is written over it.
    return key.old ? old === 'in-force' || inForce : inForce && key.written === certified;
  }
  const oldWorks = key.old && old === 'in-force';
  const twin = way === 'single' || key.imported === certified;
  return oldWorks || (inForce && twin && key.pair === certified && key.written === certified);
}

function stuckIn(
  found: ReadonlyMap<string, { world: World }>,
  edges: readonly { from: string; to: string; givingUp: boolean }[],
  table: Table,
  way: Way,
): World[] {
  const into = new Map<string, string[]>();
  for (const { from, to, givingUp } of edges) if (!givingUp) into.set(to, [...(into.get(to) ?? []), from]);
  const isEnd = ({ state }: World) => state !== null && (!table.states[state].open || state === 'attention');
  const good = [...found].filter(([, { world }]) => isEnd(world)).map(([id]) => id);
  const reached = new Set(good);
  for (const id of good) {
    for (const before of into.get(id) ?? []) {
      if (reached.has(before)) continue;
      reached.add(before);
      good.push(before);
    }
  }
  return [...found]
    .filter(([id, { world }]) => !reached.has(id) && somethingWorks(world, way))
    .map(([, { world }]) => world);
}

interface Telling {
  readonly mutation: Mutation;
  readonly way: Way;
}

function* nextOf(world: World, table: Table, telling: Telling, taken: Set<string>): Generator<Step> {
  const move = (event: RenewalEvent, before: World = world): World | undefined => {
    const transition = transitionFor(table, before.state, event);
    if (!transition) return undefined;
    taken.add(`${before.state ?? 'start'} ${event}`);
    const after = transition.effects.reduce(effect, { ...before, state: transition.to });
    // A certificate comes from the authority, whose answer is an event of its own.
    return event === 'issued'
      ? { ...after, fresh: after.fresh === 'intended' ? 'issued' : after.fresh }
      : after;
  };
  const holder: RenewalEvent[] = [
    'opened',
    'register-matched',
    'register-refused',
    'confirmed',
    'term-chosen',
  ];
  for (const event of holder) {
    const to = move(event);
    if (to) yield { name: event, to: { ...to, assistant: 'idle' } };
  }
  for (const event of ['cancelled', 'ran-out'] as const) {
    const to = move(event);
    if (to) yield { name: event, to: { ...to, assistant: 'idle' }, givingUp: true };
  }
  const stopped = move('certificate-revoked');
  if (stopped) {
    yield {
      name: 'staff revoke its certificate',
      to: { ...stopped, revoked: true, assistant: 'idle' },
      givingUp: true,
    };
  }
  const issued = world.state === 'issuing' ? move('issued') : undefined;
  if (issued) yield { name: 'the authority issues', to: issued };
  // What is written on the key by then is worth nothing, and a proof with it is refused.
  const denials = {
    refused: 'issuing',
    'certificate-lost': 'issued',
    'certificate-lost-too-often': 'issued',
  };
  for (const [event, from] of Object.entries(denials) as [RenewalEvent, RenewalState][]) {
    const to = world.state === from ? move(event) : undefined;
    const givingUp = to?.state === 'attention';
    if (to) yield { name: event, to: { ...to, key: { ...to.key, written: 0 }, assistant: 'idle' }, givingUp };
  }
  if (world.assistant !== 'idle') yield { name: 'everything stops', to: { ...world, assistant: 'idle' } };
  const { key } = world;
  // Hardware that loses a pair it has proved to hold is a broken key, which no protocol mends.
  if (key.pair !== 0 && world.fresh !== 'in-force' && world.made <= keyLossesAllowed + 1) {
    yield {
      name: 'the key loses its new pair',
      to: { ...world, key: { ...key, pair: 0, written: 0, imported: 0 }, assistant: 'idle' },
    };
  }
  yield* assistantsNext(world, move, telling);
}

function* assistantsNext(
  world: World,
  move: (event: RenewalEvent, before?: World) => World | undefined,
  { mutation, way }: Telling,
): Generator<Step> {
  const { key, state } = world;
  /** The answer comes, or it is lost and the run ends. */
  function* answered(name: string, to: World): Generator<Step> {
    yield { name, to };
    yield { name: `${name}, and the answer is lost`, to: { ...to, assistant: 'idle' } };
  }
  /** With twins the encryption key proves itself in the same statement. */
  function* proving(from: World): Generator<Step> {
    const proved = from.state === 'issued' ? move('proved') : from.state === 'proved' ? from : undefined;
    const pair = way === 'present' ? presentPair : from.key.pair;
    if (proved && pair === from.certified) yield* answered('proves it', { ...proved, assistant: 'proved' });
  }
  switch (world.assistant) {
    case 'idle':
      if (state !== null && ['ordered', 'issuing', 'issued', 'proved'].includes(state)) {
        yield* answered('takes the order up', {
          ...world,
          assistant: state === 'proved' ? 'proved' : 'taken',
        });
      }
      return;
    case 'taken': {
      if (way === 'present') {
        yield { name: 'finds the pair that is there', to: { ...world, assistant: 'paired' } };
        return;
      }
      if (mutation.removeOldBeforeProof && key.written !== 0) {
        yield {
          name: 'removes the old one',
          to: { ...world, key: { ...key, old: false }, assistant: 'paired' },
        };
      }
      if (key.pair !== 0) {
        yield { name: 'finds the new pair', to: { ...world, assistant: 'paired' } };
        return;
      }
      const made = world.made + 1;
      const generated = { ...world, made, key: { ...key, pair: made, written: 0, imported: 0 } };
      yield* answered('makes a new pair', { ...generated, assistant: 'paired' });
      return;
    }
    case 'paired': {
      const asked = requested(world, move, { mutation, way });
      if (asked) yield* answered('asks for the certificate', asked);
      return;
    }
    case 'certified': {
      if (way === 'present' && !mutation.writePresentPairBeforeProof) {
        yield* proving(world);
        return;
      }
      const pair = way === 'present' ? presentPair : key.pair;
      const old = way === 'present' ? false : key.old;
      yield* answered('writes the certificate', {
        ...world,
        key: { ...key, old, written: pair },
        assistant: 'written',
      });
      return;
    }
    case 'written':
      if (way !== 'twins' || mutation.proveWithoutEncryptionKey) yield* proving(world);
      else
        yield* answered('imports the encryption key', {
          ...world,
          key: { ...key, imported: key.pair },
          assistant: 'imported',
        });
      return;
    case 'imported':
      yield* proving(world);
      return;
    case 'proved': {
      const after =
        way === 'present'
          ? { name: 'writes the certificate over the old one', written: presentPair }
          : { name: 'removes the old one', written: key.written };
      const to = { ...world, key: { ...key, old: false, written: after.written } };
      yield* answered(after.name, { ...to, assistant: 'tidied' });
      return;
    }
    case 'tidied': {
      const done = move('tidied');
      if (done) yield* answered('finishes', { ...done, assistant: 'idle' });
    }
  }
}

/** The server's decisions of write.ts on a request for the pair that is on the key. */
function requested(
  world: World,
  move: (event: RenewalEvent, before?: World) => World | undefined,
  { mutation, way }: Telling,
): World | undefined {
  const { state, certified, losses } = world;
  const pair = way === 'present' ? presentPair : world.key.pair;
  const same = pair === certified;
  if (state === 'ordered') return waitingFor(move('requested', { ...world, certified: pair }));
  if (state === 'issuing') return same ? waitingFor(world) : undefined;
  if (state !== 'issued') return undefined;
  if (same) return { ...world, assistant: 'certified' };
  if (mutation.keepWaitingForLostPair) return undefined;
  if (losses >= keyLossesAllowed) return idle(move('key-lost-too-often'));
  const next = move('key-lost', { ...world, losses: losses + 1 });
  return waitingFor(next && { ...next, certified: pair });
}

/** The certificate is there as soon as the authority has issued it; the request is asked again until then. */
function waitingFor(world: World | undefined): World | undefined {
  if (!world) return undefined;
  return { ...world, assistant: world.state === 'issued' ? 'certified' : 'paired' };
}

function idle(world: World | undefined): World | undefined {
  return world && { ...world, assistant: 'idle' };
}

function effect(world: World, name: RenewalEffect): World {
  switch (name) {
    case 'intend':
      return { ...world, fresh: 'intended' };
    case 'withdraw':
      return world.fresh === 'none' ? world : { ...world, fresh: 'revoked' };
    case 'supersede':
      return { ...world, old: 'superseded', fresh: 'in-force' };
    case 'close-orders':
    case 'note-leftovers':
      return world;
  }
}
