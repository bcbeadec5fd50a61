/** The ways through a renewal: together they take every transition of its table. Each ends with a renewed key. */
import type { Point } from '../point.ts';
import { type CompanyKind, movingTwins } from '../stage.ts';
import { asItCame, cancel, nobodyComes, type Part, register, stopped, tidied, until } from './parts.ts';
import type { Story } from './story.ts';

const beforeWriting: Point = { kind: 'key', name: 'writeCertificate', side: 'before' };
const beforeImporting: Point = { kind: 'key', name: 'importEncryptionKey', side: 'before' };
const beforeTidying: Point = { kind: 'key', name: 'removeContainer', side: 'before' };

/** A worn key forgets the pair that it just made. */
const losesNewPair: Part = ({ stage }) =>
  stage.withKey(async (key) => {
    for (const { name } of await key.containers()) if (name !== 'old') await key.removeContainer(name);
  });

const otherTerm: Part = (run) =>
  run.step(async () => {
    await run.signIn();
    const found = await run.latestCase();
    await run.browser.post(`/cases/${found?.id}/term`, { years: 2 });
  });

const lost = [stopped(beforeWriting), losesNewPair];
const lostWithTwin = [stopped(beforeImporting), losesNewPair];

const story = (...parts: Part[]): Story => ({ journey: 'renewal', parts });
const storyOf = (company: CompanyKind, ...parts: Part[]): Story => ({ journey: 'renewal', company, parts });

export const renewalStories = {
  renewal: { ...story(until('done')), more: true },
  'other-term': story(until('ordered'), otherTerm, until('done')),
  'register-silent': story(register('silent'), until('registry-silent'), register('matches'), until('done')),
  'register-differs': story(register('differs'), until('referred'), register('matches'), until('done')),
  'pair-lost': story(...lost, until('done')),
  'pairs-lost': story(...lost, ...lost, ...lost, ...lost, until('attention'), cancel, until('done')),
  cancelled: story(stopped(beforeWriting), cancel, asItCame, until('done')),
  abandoned: story(stopped(beforeWriting), nobodyComes, asItCame, until('done')),
  'abandoned-proved': story(stopped(beforeTidying), nobodyComes, tidied),
  twins: storyOf({ twin: true, keepsOld: true }, until('done')),
  'twins-moving': storyOf({ twin: true, profile: movingTwins }, until('done')),
  'twins-lost': storyOf({ twin: true, profile: movingTwins }, ...lostWithTwin, until('done')),
  recertified: storyOf({ twin: true, full: true }, until('done')),
};
