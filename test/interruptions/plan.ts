/** Which interruptions are tried. */
import {
  type Interruption,
  type InterruptionKind,
  interruptions,
  type Point,
  pointText,
  twinInterruptions,
} from './point.ts';
import { type StoryName, twinCompanies } from './stories.ts';

export interface Planned {
  readonly story: StoryName;
  readonly interruption: Interruption;
}

type Recorded = ReadonlyMap<StoryName, readonly Point[]>;

/** Stories whose every call to the key is a point of its own: the plain ones, and one that tidies after another case. */
const everyCall: readonly StoryName[] = ['renewal', 'cancelled', 'twins', 'recertified'];

/** Calls that only look, or end what was begun. */
const light = ['info', 'containers', 'close', 'logout'];

/** Twins are another thing at every point, and a pair that is certified again is a third. */
function groupOf(story: StoryName): 'plain' | 'twins' | 'recertified' {
  if (story === 'recertified') return 'recertified';
  return twinCompanies[story] ? 'twins' : 'plain';
}

/** The points of each story; those that an earlier story has as well only there. */
function ownPoints(recorded: Recorded): { story: StoryName; point: Point; nth: number }[] {
  const known = new Set<string>();
  return [...recorded].flatMap(([story, points]) => {
    const times = new Map<string, number>();
    const group = groupOf(story);
    const ordered = points.findIndex(({ name }) => name === 'POST /api/orders/take');
    return points.flatMap((point, at) => {
      const text = pointText(point);
      const nth = (times.get(text) ?? 0) + 1;
      times.set(text, nth);
      // Until a key is written to, twins are renewed as every certificate is.
      if (group !== 'plain' && (at < ordered || light.includes(point.name))) return [];
      const every = point.kind === 'key' && everyCall.includes(story);
      const id = `${group} ${every ? `${text} ${nth}` : text}`;
      if (known.has(id)) return [];
      known.add(id).add(`${group} ${text}`);
      return [{ story, point, nth }];
    });
  });
}

/** Every point, with everything that can happen. */
export function everyPoint(recorded: Recorded): Planned[] {
  return ownPoints(recorded).flatMap(({ story, point, nth }) =>
    (groupOf(story) === 'plain' ? interruptions : twinInterruptions).map((kind) => ({
      story,
      interruption: { point, nth, kind },
    })),
  );
}

/**
 * Each call to the key of a renewal, each transition and each request once, with what can happen taken in turn: half of
 * them before it is done, half of them after.
 */
export function sampled(recorded: Recorded): Planned[] {
  const taken = new Set<string>();
  let turn = 0;
  return plainPoints(recorded).flatMap(({ story, point, nth }) => {
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

const plainPoints = (recorded: Recorded) =>
  ownPoints(recorded).filter(({ story }) => groupOf(story) === 'plain');

/** Where twins are made, come to the key, are proved and come into force: what a plain renewal does not have, or has otherwise. */
const twinPoint =
  /^(give|writeCertificate|importEncryptionKey|decryptByWrappedKey|removeContainer|.*renewal\/(certificate|proof)|.*\((issued|proved)\))$/;

/** Each of the points that matter for twins once, with what can happen taken in turn, half of them before and half after. */
export function sampledTwins(recorded: Recorded): Planned[] {
  const taken = new Set<string>();
  return ownPoints(recorded)
    .filter(({ story, point }) => groupOf(story) !== 'plain' && twinPoint.test(point.name))
    .filter(({ story, point }) => {
      // An answer of the key management that is lost is another matter than one that was never made.
      const id = `${groupOf(story)} ${point.name} ${point.kind === 'keymanagement' ? point.side : ''}`;
      const side = taken.size % 2 === 0 ? 'before' : 'after';
      if (taken.has(id) || (point.kind !== 'keymanagement' && point.side !== side)) return false;
      taken.add(id);
      return true;
    })
    .map(({ story, point, nth }, at) => {
      const turn = twinInterruptions[at % twinInterruptions.length] as InterruptionKind;
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
 * Each call of weight to the key of a renewal once, by turns before and after it is done, by turns with the key pulled
 * and the assistant killed: what else can happen does not depend on the kind of key.
 */
export function sampledKeyCalls(renewal: readonly Point[]): Planned[] {
  return ownPoints(new Map([['renewal', renewal]]))
    .filter(({ point }) => point.kind === 'key' && !light.includes(point.name))
    .filter(({ point }, at) => point.side === (Math.floor(at / 2) % 2 === 0 ? 'before' : 'after'))
    .map(({ story, point, nth }, at) => {
      const kind: InterruptionKind = Math.floor(at / 2) % 2 === 0 ? 'pull-key' : 'kill-assistant';
      return { story, interruption: { point, nth, kind } };
    });
}
