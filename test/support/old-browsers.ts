// What a built bundle may ask of a browser: Chromium 87, Firefox 91 and Safari 15 are the oldest that pages are made for.

import { transformWithOxc } from 'vite';

const targets = ['chrome87', 'firefox91', 'safari15'];

/**
 * Younger than one of them. Bundlers bring old syntax about, but leave the names of functions as they are. Preact asks for
 * `moveBefore` before it uses it.
 */
const youngScript: readonly RegExp[] = [
  /\bstructuredClone\b/,
  /\.at\(/,
  /\bObject\.(hasOwn|groupBy)\b/,
  /\bMap\.groupBy\b/,
  /\bArray\.fromAsync\b/,
  /\.(toSorted|toReversed|toSpliced|findLast|findLastIndex|group|isWellFormed|toWellFormed)\(/,
  /\bPromise\.(withResolvers|try)\b/,
  /\brandomUUID\b/,
  /\bAbortSignal\.(timeout|any|abort)\b/,
  /\.throwIfAborted\b/,
  /\bURL\.(canParse|parse)\b/,
  /\bResponse\.json\b/,
  /\b(BroadcastChannel|requestIdleCallback|ReportingObserver|EyeDropper)\b/,
  /\bnavigator\.(locks|userAgentData|share)\b/,
  /\b(Intl\.Segmenter|Intl\.DurationFormat|Temporal|Iterator\.from)\b/,
  /\.(showModal|showPopover|checkVisibility|setHTML|startViewTransition)\(/,
  /\.(union|intersection|difference|symmetricDifference|isSubsetOf)\(/,
  /\.inert\b/,
  // Looking behind came to Safari with 16.4; that version's regular expressions do not even parse before.
  /\(\?<[=!]/,
];

/** Rules that these browsers would drop, and with them what the page needs; `:focus-visible` and the like only adorn. */
const youngStyle: readonly RegExp[] = [
  /:has\(|:is\(|:where\(|:not\([^()]*,/,
  /@(layer|container|property|scope|starting-style)\b/,
  /\b(aspect-ratio|content-visibility|text-wrap|container-type)\s*:/,
  /\b(color-mix|oklch|oklab|light-dark)\(/,
  /\d(dvh|svh|lvh|cqw|cqi)\b/,
  /[{;]\s*&/,
];

/**
 * @param name with the extension that says what it is
 * @returns a line for everything in it that the oldest browsers do not know; empty when all is well
 */
export async function youngerThanTargets(name: string, text: string): Promise<string[]> {
  const young = name.endsWith('.css') ? youngStyle : youngScript;
  const found = young.flatMap((one) => {
    const at = text.search(one);
    return at < 0 ? [] : [`${name}: …${text.slice(Math.max(0, at - 30), at + 40)}…`];
  });
  if (name.endsWith('.js') && (await hasYoungSyntax(name, text))) found.push(`${name}: syntax`);
  return found;
}

/** Whether there is anything to make older in it. */
async function hasYoungSyntax(name: string, text: string): Promise<boolean> {
  const [asItIs, older] = await Promise.all(
    ['esnext', targets].map((target) => transformWithOxc(text, name, { target, sourcemap: false })),
  );
  return asItIs?.code !== older?.code;
}
