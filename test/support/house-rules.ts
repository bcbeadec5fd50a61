// Which part of the house may lean on which: see ARCHITECTURE.md.

import { type Import, workspaceOf } from './imports.ts';

/** What the package.json of a workspace says: the packages that it names. */
export type Dependencies = (workspace: string) => string[];

export interface Rule {
  readonly says: string;
  /** One sentence for every import, or chain of imports, that breaks the rule. */
  broken(imports: readonly Import[], dependencies: Dependencies): string[];
}

const SERVER = 'apps/server/src/';
const PAGES = /^apps\/(portal\/src|desk\/src|assistant\/window)\//;

/** The part of the server that a file belongs to: the first folder, and of the journeys the second; '' for the wiring. */
function partOf(file: string): string | undefined {
  if (!file.startsWith(SERVER)) return undefined;
  const [first = '', second = '', ...rest] = file.slice(SERVER.length).split('/');
  if (second === '') return '';
  return first === 'journeys' && rest.length > 0 ? `${first}/${second}` : first;
}

function forbid(says: string, isForbidden: (one: Import, dependencies: Dependencies) => boolean): Rule {
  return {
    says,
    broken: (imports, dependencies) =>
      imports
        .filter((one) => isForbidden(one, dependencies))
        .map(({ from, specifier }) => `${from} imports ${specifier}`),
  };
}

export const rules: Rule[] = [
  forbid('apps lean on packages; nothing leans on an app', ({ from, to }) =>
    to.startsWith('apps/') ? workspaceOf(from) !== workspaceOf(to) : false,
  ),
  forbid(
    'a workspace is imported by its name, not by a path into it',
    ({ from, to, specifier }) => specifier.startsWith('.') && workspaceOf(from) !== workspaceOf(to),
  ),
  forbid(
    'packages know nothing of the desk: only apps import the contract',
    ({ from, to }) =>
      from.startsWith('packages/') &&
      workspaceOf(to) === 'packages/contract' &&
      workspaceOf(from) !== 'packages/contract',
  ),
  forbid('a workspace imports only what its package.json names', ({ from, specifier }, dependencies) => {
    if (/^(\.|node:)/.test(specifier)) return false;
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    return !dependencies(workspaceOf(from)).includes(name);
  }),
  forbid('nothing in platform knows the domain', ({ from, to }) => {
    const part = partOf(to);
    return partOf(from) === 'platform' && part !== undefined && part !== 'platform';
  }),
  forbid(
    'a journey is known to nobody but the wiring and the commands, and to no other journey',
    ({ from, to }) => {
      const [part, target] = [partOf(from), partOf(to)];
      if (!target?.startsWith('journeys') || part === undefined) return false;
      return !['', 'commands', 'journeys', target].includes(part);
    },
  ),
  forbid('nothing leans on the wiring', ({ from, to }) => partOf(to) === '' && partOf(from) !== ''),
  forbid(
    'rules and steps decide only: no input or output, no database, no clock of their own',
    ({ from, to, typeOnly }) =>
      /\/journeys\/[^/]+\/(rules|steps)\.ts$/.test(from) &&
      !typeOnly &&
      (/^(node:|kysely$|pg$|fastify)/.test(to) || /\/platform\/(database|http|clock)/.test(to)),
  ),
  {
    says: 'pages run in a browser, and stay small: neither Node nor zod comes along with what they import',
    broken: (imports) =>
      [...new Set(imports.map(({ from }) => from).filter((file) => PAGES.test(file)))].flatMap((page) =>
        pathsTo(page, imports, (to) => /^(node:|zod(\/|$))/.test(to)),
      ),
  },
  {
    says: 'files go in no circle; for types alone they may',
    broken: (imports) => circles(imports.filter(({ typeOnly }) => !typeOnly)),
  },
  {
    says: 'the parts of the server go in no circle, not even for types',
    broken: (imports) =>
      circles(
        imports
          .map((one) => ({ ...one, from: partOf(one.from) ?? '', to: partOf(one.to) ?? '' }))
          .filter(({ from, to }) => from !== '' && to !== '' && from !== to),
      ),
  },
];

/** The chains of imports by which a file brings along, at run time, what it must not. */
function pathsTo(start: string, imports: readonly Import[], isForbidden: (to: string) => boolean): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const walk = (file: string, path: string[]) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { to, typeOnly } of imports.filter(({ from }) => from === file)) {
      if (typeOnly) continue;
      if (isForbidden(to)) found.push([...path, to].join(' → '));
      else walk(to, [...path, to]);
    }
  };
  walk(start, [start]);
  return found;
}

/** What can only be understood all at once: files, or parts, that lead back to themselves. */
function circles(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: string[]) => {
    const ring = path.indexOf(file);
    if (ring >= 0) found.push([...path.slice(ring), file].join(' → '));
    if (ring >= 0 || done.has(file)) return;
    for (const to of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return found;
}
