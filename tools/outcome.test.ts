import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isComplete, isNewEnough } from './install.mjs';
import { countTests, lastLine, sum } from './outcome.mjs';
import { root } from './project.mjs';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((result) => ({ status: result })),
});
const report = (passed: number, failed: number, pending: number, ...files: ReturnType<typeof file>[]) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  testResults: files,
});

test('tests are counted as vitest reports them', () => {
  const some = report(2, 1, 1, file('passed', 'passed', 'passed'), file('failed', 'failed', 'skipped'));
  expect(countTests(some, 1)).toEqual({ passed: 2, failed: 1, skipped: 1 });
});

test('a test file that cannot be loaded is a failure, though none of its tests ran', () => {
  expect(countTests(report(2, 0, 0, file('passed', 'passed', 'passed'), file('failed')), 1).failed).toBe(1);
});

test('a vitest that crashed, or that failed for another reason than a test, is a failure', () => {
  expect(countTests(undefined, null)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(countTests(report(3, 0, 0, file('passed', 'passed')), 1)).toEqual({
    passed: 3,
    failed: 1,
    skipped: 0,
  });
});

test('what is skipped is said, and has failed where nothing may be skipped', () => {
  const outcomes = [
    { passed: 1, failed: 0, skipped: 0 },
    { passed: 5, failed: 0, skipped: 2 },
  ];
  expect(lastLine(sum(outcomes, { strict: false }))).toBe('6 passed, 0 failed, 2 skipped');
  expect(lastLine(sum(outcomes, { strict: true }))).toBe('6 passed, 2 failed');
});

test('npm test ends with the counts, alone on the last line, and with an exit code that agrees', () => {
  const run = (filter: string) =>
    spawnSync(process.execPath, [join(root, 'tools/test.mjs'), filter], { encoding: 'utf8' });
  const good = run('packages/gm/src/sm3');
  expect(good.stdout.trimEnd().split('\n').at(-1)).toMatch(/^\d+ passed, 0 failed$/);
  expect(good.status).toBe(0);
  const bad = run('no/such/test/anywhere');
  expect(bad.stdout.trimEnd().split('\n').at(-1)).toBe('0 passed, 1 failed');
  expect(bad.status).toBe(1);
});

test('the dependencies are missing when one is absent or of another version, save optional ones', () => {
  const lock = {
    '': {},
    'packages/gm': { version: '0.1.0' },
    'node_modules/@certdesk/gm': { link: true },
    'node_modules/one': { version: '1.0.0' },
    'node_modules/for-another-platform': { version: '1.0.0', optional: true },
  };
  expect(isComplete(lock, undefined)).toBe(false);
  expect(isComplete(lock, {})).toBe(false);
  expect(isComplete(lock, { 'node_modules/one': { version: '0.9.0' } })).toBe(false);
  expect(isComplete(lock, { 'node_modules/one': { version: '1.0.0' } })).toBe(true);
});

test('Node before 20.19 is too old', () => {
  expect(['18.20.0', '20.18.3', '20.19.0', '22.0.0', '26.1.0'].map(isNewEnough)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});
