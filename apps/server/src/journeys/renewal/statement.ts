import { isDeepStrictEqual } from 'node:util';
import { RenewalStatement, signedTypes } from '@certdesk/contract';
import { DeskError } from '../../platform/error.ts';
import type { RequestStatement } from '../../reissue/deps.ts';
import type { RenewalData } from './data.ts';

/** What the old key signs in a renewal: which pair the request is for, and what the holder confirmed. */
export const renewalStatement: RequestStatement = {
  type: signedTypes.renewal,
  schema: RenewalStatement,
  confirmedIn(order, renewal, { publicKeyDigest }) {
    if (order.purpose !== 'renewal') throw new DeskError('order-unknown');
    const { confirmed } = order;
    const data = renewal.data as RenewalData;
    const asInCase =
      confirmed.years === data.years &&
      confirmed.twin === (data.twin !== null) &&
      isDeepStrictEqual(confirmed.added, data.added ?? []) &&
      isDeepStrictEqual(confirmed.agreement, data.agreement);
    if (!asInCase) return undefined;
    return { pair: publicKeyDigest === data.oldKey ? 'present' : 'new', confirmed };
  },
};
