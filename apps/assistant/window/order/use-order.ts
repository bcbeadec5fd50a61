import type { SignedOrder, WindowMessage } from '@certdesk/contract';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { OrderState, OrderWindowStart, WindowApi } from '../../src/local/views.ts';
import { call, type Failure, failureOf } from '../api.ts';
import { openerOf } from '../opener.ts';
import type { Language } from '../words/words.ts';

export interface FollowedOrder {
  readonly state: OrderState;
  readonly failure: Failure | null;
  readonly language: Language;
  /** A page has opened this window. */
  readonly opened: boolean;
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
  const told = useRef('');
  const latest = useRef(state);

  // Answers may overtake each other: an older state never replaces a newer one.
  const take = useCallback((next: OrderState) => {
    if (next.version < latest.current.version) return;
    latest.current = next;
    setState(next);
  }, []);

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
        // Only a desk that is trusted is told anything, even that it was refused.
        if (refused.code !== 'window-gone' && start.origins.includes(origin)) {
          const { code, details } = refused;
          opener.tell({ type: 'certdesk failed', order: idOf(order), code, details }, origin);
        }
      }
    };
    const stop = opener.listen((message, origin) => {
      // A stranger may not even have the window closed.
      if (!start.origins.includes(origin)) return;
      if (message.type === 'certdesk order') void show(message.order, origin, message.language);
      else if (latest.current.phase !== 'working') window.close();
    });
    opener.ready(start.version, start.origins);
    return stop;
  }, [opener, start, take]);

  const begun = state.phase !== 'empty';
  useEffect(() => {
    if (!begun) return undefined;
    let over = false;
    const follow = async () => {
      while (!over && !isOver(latest.current)) {
        try {
          take(await call('/api/order/state', { after: latest.current.version }));
        } catch (error) {
          if (!over) setFailure(failureOf(error));
          return;
        }
      }
    };
    void follow();
    return () => {
      over = true;
    };
  }, [begun, take]);

  useEffect(() => {
    const message = messageOf(state);
    if (!message || state.phase === 'empty' || told.current === message.type) return;
    told.current = message.type;
    opener?.tell(message, state.order.origin);
  }, [opener, state]);

  useEffect(() => {
    if (state.phase !== 'working') return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [state.phase]);

  const answer = useCallback(
    async (reply: WindowApi['/api/order/pin']['request']) => {
      try {
        take(await call('/api/order/pin', reply));
      } catch (error) {
        setFailure(failureOf(error));
      }
    },
    [take],
  );
  const decline = useCallback(() => {
    call('/api/order/decline', {}).then(take, (error: unknown) => setFailure(failureOf(error)));
  }, [take]);
  return { state, failure, language, opened: opener !== undefined, answer, decline };
}

function isOver({ phase }: OrderState): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'declined';
}

/** What the page is told of a state; no PIN, no key, nothing that it does not need. */
function messageOf(state: OrderState): WindowMessage | undefined {
  switch (state.phase) {
    case 'working':
      return { type: 'certdesk taken', order: state.order.id };
    case 'done': {
      const { result } = state;
      const order = state.order.id;
      if (result.purpose !== 'sign-in') return { type: 'certdesk finished', order };
      const { statement, certificate } = result;
      return { type: 'certdesk signed', order, statement, certificate };
    }
    case 'failed':
      return { type: 'certdesk failed', order: state.order.id, code: state.code, details: state.details };
    case 'declined':
      return { type: 'certdesk declined', order: state.order.id };
    default:
      return undefined;
  }
}

/** The id that the page gave the order; the assistant, not this window, judges whether the order is genuine. */
function idOf(order: SignedOrder): string {
  try {
    return String((JSON.parse(atob(order.payload)) as { id?: unknown }).id);
  } catch {
    return '';
  }
}
