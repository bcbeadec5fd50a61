import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { OrderState } from '../../src/local/views.ts';
import { call } from '../api.ts';

/**
 * Minds the window's being closed, reloaded or steered elsewhere: warns while the key is being written to, and gives an
 * order back that nobody agreed to, so that the next one need not wait until this window is taken for closed.
 */
export function useLeaving(latest: RefObject<OrderState>): void {
  useEffect(() => {
    const phase = () => latest.current?.phase;
    const warn = (event: BeforeUnloadEvent) => {
      if (phase() !== 'working') return;
      event.preventDefault();
      // What older browsers go by.
      event.returnValue = 'certdesk';
    };
    const giveBack = () => {
      if (phase() !== 'key' && phase() !== 'pin') return;
      call('/api/order/decline', {}, { keepalive: true }).catch(() => undefined);
    };
    window.addEventListener('beforeunload', warn);
    window.addEventListener('pagehide', giveBack);
    return () => {
      window.removeEventListener('beforeunload', warn);
      window.removeEventListener('pagehide', giveBack);
    };
  }, [latest]);
}
