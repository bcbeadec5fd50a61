/** The stories that are told and interrupted. */
import type { JourneyName } from './journeys.ts';
import type { Interruption } from './point.ts';
import { Run, type Setting } from './run.ts';
import type { Stage } from './stage.ts';
import { amendmentStories } from './stories/amendment.ts';
import { renewalStories } from './stories/renewal.ts';
import type { Story } from './stories/story.ts';
import { wrongs } from './verdict.ts';

const all = { ...renewalStories, ...amendmentStories };

export type StoryName = keyof typeof all;

export const stories: Readonly<Record<StoryName, Story>> = all;

/** Those of these journeys that can be told on this stage. */
export function storiesOn(stage: Stage, journeys: readonly JourneyName[]): StoryName[] {
  return (Object.keys(stories) as StoryName[]).filter((name) => {
    const { journey, company } = stories[name];
    return journeys.includes(journey) && (stage.twins || !company?.twin);
  });
}

/**
 * Tells a story with a company of its own.
 * @returns the run, which ended as it must
 * @throws what went wrong, or with what is wrong at the end
 */
export async function tell(stage: Stage, name: StoryName, interruption?: Interruption): Promise<Run> {
  const { parts, ...setting } = stories[name];
  const run = await begin(stage, setting, interruption);
  for (const part of parts) await part(run);
  await end(run);
  return run;
}

/** A company that nothing has happened to yet. */
export async function begin(stage: Stage, setting: Setting, interruption?: Interruption): Promise<Run> {
  await stage.setRegister(setting.more ? 'knows-more' : 'matches');
  await stage.setClock(new Date(stage.now.getTime() + 60_000));
  await stage.newCompany(setting.company);
  return new Run(stage, setting, interruption);
}

/** @throws Error with what is not as it must be */
export async function end(run: Run): Promise<void> {
  run.over();
  const found = [...(run.wrong ? [run.wrong] : []), ...(await wrongs(run))];
  if (found.length > 0) throw new Error(found.join('; '));
}
