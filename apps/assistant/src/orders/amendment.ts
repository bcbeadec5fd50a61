import type { AmendmentOrder } from '@certdesk/contract';
import { recertify } from './present-pair.ts';
import { checkState, type ReissuedPair, type ReissueWork } from './reissue.ts';
import { removeLeftovers } from './tidy.ts';

/**
 * Identity numbers come into the certificate: nothing is generated and nothing has to fit, because the pairs stay that are
 * there. Cut off anywhere, it is simply run again.
 * @returns the pair with its amended certificates
 * @throws AssistantError, KeyError
 */
export async function carryOutAmendment(work: ReissueWork<AmendmentOrder>): Promise<ReissuedPair> {
  const { key, order, server, state } = work;
  checkState(state);
  const amended = await recertify(work);
  const needed = { keys: [order.key], container: amended.container };
  await server.finish(await removeLeftovers(key, order.leftovers, needed));
  return amended;
}
