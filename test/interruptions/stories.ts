/** The ways through a renewal: together they take every transition of its table. Each ends with a renewed key. */
import type { RenewalCase, RenewalState } from '@certdesk/contract';
import type { RegisterMood } from './desk.test-child.ts';
import type { Interruption, Point } from './point.ts';
import { Run } from './run.ts';
import { type CompanyKind, day, movingTwins, type Stage } from './stage.ts';
import { wrongs } from './verdict.ts';

export type Story = readonly ((run: Run) => Promise<void>)[];

const beforeWriting: Point = { kind: 'key', name: 'writeCertificate', side: 'before' };
const beforeImporting: Point = { kind: 'key', name: 'importEncryptionKey', side: 'before' };
const beforeTidying: Point = { kind: 'key', name: 'removeContainer', side: 'before' };

/** Signs in and goes on with what is there, as the pages lead, until the case is in this state. */
export function until(wanted: RenewalState): Story[number] {
  return (run) => run.step(() => goOn(run, wanted));
}

async function goOn(run: Run, wanted: RenewalState): Promise<void> {
  await run.signIn();
  let found = await run.latestCase();
  if (found?.state === wanted) return;
  if (!found?.open) found = await run.open();
  for (let before: RenewalState | undefined; found.state !== wanted; ) {
    if (found.state === before) throw new Error(`stays ${before} instead of becoming ${wanted}`);
    before = found.state;
    found = await next(run, found);
  }
}

function next(run: Run, { id, state, comparison }: RenewalCase) {
  const { browser } = run;
  switch (state) {
    case 'registry-silent':
      return browser.post<RenewalCase>(`/cases/${id}/registry`);
    case 'checking':
      return browser.post<RenewalCase>(`/cases/${id}/confirmations`, {
        comparison: comparison?.digest,
        groups: comparison?.groups,
        added: [],
        declined: [],
      });
    case 'confirmed':
      return browser.post<RenewalCase>(`/cases/${id}/term`, { years: 1 });
    default:
      return run.write(id);
  }
}

const register =
  (mood: RegisterMood): Story[number] =>
  (run) =>
    run.stage.setRegister(mood);

const stopped =
  (point: Point): Story[number] =>
  (run) =>
    run.stopAt(point, () => goOn(run, 'done'));

/** A worn key forgets the pair that it just made. */
const losesNewPair: Story[number] = ({ stage }) =>
  stage.withKey(async (key) => {
    for (const { name } of await key.containers()) if (name !== 'old') await key.removeContainer(name);
  });

const cancel: Story[number] = (run) =>
  run.step(async () => {
    await run.signIn();
    const found = await run.latestCase();
    if (found?.state !== 'cancelled') await run.browser.post(`/cases/${found?.id}/cancel`);
  });

const otherTerm: Story[number] = (run) =>
  run.step(async () => {
    await run.signIn();
    const found = await run.latestCase();
    await run.browser.post(`/cases/${found?.id}/term`, { years: 2 });
  });

/** A month in which nobody comes: the job that ends cases finds this one. */
const nobodyComes: Story[number] = async (run) => {
  const { stage } = run;
  await stage.setClock(new Date(stage.now.getTime() + 31 * day));
  await run.step(() => endsCases(stage));
};

async function endsCases(stage: Stage): Promise<void> {
  const open = () => stage.db.selectFrom('desk_case').select('id').where('open', '=', true).execute();
  await stage.runJob('run-out-cases', async () => (await open()).length === 0);
}

const tidied: Story[number] = (run) =>
  run.step(async () => {
    await run.signIn();
    const found = await run.latestCase();
    if (found?.leftovers) await run.write(found.id);
  });

const lost = [stopped(beforeWriting), losesNewPair];
const lostWithTwin = [stopped(beforeImporting), losesNewPair];

export const stories = {
  renewal: [until('done')],
  'other-term': [until('ordered'), otherTerm, until('done')],
  'register-silent': [register('silent'), until('registry-silent'), register('matches'), until('done')],
  'register-differs': [register('differs'), until('referred'), register('matches'), until('done')],
  'pair-lost': [...lost, until('done')],
  'pairs-lost': [...lost, ...lost, ...lost, ...lost, until('attention'), cancel, until('done')],
  cancelled: [stopped(beforeWriting), cancel, until('done')],
  abandoned: [stopped(beforeWriting), nobodyComes, until('done')],
  'abandoned-proved': [stopped(beforeTidying), nobodyComes, tidied],
  twins: [until('done')],
  'twins-moving': [until('done')],
  'twins-lost': [...lostWithTwin, until('done')],
  recertified: [until('done')],
} satisfies Record<string, Story>;

export type StoryName = keyof typeof stories;

/** Stories of companies with signing and encryption certificates, on keys that take encryption keys. */
export const twinCompanies: Partial<Record<StoryName, CompanyKind>> = {
  twins: { twin: true, keepsOld: true },
  'twins-moving': { twin: true, profile: movingTwins },
  'twins-lost': { twin: true, profile: movingTwins },
  recertified: { twin: true, full: true },
};

/** Those that can be told on this stage. */
export function storiesOn(stage: Stage): StoryName[] {
  const all = Object.keys(stories) as StoryName[];
  return all.filter((name) => stage.twins || !twinCompanies[name]);
}

/**
 * Tells a story with a company of its own.
 * @returns the run, which ended as it must
 * @throws what went wrong, or with what is wrong at the end
 */
export async function tell(stage: Stage, name: StoryName, interruption?: Interruption): Promise<Run> {
  const run = await begin(stage, interruption, twinCompanies[name]);
  for (const part of stories[name]) await part(run);
  await end(run);
  return run;
}

/** A company that nothing has happened to yet. */
export async function begin(stage: Stage, interruption?: Interruption, company?: CompanyKind): Promise<Run> {
  await stage.setRegister('matches');
  await stage.setClock(new Date(stage.now.getTime() + 60_000));
  await stage.newCompany(company);
  return new Run(stage, interruption);
}

/** @throws Error with what is not as it must be */
export async function end(run: Run): Promise<void> {
  run.over();
  const found = [...(run.wrong ? [run.wrong] : []), ...(await wrongs(run.stage))];
  if (found.length > 0) throw new Error(found.join('; '));
}
