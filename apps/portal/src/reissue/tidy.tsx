import type { Case } from '@certdesk/contract';
import { useState } from 'preact/hooks';
import { api } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { AssistantStatus } from '../bridge/assistant-status.tsx';
import type { ScreenProps } from './screen.ts';

/** Where the pair that is there gets the new certificates, what may be left to do is to write them. */
export function isWrittenAfterProof({ samePair }: Case): boolean {
  return samePair === 'certain';
}

/** An ended case left something to do at the key: offers to do it. Shows nothing when there is nothing. */
export function Tidy({ value, desk, assistant }: ScreenProps) {
  const { ended } = useWords().reissue;
  const isUnwritten = isWrittenAfterProof(value) && value.state === 'done';
  // The window may have finished the writing before: that is another errand.
  const [asked, setAsked] = useState(false);
  const tidy = () => {
    setAsked(true);
    assistant.start(() => api.order(value.id));
  };
  if (asked && assistant.phase?.at === 'finished' && !value.leftovers)
    return (
      <div class="note" role="status">
        <p>{isUnwritten ? ended.written : ended.tidied}</p>
      </div>
    );
  if (!value.leftovers) return null;
  return (
    <section class="card">
      <p>{isUnwritten ? ended.unwritten : ended.leftovers}</p>
      <AssistantStatus assistant={assistant} desk={desk} retry={tidy} />
      {!assistant.phase && (
        <p class="row">
          <button type="button" class="button" onClick={tidy}>
            {isUnwritten ? ended.write : ended.tidy}
          </button>
        </p>
      )}
    </section>
  );
}
