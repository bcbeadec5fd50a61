// npm run certdesk -- <command>: the server's command line, for those who run a desk.

import { runBuilt } from './run-built.mjs';

await runBuilt('apps/server/dist/certdesk.js');
