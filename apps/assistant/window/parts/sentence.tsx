import { errorSentence } from '@certdesk/contract/errors';
import type { Failure } from '../api.ts';
import { useLanguage, useWords } from '../words/words.ts';

/** What went wrong and what to do, with the code small below, for the help desk. */
export function Sentence({ failure: { code, details } }: { failure: Failure }) {
  const language = useLanguage();
  const words = useWords();
  return (
    <div class="note stop" role="alert">
      <p>{code === 'window-gone' ? words.goneLead : errorSentence(code, language, details)}</p>
      <p class="quiet">
        {words.codeLabel} <code>{code}</code>
      </p>
    </div>
  );
}
