// The renewal under interruption on kinds of keys whose driver has a library in a process of its own. `npm run interrupt -- --key`
// takes every point on them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNoSoftwareSkf } from '../../tools/skf-software.mjs';
import { outcomeText } from './matrix.ts';
import { sampledCalls } from './plan.ts';
import { openStage, type Stage } from './stage.ts';
import { stands } from './stand.ts';
import { tell } from './stories.ts';

const missing: Readonly<Record<string, string | undefined>> = { skf: whyNoSoftwareSkf() };

describe.each(Object.keys(missing))('%s', (kind) => {
  describe.skipIf(missing[kind])('on a key of that kind', () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await openStage(stands[kind]);
    });
    afterAll(() => stage?.close());

    test('a renewal ends as it must, whichever call to the key it is cut off at', async () => {
      const { points } = await tell(stage, 'renewal');
      const planned = sampledCalls(points);
      expect(planned.length).toBeGreaterThan(8);
      const wrong: string[] = [];
      for (const one of planned) {
        const run = await tell(stage, one.story, one.interruption).catch((error: Error) => error);
        if (run instanceof Error) wrong.push(outcomeText({ ...one, wrong: run.message }));
        else if (!run.interrupted) wrong.push(outcomeText({ ...one, wrong: 'not reached' }));
      }
      expect(wrong).toEqual([]);
    }, 300_000);
  });
});
