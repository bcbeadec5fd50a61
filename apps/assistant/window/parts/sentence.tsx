import type { Failure } from '../api.ts';
import { useLanguage, useWords } from '../words/words.tsx';

/** What went wrong and what to do, with the code small below, for the help desk. */
export function Sentence({ failure: { code, sentence } }: { failure: Pick<Failure, 'code' | 'sentence'> }) {
  const language = useLanguage();
  const words = useWords();
  return (
    <div class="note stop" role="alert">
      <p>{sentence?.[language] ?? words.unknownFailure}</p>
      <p class="quiet">
        {words.codeLabel} <code>{code}</code>
      </p>
    </div>
  );
}
