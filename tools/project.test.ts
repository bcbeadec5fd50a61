import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordOf, stillRuns } from './processes.mjs';
import { take } from './project.mjs';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'certdesk-take-'));
  file = join(folder, 'owner.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what is taken stays taken until it is given back, and its owner is named', () => {
  const first = take(file, { purpose: 'test' });
  expect(take(file, {})).toMatchObject({ owner: { pid: process.pid, purpose: 'test' } });
  if ('release' in first) first.release();
  expect(take(file, {})).toHaveProperty('release');
  expect(readdirSync(folder)).toEqual(['owner.json']);
});

test('who was killed has lost it, even if another process has got its number', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const record = recordOf(other.pid ?? 0);
  writeFileSync(file, JSON.stringify(record));
  expect(stillRuns(record)).toBe(true);
  expect(take(file, {})).toHaveProperty('owner');
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(take(file, {})).toHaveProperty('release');

  writeFileSync(file, JSON.stringify({ ...record, pid: process.pid }));
  expect(take(file, {})).toHaveProperty('release');
});
