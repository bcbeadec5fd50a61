// npm run pictures: docs/pictures and docs/screens.md, made while tests look at the screens: the whole renewal in a browser,
// and each screen for when something goes wrong.

import { mkdirSync } from 'node:fs';
import { inProject } from './project.mjs';

process.env.CERTDESK_SCREENSHOTS = inProject('docs', 'pictures');
mkdirSync(process.env.CERTDESK_SCREENSHOTS, { recursive: true });
process.argv.push(
  'test/renewal.test.ts',
  'test/screens.test.ts',
  'apps/portal/src/pages.test.ts',
  'apps/assistant/window/window.test.ts',
  '--update',
);
await import('./test.mjs');
