// The renewal under interruption on keys that a native library reaches: each call of weight to the key once. The rest of what can
// happen is the same for every kind of key, and interruptions.test.ts tries it on the virtual one.

import { describe, expect, onTestFinished, test } from 'vitest';
import { outcomeText } from './matrix.ts';
import { type Planned, sampledKeyCalls, sampledTwinCalls } from './plan.ts';
import type { Point } from './point.ts';
import { openStage, type Stage } from './stage.ts';
import { stands } from './stands/stands.ts';
import { type StoryName, tell } from './stories.ts';
import { tryEach } from './try-each.ts';

async function stageOn(name: 'softhsm' | 'skf'): Promise<Stage> {
  const stage = await openStage(stands[name].make);
  onTestFinished(() => stage.close());
  return stage;
}

async function expectNoneWrong(stage: Stage, planned: readonly Planned[], atLeast: number): Promise<void> {
  const outcomes = await tryEach(stage, planned);
  expect(outcomes.filter(({ wrong }) => wrong !== undefined).map(outcomeText)).toEqual([]);
  expect(outcomes.length).toBeGreaterThanOrEqual(atLeast);
}

describe.each(['softhsm', 'skf'] as const)('a renewal on a key of %s', (name) => {
  test.skipIf(!stands[name].here)(
    'ends with one new certificate whichever call to the key the pull or the end of the assistant meets',
    async () => {
      const stage = await stageOn(name);
      const { points } = await tell(stage, 'renewal');
      await expectNoneWrong(stage, sampledKeyCalls(points), 9);
    },
    300_000,
  );
});

test.skipIf(!stands.skf.here)(
  'twins on an SKF key with room for two containers: what the profile keeps stays, and a full key is certified again, whatever is interrupted',
  async () => {
    const stage = await stageOn('skf');
    const undisturbed = new Map<StoryName, readonly Point[]>();
    for (const name of ['twins', 'twins-moving', 'recertified'] as const)
      undisturbed.set(name, (await tell(stage, name)).points);
    await expectNoneWrong(stage, sampledTwinCalls(undisturbed), 7);
  },
  300_000,
);
