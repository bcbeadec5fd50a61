// The renewal under interruption on keys that a native library reaches: each call of weight to the key once. The rest of what can
// happen is the same for every kind of key, and interruptions.test.ts tries it on the virtual one.

import { describe, expect, test } from 'vitest';
import { outcomeText } from './matrix.ts';
import { sampledKeyCalls } from './plan.ts';
import { openStage } from './stage.ts';
import { stands } from './stands/stands.ts';
import { tell } from './stories.ts';
import { tryEach } from './try-each.ts';

describe.each(['softhsm', 'skf'] as const)('a renewal on a key of %s', (name) => {
  const { make, here } = stands[name];

  test.skipIf(!here)(
    'ends with one new certificate whichever call to the key the pull or the end of the assistant meets',
    async () => {
      const stage = await openStage(make);
      try {
        const { points } = await tell(stage, 'renewal');
        const outcomes = await tryEach(stage, sampledKeyCalls(points));
        const wrong = outcomes.filter((outcome) => outcome.wrong !== undefined);
        expect(wrong.map(outcomeText)).toEqual([]);
        expect(outcomes.length).toBeGreaterThan(8);
      } finally {
        await stage.close();
      }
    },
    300_000,
  );
});
