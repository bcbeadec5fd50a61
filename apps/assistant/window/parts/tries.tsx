import type { PinView } from '../../src/local/views.ts';
import { useWords } from '../words/words.ts';

/** How many tries the key still gives, in words. */
export function Tries({ pin: { tries, flag } }: { pin: PinView }) {
  const words = useWords();
  const said =
    flag === 'locked' ? words.flag.locked : tries === null ? words.triesUnknown : words.tries(tries);
  const more = tries === null && flag !== 'locked' ? words.flag[flag] : '';
  const grave = flag === 'final' || flag === 'locked' || tries === 1;
  return <p class={grave ? 'tries grave' : 'tries'}>{more ? `${said} · ${more}` : said}</p>;
}
