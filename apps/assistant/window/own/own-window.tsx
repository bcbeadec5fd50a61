import { useEffect, useState } from 'preact/hooks';
import type { KeyList, OwnWindowStart } from '../../src/local/views.ts';
import { call, type Failure, failureOf } from '../api.ts';
import { Frame } from '../parts/frame.tsx';
import { Gone } from '../parts/gone.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { type Language, LanguageContext, useWords } from '../words/words.ts';
import { KeyCard } from './key-card.tsx';

/** The assistant's own window: the keys that are in, their certificates and PINs. */
export function OwnWindow({ start }: { start: OwnWindowStart }) {
  const [language, setLanguage] = useState<Language>(start.language);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  return (
    <LanguageContext.Provider value={language}>
      <Content start={start} onLanguage={() => setLanguage(language === 'zh' ? 'en' : 'zh')} />
    </LanguageContext.Provider>
  );
}

function Content({ start, onLanguage }: { start: OwnWindowStart; onLanguage: () => void }) {
  const words = useWords();
  const { list, failure, reload } = useKeys();
  if (failure?.code === 'window-gone') return <Gone />;
  const other = (
    <button
      type="button"
      class="link"
      onClick={onLanguage}
      lang={words.language === 'English' ? 'en' : 'zh-CN'}
    >
      {words.language}
    </button>
  );
  return (
    <Frame heading={words.keys} tools={other}>
      {failure && <Sentence failure={failure} />}
      <div aria-live="polite">
        {list?.keys.length === 0 && (
          <div class="note wait">
            <p>
              <strong>{words.keysNone}</strong>
            </p>
            <p>{words.keysNoneLead}</p>
          </div>
        )}
      </div>
      {list?.keys.map((key) => (
        <KeyCard key={key.ref} view={key} onPinUsed={reload} />
      ))}
      <section class="card">
        <h2>{words.desks}</h2>
        {start.desks.length === 0 && <p>{words.desksNone}</p>}
        <ul class="plain">
          {start.desks.map(({ origin, name }) => (
            <li key={origin}>
              {name} <code>{origin}</code>
            </li>
          ))}
        </ul>
        <p class="phrase">
          <span class="quiet">{words.phrase}</span> <strong>{start.phrase}</strong>
          <span class="quiet">{words.phraseHint}</span>
        </p>
        <p class="quiet">{words.version(start.version)}</p>
      </section>
    </Frame>
  );
}

function useKeys() {
  const [list, setList] = useState<KeyList | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, setRound] = useState(0);
  // A new round asks what is on the keys now: using a PIN changes its tries, which no key announces.
  useEffect(() => {
    let over = false;
    const follow = async () => {
      for (let after = -1; !over; ) {
        try {
          const next = await call('/api/own/keys', { after });
          if (over) return;
          after = next.version;
          setList(next);
        } catch (error) {
          if (!over) setFailure(failureOf(error));
          return;
        }
      }
    };
    void follow();
    return () => {
      over = true;
    };
  }, [round]);
  return { list, failure, reload: () => setRound((last) => last + 1) };
}
