// npm run pictures: the pictures in docs/pictures, taken while the test of the whole renewal runs in a browser.

import { mkdirSync } from 'node:fs';
import { inProject } from './project.mjs';

process.env.CERTDESK_SCREENSHOTS = inProject('docs', 'pictures');
mkdirSync(process.env.CERTDESK_SCREENSHOTS, { recursive: true });
process.argv.push('test/renewal.test.ts');
await import('./test.mjs');
