/** A holder's way through an amendment, as far as the test says. */
import type { AmendmentCase, AmendmentOrder, IdentityNumber } from '@certdesk/contract';
import { Assistant, type Browser, type TestDesk } from '../../desk.test-support.ts';
import { orderOfCase, seen } from '../../reissue/reissue.test-support.ts';

export const openAmendment = (browser: Browser) => browser.post<AmendmentCase>('/amendment');
export const presentAmendment = (browser: Browser, id: string) => browser.get<AmendmentCase>(`/cases/${id}`);

/** @param added kinds that are taken in; what else is on offer is left out */
export const decide = (browser: Browser, { id, comparison }: AmendmentCase, added: readonly string[]) =>
  browser.post<AmendmentCase>(`/cases/${id}/confirmations`, seen(comparison, added));

/** An assistant that has taken up the case's order. */
export async function write(
  world: TestDesk,
  browser: Browser,
  id: string,
  desk = world.desk,
): Promise<Assistant<AmendmentOrder>> {
  const assistant = new Assistant<AmendmentOrder>(desk, await orderOfCase(browser, id));
  await assistant.take();
  return assistant;
}

/** A register that knows these numbers beside those that it is asked for. */
export const alsoKnows =
  (...more: IdentityNumber[]): TestDesk['register'] =>
  (numbers) => ({ numbers: [...numbers, ...more] });
