import { problem, SignedOrder } from '@certdesk/contract';
import { z } from 'zod';
import { AssistantError, asAssistantError } from '../errors.ts';
import { usePin } from '../keys/pin.ts';
import type { KeyRing } from '../keys/ring.ts';
import { keyHandle, keyView } from '../keys/views.ts';
import type { Log } from '../log.ts';
import { type TrustedDesk, verifyOrder } from '../orders/trust.ts';
import type { RunOrder } from './order-window.ts';
import type { KeyList, PinAnswer, WindowApi } from './views.ts';
import type { Window, Windows } from './windows.ts';

export interface ApiParts {
  readonly windows: Windows;
  readonly ring: KeyRing;
  readonly desks: readonly TrustedDesk[];
  readonly phrase: string;
  readonly run: RunOrder;
  readonly log: Log;
}

/** `signal`: the window went away or has waited long enough. */
type Handler<P extends keyof WindowApi> = (
  body: WindowApi[P]['request'],
  context: { window: Window; signal: AbortSignal },
) => Promise<WindowApi[P]['answer']>;

const Pin = z.string().max(64);
const Nothing = z.strictObject({});
const bodies = {
  '/api/order/show': z.strictObject({
    order: SignedOrder,
    origin: z.string().max(300),
    language: z.enum(['zh', 'en']),
  }),
  '/api/order/state': z.strictObject({ after: z.int() }),
  '/api/order/pin': z.strictObject({
    certificate: z.string().max(64),
    pin: Pin,
    confirmLastTry: z.boolean().optional(),
  }),
  '/api/order/decline': Nothing,
  '/api/own/keys': z.strictObject({ after: z.int() }),
  '/api/own/verify-pin': z.strictObject({
    key: z.string().max(500),
    pin: Pin,
    confirmLastTry: z.boolean().optional(),
  }),
  '/api/own/change-pin': z.strictObject({
    key: z.string().max(500),
    pin: Pin,
    newPin: Pin,
    confirmLastTry: z.boolean().optional(),
  }),
} satisfies Record<keyof WindowApi, z.ZodType>;

export type Api = (
  path: string,
  body: unknown,
  context: { window: Window; signal: AbortSignal },
) => Promise<{ status: number; body: unknown }>;

/** Paths of a window's mode; the other's are as unknown as any. */
export const isApiPath = (path: string, { mode }: Window): path is keyof WindowApi =>
  Object.hasOwn(bodies, path) && path.startsWith(`/api/${mode}/`);

/** Answers the requests of our own windows; who they are has been checked. */
export function windowApi(parts: ApiParts): Api {
  const handlers = { ...orderHandlers(parts), ...ownHandlers(parts) };
  return async (path, body, context) => {
    try {
      const name = path as keyof WindowApi;
      const read = bodies[name].safeParse(body);
      if (!read.success) {
        throw new AssistantError('request-invalid', {
          where: read.error.issues[0]?.path.join('.') || 'body',
        });
      }
      const handle = handlers[name] as (body: unknown, at: typeof context) => Promise<unknown>;
      return { status: 200, body: await handle(read.data, context) };
    } catch (error) {
      const { code, details } = asAssistantError(error);
      if (code === 'internal')
        parts.log.write('internal error', { code: error instanceof Error ? error.name : '' });
      const answer = problem(code, details);
      return { status: answer.status, body: answer };
    }
  };
}

function orderHandlers({ windows, desks, phrase, run, log }: ApiParts) {
  const orderOf = (window: Window) => {
    if (window.mode !== 'order') throw new AssistantError('not-found');
    return window.order;
  };
  return {
    '/api/order/show': async ({ order, origin }, { window, signal }) => {
      if (window.mode !== 'order') throw new AssistantError('not-found');
      const trusted = verifyOrder(order, origin, desks);
      const { version } = window.order.state;
      await windows.begin(window, trusted, { phrase, run, log, signal });
      return window.order.changedAfter(version, signal);
    },
    '/api/order/state': ({ after }, { window, signal }) => orderOf(window).changedAfter(after, signal),
    '/api/order/pin': ({ certificate, pin, confirmLastTry }, { window, signal }) =>
      orderOf(window).pin({ certificate, pin, confirmLastTry: confirmLastTry === true }, signal),
    '/api/order/decline': (_, { window, signal }) => orderOf(window).decline(signal),
  } satisfies { [P in keyof WindowApi & `/api/order/${string}`]: Handler<P> };
}

function ownHandlers({ windows, ring, log }: ApiParts) {
  async function withPin(
    request: { key: string; pin: string; newPin?: string; confirmLastTry?: boolean | undefined },
    event: string,
  ): Promise<PinAnswer> {
    if (windows.working) throw new AssistantError('order-busy');
    const { key: handle, pin, newPin } = request;
    const found = (await ring.survey()).find(({ info }) => keyHandle(info) === handle);
    if (!found) throw new AssistantError('key-removed');
    const key = await found.driver.open(found.info.ref);
    try {
      const pins = newPin === undefined ? [pin] : [pin, newPin];
      const use = () => (newPin === undefined ? key.verifyPin(pin) : key.changePin(pin, newPin));
      const answer = await usePin(key, pins, request.confirmLastTry === true, use);
      log.write(event, { key: found.info.label, code: answer.result });
      return answer;
    } finally {
      await key.logout().catch(() => undefined);
      await key.close().catch(() => undefined);
    }
  }
  return {
    '/api/own/keys': async ({ after }, { signal }): Promise<KeyList> => {
      await ring.changedAfter(after, signal);
      const version = ring.version;
      const keys = (await ring.survey()).map((present) => {
        const { trouble } = present;
        return { ...keyView(present), sentence: trouble && problem(trouble).sentence };
      });
      return { version, keys };
    },
    '/api/own/verify-pin': (request) => withPin(request, 'PIN verified'),
    '/api/own/change-pin': (request) => withPin(request, 'PIN changed'),
  } satisfies { [P in keyof WindowApi & `/api/own/${string}`]: Handler<P> };
}
