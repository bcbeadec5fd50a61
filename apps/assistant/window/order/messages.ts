import type { SignedOrder, WindowMessage } from '@certdesk/contract';
import type { OrderState } from '../../src/local/views.ts';

/**
 * What the page is told once its order has come to a state, in turn: no PIN, nothing of the key, nothing that it does not
 * need. A state may be overtaken by the next before this window hears of it; so the end also says that work had begun.
 */
export function messagesOf(state: OrderState): WindowMessage[] {
  switch (state.phase) {
    case 'working':
      return [{ type: 'certdesk taken', order: state.order.id }];
    case 'done': {
      const order = state.order.id;
      const { result } = state;
      const end: WindowMessage =
        result.purpose === 'sign-in'
          ? {
              type: 'certdesk signed',
              order,
              statement: result.statement,
              certificate: result.certificate,
            }
          : { type: 'certdesk finished', order };
      return [{ type: 'certdesk taken', order }, end];
    }
    case 'failed':
      return [{ type: 'certdesk failed', order: state.order.id, code: state.code, details: state.details }];
    case 'declined':
      return [{ type: 'certdesk declined', order: state.order.id }];
    default:
      return [];
  }
}

/** The id that the page gave the order; the assistant, not this window, judges whether the order is genuine. */
export function idOf(order: SignedOrder): string {
  try {
    return String((JSON.parse(atob(order.payload)) as { id?: unknown }).id);
  } catch {
    return '';
  }
}
