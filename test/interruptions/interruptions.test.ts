// Journeys under interruption: real processes, really killed. CERTDESK_INTERRUPT=all takes every point with everything
// that can happen there; without it each transition and each call to the key is taken once. CERTDESK_INTERRUPT_KEY names
// another kind of key to stand on, CERTDESK_INTERRUPT_JOURNEY one journey, CERTDESK_INTERRUPT_ONLY a regular expression for
// the lines that are taken.

import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type JourneyName, journeysNamed, journeyTables } from './journeys.ts';
import { matrixText, outcomeText } from './matrix.ts';
import { everyPoint, sampled, sampledOthers } from './plan.ts';
import type { Point } from './point.ts';
import { openStage, type Stage } from './stage.ts';
import { standNamed } from './stands/stands.ts';
import { type StoryName, stories, storiesOn, tell } from './stories.ts';
import { tryEach } from './try-each.ts';
import { auditFinding } from './verdict.ts';

const all = process.env.CERTDESK_INTERRUPT === 'all';
const minutes = all ? 240 : 5;
const journeys = journeysNamed(process.env.CERTDESK_INTERRUPT_JOURNEY);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(standNamed(process.env.CERTDESK_INTERRUPT_KEY ?? 'virtual').make);
});
afterAll(() => stage?.close());

/** Points of each story as it goes when nothing happens. */
const undisturbed = new Map<StoryName, readonly Point[]>();

test(
  'every story ends with a new certificate on the key when nothing happens, and together they take every transition',
  async () => {
    for (const name of storiesOn(stage, journeys)) undisturbed.set(name, (await tell(stage, name)).points);
    for (const journey of journeys) expect(transitionsMissing(journey)).toEqual([]);
  },
  minutes * 60_000,
);

function transitionsMissing(journey: JourneyName): unknown[] {
  const told = [...undisturbed].filter(([name]) => stories[name].journey === journey);
  const reached = new Set(told.flatMap(([, points]) => points).flatMap(({ name }) => name.split(', ')));
  // What staff end is no way to a new certificate; what another CA refuses or takes back has tests of its own beside the journey.
  const anothers = ['refused', 'certificate-lost', 'certificate-lost-too-often'];
  return journeyTables[journey].transitions.filter(
    ({ from, to, event, by }) =>
      by !== 'staff' &&
      !anothers.includes(event) &&
      !from.some((state) => reached.has(`${state ?? 'start'} → ${to} (${event})`)),
  );
}

test(
  'whatever is interrupted wherever, one new certificate is in force, the key signs with it, nothing is left over',
  async () => {
    const only = new RegExp(process.env.CERTDESK_INTERRUPT_ONLY ?? '');
    const sample = () => [...sampled(undisturbed), ...sampledOthers(undisturbed)];
    const planned = (all ? everyPoint(undisturbed) : sample()).filter((one) => only.test(outcomeText(one)));
    const outcomes = await tryEach(stage, planned, (outcome, number) => {
      if (all) process.stderr.write(`${number} of ${planned.length}  ${outcomeText(outcome)}\n`);
    });
    const file = process.env.CERTDESK_INTERRUPT_MATRIX;
    if (file) writeFileSync(file, matrixText(outcomes));
    expect(outcomes.filter(({ wrong }) => wrong !== undefined).map(outcomeText)).toEqual([]);
  },
  minutes * 60_000,
);

test('when all is over the audit chain is whole to its last row', async () => {
  await stage.stopServer();
  expect(await auditFinding(stage, { graceSeconds: 0 })).toBeUndefined();
});
