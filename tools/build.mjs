// npm run build: compiles the workspaces and bundles the pages, unless nothing has changed since the last time.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { alone, inProject, root, say } from './project.mjs';

const STAMP = inProject('.certdesk', 'built.json');
/** The pages, each bundled by the vite.config.ts in its folder. */
const PAGES = ['apps/portal', 'apps/assistant'];

/**
 * Installs and builds what is missing or out of date.
 * @throws {Error} when the sources do not compile; the compiler has said why
 */
export async function ensureBuilt() {
  await alone(async () => {
    ensureInstalled();
    const sources = listSources();
    const print = fingerprint(sources);
    const last = readStamp();
    if (last?.print === print && workspaces().every((workspace) => existsSync(inProject(workspace, 'dist'))))
      return;
    say('Building …');
    rmSync(STAMP, { force: true });
    removeStale(last?.files ?? [], sources);
    await compile();
    await Promise.all(PAGES.map(bundle));
    mkdirSync(dirname(STAMP), { recursive: true });
    writeFileSync(STAMP, JSON.stringify({ print, files: sources }));
  });
}

function workspaces() {
  return ['packages', 'apps']
    .flatMap((group) => readdirSync(inProject(group)).map((name) => `${group}/${name}`))
    .filter((workspace) => existsSync(inProject(workspace, 'package.json')));
}

/** All files that the build reads, by their paths in the project. */
function listSources() {
  const files = ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json'];
  const walk = (/** @type {string} */ folder) => {
    for (const entry of readdirSync(inProject(folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isFile() && !entry.name.endsWith('.tsbuildinfo')) files.push(path);
      if (entry.isDirectory() && !['node_modules', 'dist'].includes(entry.name)) walk(path);
    }
  };
  workspaces().forEach(walk);
  return files.sort();
}

/**
 * Sizes and times, not contents: it must cost next to nothing at each start.
 * @param {string[]} files
 */
function fingerprint(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) {
    const { size, mtimeMs } = statSync(inProject(file));
    hash.update(`${file}\0${size}\0${mtimeMs}\0`);
  }
  return hash.digest('hex');
}

/** @returns {{ print: string, files: string[] } | undefined} */
function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * The compiler never removes the output of a source that is gone; so a workspace that lost one is built from nothing.
 * @param {string[]} before
 * @param {string[]} now
 */
function removeStale(before, now) {
  const kept = new Set(now);
  const lost = before.filter((file) => !kept.has(file)).map((file) => file.split('/').slice(0, 2).join('/'));
  for (const workspace of new Set(lost))
    rmSync(inProject(workspace, 'dist'), { recursive: true, force: true });
}

async function compile() {
  await run('The TypeScript compiler', ['node_modules/typescript/bin/tsc', '-b']);
}

/** @param {string} folder */
async function bundle(folder) {
  if (!existsSync(inProject(folder, 'vite.config.ts'))) return say(`  ${folder} has no pages to bundle yet.`);
  await run(
    `Vite, in ${folder}`,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
    folder,
  );
}

/**
 * @param {string} name
 * @param {string[]} args of node
 * @param {string} [folder]
 */
function run(name, args, folder = '.') {
  return new Promise((resolve, reject) => {
    spawn(process.execPath, args, { cwd: inProject(folder), stdio: ['ignore', 2, 2] })
      .on('error', reject)
      .on('exit', (code) =>
        code === 0 ? resolve(undefined) : reject(new Error(`${name} found errors, see above.`)),
      );
  });
}

if (process.argv[1] === import.meta.filename) {
  ensureBuilt().catch((/** @type {Error} */ error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
