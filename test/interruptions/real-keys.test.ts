// Journeys under interruption on keys that a native library reaches: each call of weight to the key once. The rest of what can
// happen is the same for every kind of key, and interruptions.test.ts tries it on the virtual one.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { outcomeText } from './matrix.ts';
import { type Planned, sampledKeyCalls, sampledTwinCalls } from './plan.ts';
import type { Point } from './point.ts';
import { movingTwins, openStage, type Stage } from './stage.ts';
import { stands } from './stands/stands.ts';
import { until } from './stories/parts.ts';
import { begin, type StoryName, tell } from './stories.ts';
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

const renewal = ['renewal', 9] as const;
const amendment = ['amendment', 4] as const;

/** On the slowest of them a renewal alone: an amendment makes no call that a renewal does not make. */
describe.each([
  ['softhsm', [renewal]],
  ['skf', [renewal, amendment]],
] as const)('a journey on a key of %s', (name, told) => {
  test.skipIf(!stands[name].here)(
    'ends with one new certificate whichever call to the key the pull or the end of the assistant meets',
    async () => {
      const stage = await stageOn(name);
      for (const [story, atLeast] of told) {
        const { points } = await tell(stage, story);
        await expectNoneWrong(stage, sampledKeyCalls(story, points), atLeast);
      }
    },
    300_000,
  );
});

describe.skipIf(!stands.skf.here)('twins on an SKF key with room for two containers', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(stands.skf.make);
  }, 60_000);
  afterAll(() => stage?.close());

  test('are renewed whatever is interrupted: what the profile keeps stays, and a full key is certified again', async () => {
    const undisturbed = new Map<StoryName, readonly Point[]>();
    for (const name of ['twins', 'twins-moving', 'recertified'] as const)
      undisturbed.set(name, (await tell(stage, name)).points);
    await expectNoneWrong(stage, sampledTwinCalls(undisturbed), 7);
  }, 300_000);

  test('are refused to a full key whose pairs are not to be certified again, before anything is changed', async () => {
    const run = await begin(stage, {
      journey: 'renewal',
      company: { twin: true, profile: movingTwins, full: true },
    });
    await until('ordered')(run);
    const there = () => stage.withKey((key) => key.containers());
    const before = await there();
    const { id = '' } = (await run.latestCase()) ?? {};
    await expect(run.write(id)).rejects.toMatchObject({ code: 'key-no-room' });
    expect(await there()).toEqual(before);
    expect(await run.latestCase()).toMatchObject({ id, state: 'ordered' });
    expect(await stage.twins?.pairsOf([id])).toEqual([]);
    run.over();
  }, 60_000);
});
