/** A holder's way through the pages, as far as an order to the assistant. */
import type { Comparison, ConfirmRequest, RenewalCase, RenewalOffer, SignedOrder } from '@certdesk/contract';
import type { Browser } from '../../desk.test-support.ts';

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

/** What a holder says of a comparison: all of it seen, and these of the numbers on offer taken in. */
export function seen(comparison: Comparison | null, added: readonly string[] = []): ConfirmRequest {
  const { digest = '', groups = [], rows = [] } = comparison ?? {};
  const open = rows.flatMap(({ kind, offer }) => (offer === 'open' && kind !== 'name' ? [kind] : []));
  return {
    comparison: digest,
    groups,
    added: open.filter((kind) => added.includes(kind)),
    declined: open.filter((kind) => !added.includes(kind)),
  };
}

export const orderOfCase = (browser: Browser, id: string) => browser.post<SignedOrder>(`/cases/${id}/orders`);
export const presentCase = (browser: Browser, id: string) => browser.get<RenewalCase>(`/cases/${id}`);
