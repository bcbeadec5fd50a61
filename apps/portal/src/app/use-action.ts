import { useState } from 'preact/hooks';
import type { Failure } from '../troubles/failure.ts';
import { failureOf } from './api.ts';

/** One thing that a button does: not twice at a time, and its failure is kept to be shown. */
export function useAction(action: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    action()
      .catch((error: unknown) => setFailure(failureOf(error)))
      .finally(() => setBusy(false));
  };
  return { run, busy, failure };
}
