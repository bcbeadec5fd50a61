import type { DeskInfo } from '@certdesk/contract';
import { useWords } from '../app/language.tsx';
import { failure } from '../troubles/failure.ts';
import { TroubleNote } from '../troubles/trouble.tsx';
import type { Assistant } from './use-assistant.ts';

/** What the window is doing, in words, and what to do when it does nothing. Empty before it was opened. */
export function AssistantStatus(props: { assistant: Assistant; desk: DeskInfo; retry: () => void }) {
  const { assistant, desk, retry } = props;
  const words = useWords();
  const { phase } = assistant;
  const quiet = phase?.at === 'seeking' || phase?.at === 'handed' || phase?.at === 'taken' ? phase.at : null;
  return (
    <>
      {/* It stands there from the start, so that screen readers announce what comes into it. */}
      <div role="status">
        {quiet && (
          <div class="note wait">
            <p>{words.assistant[quiet]}</p>
          </div>
        )}
      </div>
      {quiet && (
        <p class="row">
          <button type="button" onClick={assistant.show}>
            {words.assistant.show}
          </button>
          {quiet !== 'taken' && (
            <button type="button" class="link" onClick={assistant.stop}>
              {words.assistant.stop}
            </button>
          )}
        </p>
      )}
      {phase?.at === 'missing' && (
        <TroubleNote failure={failure('assistant-missing')} desk={desk} retry={retry}>
          <p>{words.assistant.missingListening}</p>
        </TroubleNote>
      )}
      {phase?.at === 'failed' && <TroubleNote failure={phase.failure} desk={desk} retry={retry} />}
    </>
  );
}
