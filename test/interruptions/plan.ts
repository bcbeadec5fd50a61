/** Which interruptions are tried. */
import {
  type Interruption,
  type InterruptionKind,
  interruptions,
  type Point,
  pointText,
  twinInterruptions,
} from './point.ts';
import { type StoryName, stories } from './stories.ts';

export interface Planned {
  readonly story: StoryName;
  readonly interruption: Interruption;
}

type Recorded = ReadonlyMap<StoryName, readonly Point[]>;

/** Stories whose every call to the key is a point of its own: the plain ones, and one that tidies after another case. */
const everyCall: readonly StoryName[] = [
  'renewal',
  'cancelled',
  'twins',
  'recertified',
  'amendment',
  'amendment-twins',
];

/** Calls that only look, or end what was begun. */
const light = ['info', 'containers', 'close', 'logout'];

type Group = 'renewal' | 'twins' | 'recertified' | 'amendment' | 'amended twins';

/** Twins are another thing at every point, and a pair that is certified again is a third. */
function groupOf(name: StoryName): Group {
  const { journey, company } = stories[name];
  if (journey === 'amendment') return company?.twin ? 'amended twins' : 'amendment';
  if (company?.full) return 'recertified';
  return company?.twin ? 'twins' : 'renewal';
}

/**
 * Where a story's own points begin. Holders sign in as they do for a renewal, and until a key is written to the desk deals with
 * twins as with every certificate.
 */
const firstPoint: Readonly<Record<Group, RegExp>> = {
  renewal: /^/,
  twins: /^POST \/api\/orders\/take$/,
  recertified: /^POST \/api\/orders\/take$/,
  amendment: /^POST \/api\/amendment$/,
  'amended twins': /^POST \/api\/orders\/take$/,
};

/** The points of each story; those that an earlier story has as well only there. */
function ownPoints(recorded: Recorded): { story: StoryName; point: Point; nth: number }[] {
  const known = new Set<string>();
  return [...recorded].flatMap(([story, points]) => {
    const times = new Map<string, number>();
    const group = groupOf(story);
    const first = points.findIndex(({ name }) => firstPoint[group].test(name));
    return points.flatMap((point, at) => {
      const text = pointText(point);
      const nth = (times.get(text) ?? 0) + 1;
      times.set(text, nth);
      if (at < first || (group !== 'renewal' && light.includes(point.name))) return [];
      const every = point.kind === 'key' && everyCall.includes(story);
      const id = `${group} ${every ? `${text} ${nth}` : text}`;
      if (known.has(id)) return [];
      known.add(id).add(`${group} ${text}`);
      return [{ story, point, nth }];
    });
  });
}

/** The key management is asked for new pairs alone. */
const possibleAt = (story: StoryName) =>
  ['twins', 'recertified'].includes(groupOf(story)) ? twinInterruptions : interruptions;

/** Every point, with everything that can happen. */
export function everyPoint(recorded: Recorded): Planned[] {
  return ownPoints(recorded).flatMap(({ story, point, nth }) =>
    possibleAt(story).map((kind) => ({ story, interruption: { point, nth, kind } })),
  );
}

/**
 * Each call to the key of a renewal, each transition and each request once, with what can happen taken in turn: half of
 * them before it is done, half of them after.
 */
export function sampled(recorded: Recorded): Planned[] {
  const taken = new Set<string>();
  let turn = 0;
  return ownPoints(recorded)
    .filter(({ story }) => groupOf(story) === 'renewal')
    .flatMap(({ story, point, nth }) => {
      const id = `${point.kind} ${point.name} ${point.kind === 'key' ? nth : ''}`;
      if (point.kind === 'key' && story !== 'renewal') return [];
      if (point.kind === 'commit' && !point.name.includes('→')) return [];
      // Shifted with each round through what can happen, so that each of it comes before and after.
      const side = (turn + Math.floor(turn / interruptions.length)) % 2 === 0 ? 'before' : 'after';
      if (taken.has(id) || point.side !== side) return [];
      taken.add(id);
      const kind = interruptions[turn % interruptions.length] as InterruptionKind;
      turn += 1;
      return [{ story, interruption: { point, nth, kind } }];
    });
}

