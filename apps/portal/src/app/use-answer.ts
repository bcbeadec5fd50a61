import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../troubles/failure.ts';
import { failureOf } from './api.ts';

export interface Answer<T> {
  readonly value: T | null;
  readonly failure: Failure | null;
  reload(): void;
}

/** Asks the server when the screen appears and when `reload` is called. An answer to a question no longer asked is dropped. */
export function useAnswer<T>(ask: () => Promise<T>, about: readonly unknown[] = []): Answer<T> {
  const [answer, setAnswer] = useState<{ value: T | null; failure: Failure | null }>({
    value: null,
    failure: null,
  });
  const question = useRef(0);
  // `about` says when the question is another one
  const reload = useCallback(() => {
    question.current += 1;
    const mine = question.current;
    setAnswer({ value: null, failure: null });
    ask().then(
      (value) => question.current === mine && setAnswer({ value, failure: null }),
      (error: unknown) => question.current === mine && setAnswer({ value: null, failure: failureOf(error) }),
    );
  }, about);
  useEffect(() => {
    reload();
    return () => {
      question.current += 1;
    };
  }, [reload]);
  return { ...answer, reload };
}
