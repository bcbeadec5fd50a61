// Journeys in circumstances that nobody arranged: the holder's clock is wrong, or the key is in two assistants at once.

import type { SignedOrder } from '@certdesk/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProcessGone } from './child.ts';
import { pointText } from './point.ts';
import { openStage, type Stage } from './stage.ts';
import { until } from './stories/parts.ts';
import { begin, end, type StoryName, stories, tell } from './stories.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const year = 365 * 86_400_000;

/** A case at the point where the assistant gets to work. */
async function ordered(story: StoryName = 'renewal') {
  const run = await begin(stage, stories[story]);
  await until('ordered')(run);
  const { id } = (await run.latestCase()) ?? { id: '' };
  return { run, id, order: () => run.browser.post<SignedOrder>(`/cases/${id}/orders`) };
}

test.each([
  ['two years ahead', 2 * year],
  ['two years behind', -2 * year],
])("a clock that is %s on the holder's machine changes nothing", async (_, offMs) => {
  stage.holdersClockOffMs = offMs;
  await stage.killAssistant();
  await tell(stage, 'renewal');
  stage.holdersClockOffMs = 0;
  await stage.killAssistant();
});

test.each(['renewal', 'amendment'] as const)(
  'the same key in two assistants that carry out two orders of one case (%s): one new certificate, nothing left over',
  async (story) => {
    const { run, order } = await ordered(story);
    const orders = [await order(), await order()];
    const ended = await Promise.allSettled(orders.map((one) => run.elsewhere(one)));
    expect(ended.some(({ status }) => status === 'fulfilled')).toBe(true);
    await until('done')(run);
    await end(run);
  },
);

test('one order in two assistants at once: the other one is told that it was taken up', async () => {
  const { run, order } = await ordered();
  const same = await order();
  const ended = await Promise.allSettled([run.elsewhere(same), run.elsewhere(same)]);
  const codes = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason.code ?? 'key-wanted'] : []));
  // Used, or already closed with the case when the other one was that fast.
  expect(codes).toHaveLength(1);
  expect(['order-used', 'order-unknown', 'key-wanted']).toContain(codes[0]);
  await until('done')(run);
  await end(run);
});

test('what a killed server was about to sign, and nobody asks for again, is signed by a job', async () => {
  const { run, id, order } = await ordered();
  stage.director = {
    async point(point) {
      if (pointText(point) === 'after commit ordered → issuing (requested)')
        await Promise.all([stage.killServer(), stage.killAssistant()]);
      return false;
    },
    keyWanted: () => undefined,
  };
  await expect(stage.assistant().ask('carryOut', { order: await order(), choice: 0 })).rejects.toThrow(
    ProcessGone,
  );
  stage.director = run;
  await stage.setClock(new Date(stage.now.getTime() + 60_000));
  await stage.runJob('finish-open-intents', async () => {
    const { state } = await stage.db
      .selectFrom('desk_case')
      .select('state')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return state === 'issued';
  });
  await until('done')(run);
  await end(run);
});
