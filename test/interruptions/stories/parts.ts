/** What stories are made of: what people do, and what becomes of a key, a register or a case that nobody continues. */
import type { Case, CaseState, IdentityKind } from '@certdesk/contract';
import { seen } from '../../../apps/server/src/reissue/reissue.test-support.ts';
import type { Point } from '../point.ts';
import { type RegisterMood, takenIn } from '../register.ts';
import type { Run } from '../run.ts';
import { day, type Stage } from '../stage.ts';
import { changesSoFar } from '../verdict.ts';

export type Part = (run: Run) => Promise<void>;

/** Signs in and goes on with what is there, as the pages lead, until the case is in this state. */
export function until(wanted: CaseState): Part {
  return (run) => run.step(() => goOn(run, wanted));
}

async function goOn(run: Run, wanted: CaseState): Promise<void> {
  await run.signIn();
  let found = await run.latestCase();
  if (found?.state === wanted) return;
  if (!found?.open) found = await run.open();
  for (let before: CaseState | undefined; found.state !== wanted; ) {
    if (found.state === before) throw new Error(`stays ${before} instead of becoming ${wanted}`);
    before = found.state;
    found = await next(run, found);
  }
}

function next(run: Run, { id, state, comparison }: Case): Promise<Case> {
  const { browser } = run;
  switch (state) {
    case 'registry-silent':
      return browser.post(`/cases/${id}/registry`);
    case 'checking':
      return browser.post(`/cases/${id}/confirmations`, seen(comparison, [takenIn]));
    case 'confirmed':
      return browser.post(`/cases/${id}/term`, { years: 1 });
    default:
      return run.write(id);
  }
}

/** Takes in these of the numbers on offer and leaves out the others; with none of them, nothing is changed. */
export function decides(...kinds: IdentityKind[]): Part {
  return (run) =>
    run.step(async () => {
      await run.signIn();
      const latest = await run.latestCase();
      if (latest?.state === 'unchanged') return;
      const { id, comparison } = latest ?? (await run.open());
      await run.browser.post(`/cases/${id}/confirmations`, seen(comparison, kinds));
    });
}

export const register =
  (mood: RegisterMood): Part =>
  (run) =>
    run.stage.setRegister(mood);

/** Goes on until the assistant is killed at this point. */
export const stopped =
  (point: Point): Part =>
  (run) =>
    run.stopAt(point, () => goOn(run, 'done'));

export const cancel: Part = (run) =>
  run.step(async () => {
    await run.signIn();
    const found = await run.latestCase();
    if (found?.state !== 'cancelled') await run.browser.post(`/cases/${found?.id}/cancel`);
  });

/** A month in which nobody comes: the job that ends cases finds this one. */
export const nobodyComes: Part = async (run) => {
  const { stage } = run;
  await stage.setClock(new Date(stage.now.getTime() + 31 * day));
  await run.step(() => endsCases(stage));
};

async function endsCases(stage: Stage): Promise<void> {
  const open = () => stage.db.selectFrom('desk_case').select('id').where('open', '=', true).execute();
  await stage.runJob('run-out-cases', async () => (await open()).length === 0);
}

/** At the key's next visit what an ended case left to be done is done. */
export const tidied: Part = (run) =>
  run.step(async () => {
    await run.signIn();
    const found = await run.latestCase();
    if (found?.leftovers) await run.write(found.id);
  });

/** A case that ended without a new certificate changed nothing. */
export const asItCame: Part = async ({ stage }) => {
  const changes = await changesSoFar(stage);
  if (changes.length > 0) throw new Error(changes.join('; '));
};
