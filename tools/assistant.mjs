// npm run assistant -- <command>: the key assistant and its command line.

import { runBuilt } from './run-built.mjs';

await runBuilt('apps/assistant/dist/main.js');
