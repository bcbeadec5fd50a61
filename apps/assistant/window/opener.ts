/**
 * The window's side of the bridge. It says `ready` to the exact origin of each trusted desk, listens to nobody but its
 * opener, and answers only the origin whose order it carries out.
 */
import type { PageMessage, SignedOrder, WindowMessage } from '@certdesk/contract';

export interface Opener {
  ready(version: string, origins: readonly string[]): void;
  tell(message: WindowMessage, origin: string): void;
  /** @param heard is told each message of the opener's page with the origin that the browser vouches for */
  listen(heard: (message: PageMessage, origin: string) => void): () => void;
}

/** @returns undefined when no page opened this window, or that page is gone */
export function openerOf(own: Window): Opener | undefined {
  const opener = own.opener as Window | null;
  if (!opener) return undefined;
  return {
    ready(version, origins) {
      for (const origin of origins) opener.postMessage({ type: 'certdesk ready', version }, origin);
    },
    tell(message, origin) {
      opener.postMessage(message, origin);
    },
    listen(heard) {
      const receive = ({ source, origin, data }: MessageEvent<unknown>) => {
        if (source === opener && isPageMessage(data)) heard(data, origin);
      };
      own.addEventListener('message', receive);
      return () => own.removeEventListener('message', receive);
    },
  };
}

function isPageMessage(data: unknown): data is PageMessage {
  const { type, order } = (data ?? {}) as { type?: unknown; order?: Partial<SignedOrder> };
  if (type === 'certdesk close') return true;
  return (
    type === 'certdesk order' && typeof order?.payload === 'string' && typeof order.signature === 'string'
  );
}
