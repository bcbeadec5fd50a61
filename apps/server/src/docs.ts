/**
 * Writes the parts of the documentation that are made from the code: between `<!-- made: name -->` and `<!-- /made -->`.
 * With --check nothing is written, and the exit code says whether all of them are current.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { errorCodes, errorTable } from '@certdesk/contract';
import { diagramOf, transitionRows } from './cases/diagram.ts';
import { amendmentTable } from './journeys/amendment/steps.ts';
import { renewalTable } from './journeys/renewal/steps.ts';
import { configurationReference } from './setup/reference.ts';

const made: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'docs/renewal.md': {
    diagram: () => `\`\`\`mermaid\n${diagramOf(renewalTable)}\n\`\`\``,
    transitions: () => transitionRows(renewalTable),
  },
  'docs/amendment.md': {
    diagram: () => `\`\`\`mermaid\n${diagramOf(amendmentTable)}\n\`\`\``,
    transitions: () => transitionRows(amendmentTable),
  },
  'docs/errors.md': { errors: errorReference },
  'docs/configuration.md': { configuration: configurationReference },
};

function errorReference(): string {
  const rows = errorCodes.map((code) => {
    const { status, zh, en } = errorTable[code];
    return `| \`${code}\` | ${status || '–'} | ${zh} | ${en} |`;
  });
  return ['| code | HTTP | 中文 | English |', '|---|---|---|---|', ...rows].join('\n');
}

const check = process.argv.includes('--check');
for (const [name, parts] of Object.entries(made)) {
  const file = fileURLToPath(new URL(`../../../${name}`, import.meta.url));
  const before = await readFile(file, 'utf8');
  let after = before;
  for (const [part, make] of Object.entries(parts)) {
    const place = new RegExp(`(<!-- made: ${part} -->\\n)[\\s\\S]*?(<!-- /made -->)`);
    if (!place.test(after)) throw new Error(`${name} has no place for ${part}`);
    after = after.replace(place, (_, begin: string, end: string) => `${begin}${make()}\n${end}`);
  }
  if (after === before) continue;
  if (check) {
    process.stderr.write(`${name} is not current: npm run docs\n`);
    process.exitCode = 1;
  } else {
    await writeFile(file, after);
    process.stdout.write(`${name} written\n`);
  }
}
