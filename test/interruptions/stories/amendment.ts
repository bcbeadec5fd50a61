/** The ways through an amendment: together they take every transition of its table. Each ends with an amended certificate. */
import type { Point } from '../point.ts';
import { leftOut, takenIn } from '../register.ts';
import {
  asItCame,
  cancel,
  decides,
  nobodyComes,
  type Part,
  register,
  stopped,
  tidied,
  until,
} from './parts.ts';
import type { Story } from './story.ts';

/** The server has told what the key is to sign, and nobody has heard it. */
const beforeProving: Point = { kind: 'http', name: 'POST /api/orders/proof-challenge', side: 'after' };
const beforeWriting: Point = { kind: 'key', name: 'writeCertificate', side: 'before' };

const story = (...parts: Part[]): Story => ({
  journey: 'amendment',
  company: { daysLeft: 300 },
  more: true,
  parts,
});
const twins = ({ company, ...rest }: Story): Story => ({ ...rest, company: { ...company, twin: true } });

export const amendmentStories = {
  amendment: story(until('done')),
  'amendment-decided-again': story(
    decides(takenIn, leftOut),
    decides(takenIn),
    decides(),
    asItCame,
    until('done'),
  ),
  'amendment-declined': story(decides(), asItCame, until('done')),
  'amendment-nothing-found': story(
    register('matches'),
    until('unchanged'),
    asItCame,
    register('knows-more'),
    until('done'),
  ),
  'amendment-register-silent': story(
    register('silent'),
    until('registry-silent'),
    register('knows-more'),
    until('done'),
  ),
  'amendment-register-differs': story(
    register('differs'),
    until('referred'),
    asItCame,
    register('knows-more'),
    until('done'),
  ),
  'amendment-cancelled': story(stopped(beforeProving), cancel, asItCame, until('done')),
  'amendment-abandoned': story(stopped(beforeProving), nobodyComes, asItCame, until('done')),
  'amendment-abandoned-proved': story(stopped(beforeWriting), nobodyComes, tidied),
  'amendment-twins': twins(story(until('done'))),
  'amendment-twins-cancelled': twins(story(stopped(beforeProving), cancel, asItCame, until('done'))),
  'amendment-twins-abandoned': twins(story(stopped(beforeWriting), nobodyComes, tidied)),
};
