import type { DeskInfo, ServedAnswer } from '@certdesk/contract';
import { useState } from 'preact/hooks';
import { api } from '../app/api.ts';
import { useLanguage, useWords } from '../app/language.tsx';
import { useAction } from '../app/use-action.ts';
import { failure as troubled } from '../troubles/failure.ts';
import { TroubleNote } from '../troubles/trouble.tsx';

/** Whom the desk serves, and for whoever is not sure whether his company is among them. Nothing where everybody is served. */
export function Served({ desk }: { desk: DeskInfo }) {
  const { served } = useWords();
  const language = useLanguage();
  const [code, setCode] = useState('');
  const [answer, setAnswer] = useState<ServedAnswer | null>(null);
  const { run, busy, failure } = useAction(async () => {
    setAnswer(null);
    setAnswer((await api.served(code)).served);
  });
  if (!desk.served) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    run();
  };
  const trouble = failure ?? (answer === 'no' ? troubled('region-not-served') : null);
  return (
    <>
      <section class="card served">
        <p>{served.who(desk.served[language])}</p>
        <form class="field" onSubmit={submit}>
          <label for="code">{served.code}</label>
          <p class="row">
            <input
              id="code"
              maxLength={64}
              required
              autocomplete="off"
              spellcheck={false}
              value={code}
              onInput={(event) => setCode(event.currentTarget.value)}
            />
            <button type="submit" class="button" disabled={busy}>
              {served.ask}
            </button>
          </p>
        </form>
        <p role="status">{answer && answer !== 'no' && served[answer]}</p>
      </section>
      {trouble && <TroubleNote failure={trouble} desk={desk} retry={run} />}
    </>
  );
}
