/** The journeys that are interrupted, as far as they differ for whoever drives them. */
import type { AmendmentCase, Case, RenewalCase, RenewalOffer } from '@certdesk/contract';
import { amendmentTable } from '../../apps/server/src/journeys/amendment/steps.ts';
import { renewalTable } from '../../apps/server/src/journeys/renewal/steps.ts';
import type { Browser } from './browser.ts';

export const journeyTables = { renewal: renewalTable, amendment: amendmentTable };

export type JourneyName = keyof typeof journeyTables;

/** @returns this journey alone, or all unless one is named. @throws Error for a name that is none */
export function journeysNamed(name = ''): JourneyName[] {
  const all = Object.keys(journeyTables) as JourneyName[];
  const found = name === '' ? all : all.filter((journey) => journey === name);
  if (found.length === 0) throw new Error(`There is no journey "${name}": ${all.join(', ')}.`);
  return found;
}

/** How a holder opens a case. */
export const openings: Readonly<Record<JourneyName, (browser: Browser) => Promise<Case>>> = {
  async renewal(browser) {
    const { agreement } = await browser.get<RenewalOffer>('/renewal');
    const { version, digest } = agreement;
    return browser.post<RenewalCase>('/renewal', { agreement: { version, digest } });
  },
  amendment: (browser) => browser.post<AmendmentCase>('/amendment'),
};
