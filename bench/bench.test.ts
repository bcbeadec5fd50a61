// The bench itself, with counts so small that its figures mean nothing: that it works, counts what is there, and leaves nothing.

import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../tools/database-account.mjs';
import { inProject } from '../tools/project.mjs';

const BENCH = inProject('tools/bench.mjs');

/** A folder for temporary folders, so that what is left can be seen. */
function environment() {
  const folder = temporaryFolder('certdesk-bench-test-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, env: { ...process.env, TMPDIR: folder } };
}

/** Processes that have the folder in their command lines. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return [];
      }
    })
    .filter((command) => command.includes(folder));
}

test('counts certificates that stand in the database and renewals that are done, and leaves nothing behind', async () => {
  const { folder, env } = environment();
  const counts = ['--rounds', '1', '--seconds', '0.1', '--requests', '20', '--renewals', '3'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [BENCH, 'gm', 'issue', 'renewal', '--json', ...counts],
    { env },
  );
  const { machine, figures } = JSON.parse(stdout);
  expect(machine).toMatchObject({ cores: expect.any(Number), versions: { node: process.versions.node } });
  const of = (measure: string) => figures.filter((one: { measure: string }) => one.measure === measure);
  expect(of('gm').map(({ what }: { what: string }) => what)).toEqual(['SM2 sign', 'SM2 verify']);
  const issued = of('issue').filter(({ detail }: { detail?: object }) => detail);
  // Two rounds to warm up, and one that counts.
  expect(issued).toMatchObject([{ detail: { stored: 60 } }, { detail: { stored: 60 } }]);
  const [whole, ...parts] = of('renewal');
  expect(whole).toMatchObject({ unit: '/s', detail: { renewals: 3, stored: 6 } });
  expect(parts.map(({ what }: { what: string }) => what)).toContain('POST /api/orders/proof, p99');
  for (const { value } of figures) expect(value).toBeGreaterThanOrEqual(0);
  expect(readdirSync(folder)).toEqual([]);
}, 180_000);

test('imports a register of as many entities as it says, from either kind of file', async () => {
  const { folder, env } = environment();
  const args = [BENCH, 'registry', '--json', '--entities', '30'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const { figures } = JSON.parse(stdout);
  const imported = figures.filter(({ detail }: { detail?: object }) => detail);
  expect(imported).toMatchObject([{ detail: { stored: 30 } }, { detail: { stored: 30 } }]);
  for (const { value } of figures) expect(value).toBeGreaterThan(0);
  expect(readdirSync(folder)).toEqual([]);
}, 120_000);

test('stops what it has started when it is interrupted', async () => {
  const { folder, env } = environment();
  const bench = spawn(process.execPath, [BENCH, 'renewal', '--renewals', '100000'], { env });
  const exit = new Promise((resolve) => bench.once('exit', resolve));
  const database = () => processesOf(folder).some((command) => command.includes('postgres'));
  await expect.poll(database, { timeout: 60_000 }).toBe(true);
  bench.kill('SIGINT');
  expect(await exit).toBe(130);
  expect(processesOf(folder)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
}, 120_000);

test('names what there is, when it is asked for something else', async () => {
  const asked = promisify(execFile)(process.execPath, [BENCH, 'coffee']);
  await expect(asked).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('renewal') });
});
