import type { Case } from '@certdesk/contract';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { api, failureOf } from '../app/api.ts';
import type { Failure } from '../troubles/failure.ts';

const pollMs = 3000;

export interface FollowedCase {
  readonly value: Case | null;
  readonly failure: Failure | null;
  /** Takes the case as an answer of the API gave it. */
  update(answer: Case): void;
  reload(): void;
}

/**
 * A case that changes under the page's eyes: by server-sent events, and by asking again every few seconds for as long
 * as the events do not get through (some company proxies hold them back).
 */
export function useCase(id: string): FollowedCase {
  const [value, setValue] = useState<Case | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, setRound] = useState(0);

  // Answers may overtake each other: an older one never replaces a newer one.
  const update = useCallback((answer: Case) => {
    setFailure(null);
    setValue((known) => (known?.id === answer.id && known.updatedAt > answer.updatedAt ? known : answer));
  }, []);

  // A new round asks again.
  useEffect(() => {
    let over = false;
    let stillOpen = true;
    let polling: ReturnType<typeof setTimeout> | undefined;
    const take = (answer: Case) => {
      update(answer);
      stillOpen = answer.open;
      // Nothing more will happen to it; a connection that stays open would only be opened again and again.
      if (!answer.open) events.close();
    };
    const ask = async () => {
      try {
        const answer = await api.case(id);
        if (!over) take(answer);
      } catch (error) {
        // While it was only following, a lost answer is asked for again; the screen stays.
        if (!over) setFailure(failureOf(error));
      }
    };
    const poll = () => {
      polling ??= setTimeout(async () => {
        await ask();
        polling = undefined;
        if (!over && events.readyState !== EventSource.OPEN && stillOpen) poll();
      }, pollMs);
    };
    void ask();
    const events = new EventSource(api.events(id));
    events.addEventListener('case', (event) =>
      take(JSON.parse((event as MessageEvent<string>).data) as Case),
    );
    events.addEventListener('error', poll);
    return () => {
      over = true;
      clearTimeout(polling);
      events.close();
    };
  }, [id, round, update]);

  const reload = useCallback(() => {
    setFailure(null);
    setRound((last) => last + 1);
  }, []);
  const mine = value?.id === id ? value : null;
  return {
    value: mine,
    failure: mine && failure?.code === 'server-unreachable' ? null : failure,
    update,
    reload,
  };
}
