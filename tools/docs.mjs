// npm run docs: writes the parts of the documentation that are made from the code; --check only says whether they are current.

import { runBuilt } from './run-built.mjs';

await runBuilt('apps/server/dist/docs.js');
