// docs/screens.md, made from the table of troubles.

import { pictureName } from './pictures.ts';
import { troubles } from './troubles.ts';

export function screensPage(): string {
  const groups = Object.entries(troubles).map(([group, rows]) => {
    const lines = rows.flatMap(({ what, screens }) =>
      screens.map((screen, at) => {
        const [where = ''] = screen.split('/');
        const picture = (language: 'zh' | 'en', width: number) =>
          `<img src="pictures/${pictureName(screen, language)}" width="${width}" alt="${what} (${where}, ${language})">`;
        return `| ${at === 0 ? what : ''} | ${where} | ${picture('zh', 180)} | ${picture('en', where === 'portal' ? 480 : 240)} |`;
      }),
    );
    return [`## ${group}`, '', '| | where | narrow | wide |', '|---|---|---|---|', ...lines, ''].join('\n');
  });
  return [
    '# Screens for when something goes wrong',
    '',
    'What can go wrong for a holder, and what the holder sees then: on the page (portal) or in the key assistant’s window',
    '(window), in Chinese at 360 px, in English at 1366 × 768 or in the size in which pages open the window. Each of these',
    'screens is looked at by a test in both languages and all sizes. `npm run pictures` takes the pictures anew.',
    '',
    ...groups,
  ].join('\n');
}
