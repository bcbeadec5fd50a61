import { useWords } from '../words/words.tsx';

/** What only this user's assistant knows: an imitation of the window cannot show it. */
export function Phrase({ phrase }: { phrase: string }) {
  const words = useWords();
  return (
    <p class="phrase">
      <span class="quiet">{words.phrase}</span> <strong>{phrase}</strong>
      <span class="quiet hint">{words.phraseHint}</span>
    </p>
  );
}
