/** A holder's way through the pages, as far as an order to the assistant. */
import type { RenewalCase, RenewalOffer } from '@certdesk/contract';
import type { Browser } from '../../desk.test-support.ts';
import { seen } from '../../reissue/reissue.test-support.ts';

export async function openRenewal(browser: Browser): Promise<RenewalCase> {
  const { agreement } = await browser.get<RenewalOffer>('/renewal');
  const { version, digest } = agreement;
  return browser.post('/renewal', { agreement: { version, digest } });
}

/** As far as a chosen term. */
export async function orderRenewal(browser: Browser, years = 2): Promise<RenewalCase> {
  const { id, comparison } = await openRenewal(browser);
  await browser.post(`/cases/${id}/confirmations`, seen(comparison));
  return browser.post(`/cases/${id}/term`, { years });
}

export const presentCase = (browser: Browser, id: string) => browser.get<RenewalCase>(`/cases/${id}`);
