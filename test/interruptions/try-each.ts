import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from './matrix.ts';
import type { Planned } from './plan.ts';
import type { Stage } from './stage.ts';
import { tell } from './stories.ts';

/** For whoever has to find out which of many hangs. */
async function neverEnds(): Promise<never> {
  await sleep(60_000, undefined, { ref: false });
  throw new Error('it does not end');
}

/** Tells a story for each interruption. @param onOutcome told of each as it ends */
export async function tryEach(
  stage: Stage,
  planned: readonly Planned[],
  onOutcome: (outcome: Outcome, number: number) => void = () => undefined,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const one of planned) {
    const wrong = await Promise.race([tell(stage, one.story, one.interruption), neverEnds()]).then(
      (run) => (run.interrupted ? undefined : 'the point was not reached'),
      (error: Error) => `${error.name}: ${error.message}`,
    );
    const outcome = { ...one, ...(wrong !== undefined && { wrong }) };
    outcomes.push(outcome);
    onOutcome(outcome, outcomes.length);
    if (wrong !== undefined) await stage.restart();
  }
  return outcomes;
}
