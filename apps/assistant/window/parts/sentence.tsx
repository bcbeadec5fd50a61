import { errorSentence, errorTable } from '@certdesk/contract/errors';
import type { Failure } from '../api.ts';
import { useLanguage, useWords } from '../words/words.tsx';

/** What went wrong and what to do, with the code small below, for the help desk. */
export function Sentence({ failure: { code, details } }: { failure: Failure }) {
  const language = useLanguage();
  const words = useWords();
  // A newer server may give a code that this window's table does not have.
  const known = code !== 'window-gone' && Object.keys(errorTable).includes(code);
  return (
    <div class="note stop" role="alert">
      <p>{known ? errorSentence(code, language, details) : words.unknownFailure}</p>
      <p class="quiet">
        {words.codeLabel} <code>{code}</code>
      </p>
    </div>
  );
}
