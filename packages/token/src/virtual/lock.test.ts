import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from './lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certdesk-lock-'));
  path = join(folder, 'key.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

const PATIENCE = 5000;

describe('a lock', () => {
  it('lets one in at a time, and leaves nothing behind', async () => {
    let inside = 0;
    let most = 0;
    const enter = () =>
      withLock(path, PATIENCE, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise(setImmediate);
        inside -= 1;
      });
    await Promise.all(Array.from({ length: 20 }, enter));
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is let go when the work fails', async () => {
    await expect(withLock(path, 0, () => Promise.reject(new Error('work')))).rejects.toThrow('work');
    expect(await withLock(path, 0, async () => 'in')).toBe('in');
  });

  it.each([
    ['of a dead process', () => JSON.stringify({ pid: deadPid(), token: 'old' })],
    [
      'of a dead process whose pid went to this one',
      () => JSON.stringify({ pid: process.pid, started: '1', token: 'old' }),
    ],
    ['cut short by a power failure', () => ''],
    ['that is none', () => '{"pid":"x"}'],
  ])('%s is taken over, by one of many at a time', async (_, content) => {
    await writeFile(path, content());
    let inside = 0;
    let entered = 0;
    const enter = () =>
      withLock(path, PATIENCE, async () => {
        inside += 1;
        expect(inside).toBe(1);
        // Long enough for those who saw the dead owner to do what they then do.
        for (let i = 0; i < 20; i++) await readdir(folder);
        expect(inside).toBe(1);
        inside -= 1;
        entered += 1;
      });
    await Promise.all(Array.from({ length: 10 }, enter));
    expect(entered).toBe(10);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over even if somebody died while taking it over', async () => {
    await writeFile(path, JSON.stringify({ pid: deadPid(), token: 'old' }));
    await writeFile(`${path}.break-old`, JSON.stringify({ pid: deadPid(), token: 'older' }));
    expect(await withLock(path, PATIENCE, async () => 'in')).toBe('in');
    expect(await readdir(folder)).toEqual([]);
  });

  it('of a living process is left alone', async () => {
    await writeFile(path, JSON.stringify({ pid: process.ppid, token: 'held' }));
    await expect(withLock(path, 0, async () => 'in')).rejects.toMatchObject({ code: 'key-busy' });
    expect(await readdir(folder)).toEqual(['key.lock']);
  });

  it('clears away what somebody left who died before having it', async () => {
    const draft = `${path}.00000000-0000-4000-8000-000000000000`;
    await writeFile(draft, JSON.stringify({ pid: deadPid(), token: '00000000-0000-4000-8000-000000000000' }));
    await withLock(path, 0, async () => undefined);
    expect(await readdir(folder)).toEqual([]);
  });
});
