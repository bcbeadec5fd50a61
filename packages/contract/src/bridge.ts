/**
 * What the page and the assistant's window say to each other by `postMessage`. Types only at run time: each side
 * checks the other's exact origin before it reads a message. No secret ever travels here.
 */
import type { SignedOrder } from './order.ts';
import type { SignedStatement } from './statement.ts';

/** Fixed loopback ports of the assistant; the page steers its one window through them. */
export const assistantPorts = [17653, 27653, 37653] as const;
/** Address of the window that pages open, below `http://127.0.0.1:<port>`. */
export const windowPath = '/window';
/** Without `ready` for this long, the page explains how to install or start the assistant, and goes on listening. */
export const readyTimeoutMs = 2000;

export type WindowMessage =
  | { type: 'certdesk ready'; version: string }
  /** The clerk agreed; work has begun. During a write the page follows the case, not the window. */
  | { type: 'certdesk taken'; order: string }
  /** Sign-in only: the signature goes back to the page, which needs the cookie. `certificate` is DER in base64. */
  | { type: 'certdesk signed'; order: string; statement: SignedStatement; certificate: string }
  | { type: 'certdesk finished'; order: string }
  /** The clerk declined, or the window was closed by its own button. */
  | { type: 'certdesk declined'; order: string }
  /** `code` is from the error table. */
  | { type: 'certdesk failed'; order: string; code: string; details?: Record<string, string | number> };

export type PageMessage =
  | { type: 'certdesk order'; order: SignedOrder; language: 'zh' | 'en' }
  /** The page has what it wanted; the window may close itself. */
  | { type: 'certdesk close' };
