import { useState } from 'preact/hooks';
import type { OwnWindowStart } from '../../src/local/views.ts';
import { Frame } from '../parts/frame.tsx';
import { Gone } from '../parts/gone.tsx';
import { Phrase } from '../parts/phrase.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { InLanguage, type Language, useWords } from '../words/words.tsx';
import { KeyCard } from './key-card.tsx';
import { useKeys } from './use-keys.ts';

/** The assistant's own window: the keys that are in, their certificates and PINs. */
export function OwnWindow({ start }: { start: OwnWindowStart }) {
  const [language, setLanguage] = useState<Language>(() => remembered() ?? start.language);
  const other = language === 'zh' ? 'en' : 'zh';
  const choose = () => {
    remember(other);
    setLanguage(other);
  };
  return (
    <InLanguage language={language}>
      <Content start={start} other={other} onLanguage={choose} />
    </InLanguage>
  );
}

const storageKey = 'certdesk-language';

/** What was chosen here before. Storage may be switched off: then a choice lasts as long as the window. */
function remembered(): Language | undefined {
  try {
    const chosen = localStorage.getItem(storageKey);
    return chosen === 'zh' || chosen === 'en' ? chosen : undefined;
  } catch {
    return undefined;
  }
}

function remember(language: Language): void {
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // It lasts as long as the window.
  }
}

interface Props {
  readonly start: OwnWindowStart;
  readonly other: Language;
  readonly onLanguage: () => void;
}

function Content({ start, other, onLanguage }: Props) {
  const words = useWords();
  const { list, failure, reload } = useKeys();
  if (failure?.code === 'window-gone') return <Gone lead={words.goneLead.own} />;
  const tools = (
    <button type="button" class="link" onClick={onLanguage} lang={other === 'zh' ? 'zh-CN' : 'en'}>
      {words.otherLanguage}
    </button>
  );
  return (
    <Frame heading={words.keys} tools={tools}>
      {failure && <Sentence failure={failure} />}
      <p class={list?.keys.length === 0 ? 'note wait' : 'quiet'} role="status">
        {list ? words.keysIn(list.keys.length) : words.looking}
      </p>
      {list?.keys.map((key) => (
        // Another key in the same slot is another key: what was typed for the last one does not stay.
        <KeyCard key={`${key.ref} ${key.serial}`} view={key} reload={reload} />
      ))}
      <About start={start} />
    </Frame>
  );
}

function About({ start: { phrase, desks, version } }: { start: OwnWindowStart }) {
  const words = useWords();
  return (
    <section class="card" aria-labelledby="about">
      <h2 id="about">{words.desks}</h2>
      {desks.length === 0 && <p>{words.desksNone}</p>}
      <ul class="plain">
        {desks.map(({ origin, name }) => (
          <li key={origin}>
            {name} <span class="quiet">{origin}</span>
          </li>
        ))}
      </ul>
      <Phrase phrase={phrase} />
      <p class="quiet">{words.version(version)}</p>
    </section>
  );
}
