import { useState } from 'preact/hooks';
import { useWords } from '../words/words.tsx';
import { Frame } from './frame.tsx';

/** The assistant knows this window no more. */
export function Gone({ lead, origin }: { lead: string; origin?: string | undefined }) {
  const words = useWords();
  return (
    <Frame heading={words.gone} origin={origin}>
      <p class="note wait" role="alert">
        {lead}
      </p>
      <CloseButton />
    </Frame>
  );
}

export function CloseButton() {
  const words = useWords();
  const [tried, setTried] = useState(false);
  return (
    <>
      <p class="row">
        <button
          type="button"
          class="main"
          onClick={() => {
            window.close();
            setTried(true);
          }}
        >
          {words.close}
        </button>
      </p>
      {/* Browsers close only windows that a page has opened. */}
      <p class="quiet" role="status">
        {tried && words.closeByHand}
      </p>
    </>
  );
}
