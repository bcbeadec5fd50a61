import type { SignedOrder } from '@certdesk/contract';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { OrderState, OrderWindowStart, WindowApi } from '../../src/local/views.ts';
import { call, type Failure, failureOf, poll } from '../api.ts';
import { openerOf } from '../opener.ts';
import type { Language } from '../words/words.tsx';
import { idOf, messagesOf } from './messages.ts';
import { useLeaving } from './use-leaving.ts';

export interface FollowedOrder {
  readonly state: OrderState;
  readonly failure: Failure | null;
  readonly language: Language;
  /** A page has opened this window. */
  readonly opened: boolean;
  /** Work on the key had begun before: declining now undoes nothing. */
  readonly begun: boolean;
  /** Gives the PIN. Resolves when the key has judged it. */
  answer(reply: WindowApi['/api/order/pin']['request']): Promise<void>;
  decline(): void;
}

/** Takes the page's one order, follows it, and tells the page what it has a right to know. */
export function useOrder(start: OrderWindowStart): FollowedOrder {
  const opener = useMemo(() => openerOf(window), []);
  const [state, setState] = useState<OrderState>({ version: 0, phase: 'empty' });
  const [failure, setFailure] = useState<Failure | null>(null);
  const [language, setLanguage] = useState<Language>(start.language);
  const [begun, setBegun] = useState(false);
  const latest = useRef(state);
  const told = useRef(new Set<string>());

  const take = useCallback(
    (next: OrderState) => {
      // Answers may overtake each other: an older state never replaces a newer one.
      if (next.phase === 'empty' || next.version < latest.current.version) return;
      latest.current = next;
      setState(next);
      if (hasBegun(next)) setBegun(true);
      for (const message of messagesOf(next)) {
        if (told.current.has(message.type)) continue;
        told.current.add(message.type);
        opener?.tell(message, next.order.origin);
      }
    },
    [opener],
  );

  /** The order cannot be followed any more: the page would else wait for a window that has nothing more to say. */
  const lose = useCallback(
    (error: unknown) => {
      const lost = failureOf(error);
      setFailure(lost);
      const last = latest.current;
      if (last.phase === 'empty' || told.current.has('certdesk failed')) return;
      told.current.add('certdesk failed');
      const { details } = lost;
      const code = lost.code === 'window-gone' ? 'assistant-stopped' : lost.code;
      opener?.tell({ type: 'certdesk failed', order: last.order.id, code, details }, last.order.origin);
    },
    [opener],
  );

  useEffect(() => {
    if (!opener) return undefined;
    let shown = false;
    const show = async (order: SignedOrder, origin: string, wanted: Language) => {
      if (shown) return;
      shown = true;
      setLanguage(wanted);
      try {
        take(await call('/api/order/show', { order, origin, language: wanted }));
      } catch (error) {
        const refused = failureOf(error);
        setFailure(refused);
        if (refused.code === 'window-gone') return;
        const { code, details } = refused;
        opener.tell({ type: 'certdesk failed', order: idOf(order), code, details }, origin);
      }
    };
    const stop = opener.listen((message, origin) => {
      // Strangers are not even told that they are refused, and may not have the window closed.
      if (!start.origins.includes(origin)) return;
      if (message.type === 'certdesk order') void show(message.order, origin, message.language);
      else if (latest.current.phase !== 'working') window.close();
    });
    opener.ready(start.version, start.origins);
    return stop;
  }, [opener, start, take]);

  const following = state.phase !== 'empty';
  useEffect(() => {
    if (!following) return undefined;
    const end = new AbortController();
    const follow = async () => {
      while (!end.signal.aborted && !isOver(latest.current))
        take(await poll('/api/order/state', latest.current.version, end.signal));
    };
    follow().catch((error: unknown) => {
      if (!end.signal.aborted) lose(error);
    });
    return () => end.abort();
  }, [following, take, lose]);

  useLeaving(latest);

  const answer = useCallback(
    async (reply: WindowApi['/api/order/pin']['request']) => {
      try {
        take(await call('/api/order/pin', reply));
      } catch (error) {
        lose(error);
      }
    },
    [take, lose],
  );
  const decline = useCallback(() => {
    call('/api/order/decline', {}).then(take, lose);
  }, [take, lose]);
  return { state, failure, language, opened: opener !== undefined, begun, answer, decline };
}

function isOver({ phase }: OrderState): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'declined';
}

function hasBegun(state: OrderState): boolean {
  if (state.phase === 'pin') return state.again;
  if (state.phase === 'key') return state.code === 'key-removed';
  return state.phase === 'working';
}
