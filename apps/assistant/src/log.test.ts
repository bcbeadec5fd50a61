import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileLog } from './log.ts';

const file = () => join(mkdtempSync(join(tmpdir(), 'certdesk-log-')), 'assistant.log');
const now = () => new Date('2027-03-01T08:00:00Z');

it('writes a line of JSON for each event', () => {
  const path = file();
  fileLog(path, now).write('order done', { order: 'one' });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    at: '2027-03-01T08:00:00.000Z',
    event: 'order done',
    order: 'one',
  });
});

it('begins a new file when one is full, and keeps the one before', () => {
  const path = file();
  const log = fileLog(path, now);
  for (let written = 0; written < 11; written += 1) log.write('x'.repeat(100_000));
  expect(readFileSync(`${path}.1`, 'utf8').split('\n').length).toBeGreaterThan(9);
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
});

it.runIf(process.platform === 'linux')('goes on when the disk is full', () => {
  const path = file();
  symlinkSync('/dev/full', path);
  expect(() => fileLog(path, now).write('order done')).not.toThrow();
});
