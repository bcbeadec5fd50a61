import { useWords } from '../words/words.ts';
import { Frame } from './frame.tsx';

/** The assistant knows this window no more. */
export function Gone() {
  const words = useWords();
  return (
    <Frame heading={words.gone}>
      <p role="alert">{words.goneLead}</p>
      <CloseButton />
    </Frame>
  );
}

export function CloseButton() {
  const words = useWords();
  return (
    <p class="row">
      <button type="button" class="main" onClick={() => window.close()}>
        {words.close}
      </button>
    </p>
  );
}
