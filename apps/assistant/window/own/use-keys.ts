import { useEffect, useState } from 'preact/hooks';
import type { KeyList } from '../../src/local/views.ts';
import { type Failure, failureOf, pause, poll } from '../api.ts';

const retryMs = 3000;

/** The keys that are in, as they come and go. */
export function useKeys() {
  const [list, setList] = useState<KeyList | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, setRound] = useState(0);
  // A new round asks what is on the keys now: using a PIN changes its tries, which no key announces.
  useEffect(() => {
    const end = new AbortController();
    const follow = async () => {
      for (let after = -1; !end.signal.aborted; ) {
        try {
          const next = await poll('/api/own/keys', after, end.signal);
          if (end.signal.aborted) return;
          after = next.version;
          setList(next);
          setFailure(null);
        } catch (error) {
          if (end.signal.aborted) return;
          const trouble = failureOf(error);
          setFailure(trouble);
          if (trouble.code === 'window-gone') return;
          await pause(retryMs);
        }
      }
    };
    void follow();
    return () => end.abort();
  }, [round]);
  return { list, failure, reload: () => setRound((last) => last + 1) };
}
