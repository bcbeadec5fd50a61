import type { Work } from '../orders/orders.ts';

/** Who does what an order's token is used for, as events and the audit log name it. */
export const actorOf = (work: Work): string => `assistant:${work.order.id}`;
