import { useState } from 'preact/hooks';
import { api } from '../app/api.ts';
import { useWords } from '../app/language.tsx';
import { AssistantStatus } from '../bridge/assistant-status.tsx';
import type { ScreenProps } from './screen.ts';

/** An ended case left something on the key: offers to remove it. Shows nothing when the key is tidy. */
export function Tidy({ value, desk, assistant }: ScreenProps) {
  const { ended } = useWords().reissue;
  // The window may have finished the writing before: that is another errand.
  const [asked, setAsked] = useState(false);
  const tidy = () => {
    setAsked(true);
    assistant.start(() => api.order(value.id));
  };
  if (asked && assistant.phase?.at === 'finished' && !value.leftovers)
    return (
      <div class="note" role="status">
        <p>{ended.tidied}</p>
      </div>
    );
  if (!value.leftovers) return null;
  return (
    <section class="card">
      <p>{ended.leftovers}</p>
      <AssistantStatus assistant={assistant} desk={desk} retry={tidy} />
      {!assistant.phase && (
        <p class="row">
          <button type="button" class="button" onClick={tidy}>
            {ended.tidy}
          </button>
        </p>
      )}
    </section>
  );
}
