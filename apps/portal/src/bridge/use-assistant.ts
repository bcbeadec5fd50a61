import type { DeskInfo, SignedOrder } from '@certdesk/contract';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { failureOf } from '../app/api.ts';
import { useLanguage } from '../app/language.tsx';
import { AssistantWindow, type Phase } from './assistant-window.ts';

export interface Assistant {
  /** Null: no window has been opened, or its work was put aside. */
  readonly phase: Phase | null;
  /**
   * Opens the window; to be called straight from a click. `prepare` runs at once, `order` when the assistant is there
   * and `prepare` is done.
   */
  start(order: () => Promise<SignedOrder>, prepare?: () => Promise<unknown>): void;
  show(): void;
  stop(): void;
}

/** One assistant window for the screens below; it is let go of, not closed, when the holder leaves them. */
export function useAssistant({ assistant: { ports, minimumVersion } }: DeskInfo): Assistant {
  const [phase, setPhase] = useState<Phase | null>(null);
  const current = useRef<AssistantWindow | null>(null);
  const language = useLanguage();

  const start = useCallback<Assistant['start']>(
    (order, prepare = async () => undefined) => {
      current.current?.leave();
      let prepared: Promise<unknown> = Promise.resolve();
      const opened = new AssistantWindow({
        ports,
        minimumVersion,
        language,
        order: () => prepared.then(order),
        onPhase: setPhase,
        explain: failureOf,
      });
      current.current = opened;
      prepared = prepare();
      // It may fail long before an assistant is there to ask for the order.
      prepared.catch((error: unknown) => opened.fail(failureOf(error)));
    },
    [ports, minimumVersion, language],
  );
  const stop = useCallback(() => {
    current.current?.close();
    current.current = null;
    setPhase(null);
  }, []);
  const show = useCallback(() => current.current?.show(), []);
  useEffect(() => () => current.current?.leave(), []);
  return { phase, start, show, stop };
}
