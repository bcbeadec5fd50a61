// npm run lint: formatting and lint rules, with biome. `npm run format` puts right what can be put right without thinking.

import { spawnSync } from 'node:child_process';
import { ensureInstalled } from './install.mjs';
import { alone, inProject, root } from './project.mjs';

await alone(ensureInstalled);
const biome = [inProject('node_modules/@biomejs/biome/bin/biome'), 'check', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, biome, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
