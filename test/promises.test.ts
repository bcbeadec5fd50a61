// docs/promises.md is made from promises.ts: `npm run docs` writes it, this holds it to what is there.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inProject } from '../tools/project.mjs';
import { promises } from './promises.ts';

const page = inProject('docs/promises.md');
const listed = Object.values(promises).flat();
const unescaped = (text: string) => text.replaceAll("\\'", "'");

test('every promise names tests that are there', () => {
  const missing = listed.flatMap(({ promise, tests }) =>
    tests.flatMap(([file, ...titles]) => {
      const text = existsSync(inProject(file)) ? unescaped(readFileSync(inProject(file), 'utf8')) : '';
      return titles.filter((title) => !text.includes(title)).map((title) => `${promise} ${file}: ${title}`);
    }),
  );
  expect(missing).toEqual([]);
  expect(listed.every(({ tests }) => tests.length > 0)).toBe(true);
});

test('docs/promises.md says all of them', () => {
  if (process.env.CERTDESK_WRITE_DOCS === '1') writeFileSync(page, pageText());
  expect(readFileSync(page, 'utf8')).toBe(pageText());
});

/** Without what a test's title leaves to its examples. */
const shown = (title: string) => title.replace(' (%i)', '').replaceAll('%s', '…');

function pageText(): string {
  const sections = Object.entries(promises).map(([heading, lines]) => {
    const rows = lines.map(({ promise, tests, open }) => {
      const proofs = tests.flatMap(([file, ...titles]) =>
        titles.map((title) => `[${shown(title)}](../${file})`),
      );
      return `| ${promise}${open ? ` *${open}*` : ''} | ${proofs.join('<br>')} |`;
    });
    return [`## ${heading}`, '', '| promised | proved by |', '|---|---|', ...rows].join('\n');
  });
  return `# Promises

What certdesk promises a holder in every journey that is there, each beside the tests that prove it. Made from
\`test/promises.ts\` by \`npm run docs\`; \`npm test\` runs the tests and checks that this page is current.

${sections.join('\n\n')}
`;
}
