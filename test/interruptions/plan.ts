/** Which interruptions are tried. */
import { type Interruption, type InterruptionKind, interruptions, type Point, pointText } from './point.ts';
import type { StoryName } from './stories.ts';

export interface Planned {
  readonly story: StoryName;
  readonly interruption: Interruption;
}

type Recorded = ReadonlyMap<StoryName, readonly Point[]>;

/** Stories whose every call to the key is a point of its own: the plain one, and one that tidies after another case. */
const everyCall: readonly StoryName[] = ['renewal', 'cancelled'];

/** The points of each story; those that an earlier story has as well only there. */
function ownPoints(recorded: Recorded): { story: StoryName; point: Point; nth: number }[] {
  const known = new Set<string>();
  return [...recorded].flatMap(([story, points]) => {
    const times = new Map<string, number>();
    return points.flatMap((point) => {
      const text = pointText(point);
      const nth = (times.get(text) ?? 0) + 1;
      times.set(text, nth);
      const id = point.kind === 'key' && everyCall.includes(story) ? `${text} ${nth}` : text;
      if (known.has(id)) return [];
      known.add(id).add(text);
      return [{ story, point, nth }];
    });
  });
}

/** Every point, with everything that can happen. */
export function everyPoint(recorded: Recorded): Planned[] {
  return ownPoints(recorded).flatMap(({ story, point, nth }) =>
    interruptions.map((kind) => ({ story, interruption: { point, nth, kind } })),
  );
}

/**
 * Each call to the key of a renewal, each transition and each request once, with what can happen taken in turn: half of
 * them before it is done, half of them after.
 */
export function sampled(recorded: Recorded): Planned[] {
  const taken = new Set<string>();
  let turn = 0;
  return ownPoints(recorded).flatMap(({ story, point, nth }) => {
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

/** Calls that neither change anything on a key nor are long under way. */
const light = ['info', 'close', 'logout'];

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
