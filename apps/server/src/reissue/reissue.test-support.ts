/** What holders do in every journey that reissues a certificate. */
import type { Comparison, ConfirmRequest, SignedOrder } from '@certdesk/contract';
import type { Browser } from '../desk.test-support.ts';

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
