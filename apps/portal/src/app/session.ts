import type { Session } from '@certdesk/contract';
import { createStore } from './store.ts';

/** `ended`: there was a session in this tab, and the server no longer knows it. */
export type SessionState =
  | { readonly at: 'unknown' }
  | { readonly at: 'none' }
  | { readonly at: 'ended' }
  | { readonly at: 'signed-in'; readonly session: Session };

export const sessionStore = createStore<SessionState>({ at: 'unknown' });
