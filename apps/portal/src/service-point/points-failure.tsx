import { useLanguage, useWords } from '../app/language.tsx';
import { type Failure, sentenceOf } from '../troubles/failure.ts';

/** The list cannot be had now. It stands within a page that is about something else, and so takes no focus. */
export function PointsFailure({ failure, retry }: { failure: Failure; retry: () => void }) {
  const words = useWords();
  return (
    <div role="alert">
      <p>{sentenceOf(failure, useLanguage(), words)}</p>
      <p class="row">
        <button type="button" class="button" onClick={retry}>
          {words.troubles.retry}
        </button>
      </p>
    </div>
  );
}
