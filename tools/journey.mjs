// npm run journey -- renewal: a whole journey without a browser. With --json, stdout holds its result and nothing else.

import { runBuilt } from './run-built.mjs';

await runBuilt('apps/assistant/dist/journey/main.js');
