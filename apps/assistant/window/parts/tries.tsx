import type { PinProblem, PinView } from '../../src/local/views.ts';
import { useWords } from '../words/words.tsx';
import type { Words } from '../words/zh.ts';

/** How many tries the key still gives, in words. */
export function Tries({ pin }: { pin: PinView }) {
  const words = useWords();
  const grave = pin.flag === 'locked' || isLastTry(pin);
  return <p class={grave ? 'grave' : 'quiet'}>{triesText(words, pin)}</p>;
}

/** Asked for when one wrong PIN more locks the key. */
export function LastTry({ sure, onChange }: { sure: boolean; onChange: (sure: boolean) => void }) {
  const words = useWords();
  return (
    <label class="check">
      <input type="checkbox" checked={sure} onChange={() => onChange(!sure)} />
      {words.lastTry}
    </label>
  );
}

export function isLastTry({ tries, flag }: PinView, problem: PinProblem | null = null): boolean {
  return tries === 1 || flag === 'final' || problem === 'last-try';
}

/** What is wrong with a PIN, and what it has cost. */
export function problemText(words: Words, problem: PinProblem, pin: PinView | undefined): string {
  const text = words.problem[problem];
  if (problem !== 'incorrect' || !pin) return text;
  // That it was mistyped lately, which is all that PKCS#11 tells, is known.
  const untold = pin.tries === null && pin.flag === 'low';
  return words.sentences(text, untold ? words.triesUnknown : triesText(words, pin));
}

function triesText(words: Words, pin: PinView): string {
  if (pin.flag === 'locked') return words.locked;
  if (isLastTry(pin)) return words.onlyOneTry;
  if (pin.tries !== null) return words.tries(pin.tries);
  return pin.flag === 'low' ? words.triesLow : words.triesUnknown;
}
