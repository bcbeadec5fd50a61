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

/** Each method of the key that a renewal calls once, the assistant killed and the key pulled by turns, before it and after it by turns. */
export function sampledCalls(points: readonly Point[]): Planned[] {
  const methods = [...new Set(points.filter(({ kind }) => kind === 'key').map(({ name }) => name))];
  return methods.map((name, at) => ({
    story: 'renewal',
    interruption: {
      point: { kind: 'key', name, side: at % 4 < 2 ? 'before' : 'after' },
      nth: 1,
      kind: at % 2 === 0 ? 'kill-assistant' : 'pull-key',
    },
  }));
}
