import { isDeepStrictEqual } from 'node:util';
import { AmendmentStatement, signedTypes } from '@certdesk/contract';
import { DeskError } from '../../platform/error.ts';
import type { RequestStatement } from '../../reissue/deps.ts';

/** What the key signs in an amendment: what the holder confirmed, down to each number that comes in. */
export const amendmentStatement: RequestStatement = {
  type: signedTypes.amendment,
  schema: AmendmentStatement,
  confirmedIn(order, { data }) {
    if (order.purpose !== 'amendment') throw new DeskError('order-unknown');
    const { confirmed } = order;
    const asInCase =
      confirmed.twin === (data.twin !== null) && isDeepStrictEqual(confirmed.added, data.added ?? []);
    return asInCase ? { confirmed } : undefined;
  },
};
