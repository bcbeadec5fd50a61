// What a browser fetches before the first page stands, compressed as a proxy would.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inProject } from '../tools/project.mjs';

const KB = 1000;

/** @returns {import('./figure.mjs').Figure[]} */
export function measureWeight() {
  return [
    weight('portal', firstLoad(inProject('apps/portal/dist/pages')), 40),
    weight('assistant window', windowPage(inProject('apps/assistant/dist/window')), 25),
  ];
}

/**
 * @param {string} what
 * @param {readonly Buffer[]} files
 * @param {number} atMost KB
 * @returns {import('./figure.mjs').Figure}
 */
function weight(what, files, atMost) {
  const octets = files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
  return {
    measure: 'weight',
    what: `${what}, first load (gzip)`,
    value: octets / KB,
    unit: 'KB',
    target: { of: 'value', atMost },
    detail: { octets },
  };
}

/**
 * The page, and the files that its head names; what pages load later does not count.
 * @param {string} folder
 */
function firstLoad(folder) {
  const page = readFileSync(join(folder, 'index.html'));
  const named = [...page.toString().matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="\/([^"]+)"/g)];
  return [page, ...named.map(([, path = '']) => readFileSync(join(folder, path)))];
}

/**
 * The window is one page with script and style inside: they are compressed together.
 * @param {string} folder
 */
function windowPage(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(css|js)$/.test(name),
  );
  return [Buffer.concat(files.map((name) => readFileSync(join(folder, name))))];
}