/** Where twins are made, come to the key, are proved and come into force: what a plain renewal does not have, or has otherwise. */
const twinPoint =
  /^(give|writeCertificate|importEncryptionKey|decryptByWrappedKey|removeContainer|.*orders\/(certificate|proof)|.*\((issued|proved)\))$/;

/** What an amendment has otherwise than a renewal: how it is decided, and all that is done about a pair that stays. */
const amendmentPoint =
  /^(writeCertificate|.*\/amendment|.*\((nothing-found|confirmed|all-declined|requested|issued|proved|tidied|cancelled|ran-out)\))$/;

const pointsThatMatter: Partial<Record<Group, RegExp>> = {
  twins: twinPoint,
  recertified: twinPoint,
  amendment: amendmentPoint,
  'amended twins': twinPoint,
};

/**
 * What is not as in a plain renewal: each of the points that matter once, with what can happen taken in turn, half of them
 * before and half after.
 */
export function sampledOthers(recorded: Recorded): Planned[] {
  const taken = new Set<string>();
  return ownPoints(recorded)
    .filter(({ story, point }) => pointsThatMatter[groupOf(story)]?.test(point.name))
    .filter(({ story, point }) => {
      // An answer of the key management that is lost is another matter than one that was never made.
      const id = `${groupOf(story)} ${point.name} ${point.kind === 'keymanagement' ? point.side : ''}`;
      const side = taken.size % 2 === 0 ? 'before' : 'after';
      if (taken.has(id) || (point.kind !== 'keymanagement' && point.side !== side)) return false;
      taken.add(id);
      return true;
    })
    .map(({ story, point, nth }, at) => {
      const kinds = possibleAt(story);
      const turn = kinds[at % kinds.length] as InterruptionKind;
      const kind = point.kind === 'keymanagement' ? 'kill-keymanagement' : turn;
      return { story, interruption: { point, nth, kind } };
    });
}

/** Each call to the key that matters for twins, by turns before and after it, with the key pulled and the assistant killed. */
export function sampledTwinCalls(recorded: Recorded): Planned[] {
  return (
    ownPoints(recorded)
      .filter(({ point }) => point.kind === 'key' && twinPoint.test(point.name))
      // Both sides of a call stand one after the other.
      .filter((_, at) => at % 4 === 0 || at % 4 === 3)
      .map(({ story, point, nth }, at) => {
        const kind: InterruptionKind = Math.floor(at / 2) % 2 === 0 ? 'pull-key' : 'kill-assistant';
        return { story, interruption: { point, nth, kind } };
      })
  );
}

/**
 * Each call of weight to the key in a story once, by turns before and after it is done, by turns with the key pulled and
 * the assistant killed: what else can happen does not depend on the kind of key. Signing in is the same in every journey,
 * and is a renewal's here.
 */
export function sampledKeyCalls(name: StoryName, points: readonly Point[]): Planned[] {
  const ordered = points.findIndex((point) => point.name === 'POST /api/orders/take');
  const from = stories[name].journey === 'renewal' ? 0 : ordered;
  const early = new Set(points.slice(0, from));
  return ownPoints(new Map([[name, points]]))
    .filter(({ point }) => point.kind === 'key' && !light.includes(point.name) && !early.has(point))
    .filter(({ point }, at) => point.side === (Math.floor(at / 2) % 2 === 0 ? 'before' : 'after'))
    .map(({ story, point, nth }, at) => {
      const kind: InterruptionKind = Math.floor(at / 2) % 2 === 0 ? 'pull-key' : 'kill-assistant';
      return { story, interruption: { point, nth, kind } };
    });
}
