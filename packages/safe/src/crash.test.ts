import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePrograms } from '../../../test/support/bundle.ts';
import { removeStaleTemporaries } from './atomic-file.ts';
import { open, readSafe, SafeError } from './index.ts';

const PASSPHRASE = 'open sesame';
const HOUR = 60 * 60 * 1000;

let folder = '';
const safe = () => join(folder, 'device.safe');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certdesk-safe-'));
  const child = fileURLToPath(new URL('write-loop.test-child.ts', import.meta.url));
  await bundlePrograms({ child }, join(folder, 'child'), { withInstalled: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the child, kills it once it has printed `killAfter`, and gives the last number that it printed. */
async function runUntilKilled(diesAt: string, killAfter = Number.POSITIVE_INFINITY): Promise<number> {
  const child = spawn(process.execPath, [join(folder, 'child', 'child.mjs'), safe(), diesAt], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  let promised = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    promised = Number(line);
    if (promised >= killAfter) child.kill('SIGKILL');
  }
  expect((await exit)[1]).toBe('SIGKILL');
  return promised;
}

/** The number in the safe; throws when the safe is not whole. */
async function versionInSafe(): Promise<number> {
  const content = await readSafe(safe(), PASSPHRASE);
  const version = new DataView(content.buffer, content.byteOffset).getUint32(0);
  expect(content.subarray(4).every((byte) => byte === (version & 0xff))).toBe(true);
  return version;
}

async function temporaries(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.atomic-tmp'));
}

describe('after kill -9', () => {
  it.each([
    ['just created', 1],
    ['half written', 1],
    ['before the file is synced', 1],
    ['before the rename', 1],
    ['after the rename', 2],
    ['before the folder is synced', 2],
  ])('in a second write (%s) the safe holds version %i, whole', async (step, version) => {
    expect(await runUntilKilled(step)).toBe(1);
    expect(await versionInSafe()).toBe(version);
  });

  it('anywhere in a loop of writes, no promised version is lost', async () => {
    for (const killAfter of [1, 2, 3, 5, 8, 13, 21, 34]) {
      const promised = await runUntilKilled('never', killAfter);
      // The kill may fall between the rename and the printed line, never more than one write ahead.
      const version = await versionInSafe();
      expect(version - promised, `${version} in the safe, ${promised} promised`).toBeOneOf([0, 1]);
    }
  });

  it('the remains of dead writers are removed after an hour, and nothing else is', async () => {
    // Other deaths in this file have left remains of their own.
    const before = await temporaries();
    await runUntilKilled('half written');
    const [remains = ''] = (await temporaries()).filter((name) => !before.includes(name));
    const halfWritten = await readFile(join(folder, remains));
    await expect(open(halfWritten, PASSPHRASE)).rejects.toThrow(SafeError);

    await removeStaleTemporaries(folder, Date.now());
    expect(await temporaries()).toContain(remains);

    await removeStaleTemporaries(folder, Date.now() + 2 * HOUR);
    expect(await temporaries()).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual(['child', 'device.safe']);
  });
});
