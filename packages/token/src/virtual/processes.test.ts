import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Children, prepareChildren } from './child.test-support.ts';
import { virtualDriver } from './driver.ts';
import { ADMIN_PIN, PIN, type PluggedIn, plugIn } from './fixture.test-support.ts';

let children: Children;
let slot: PluggedIn;
beforeAll(async () => {
  children = await prepareChildren();
});
afterAll(() => children.dispose());
afterEach(() => slot.dispose());

/** How many calls into the file system the task makes when nobody kills it. */
async function callsOf(task: 'write' | 'guess'): Promise<number> {
  const { lines } = await children.run(slot.folder, task);
  return Number(lines.at(-1)?.replace('calls ', ''));
}

/** The child's own steps, as far as the key shows them. */
async function stepsOnKey(): Promise<string[]> {
  const key = await slot.driver.open(slot.ref);
  const containers = await key.containers();
  const steps = ['login'];
  const made = containers.find(({ name }) => name === 'new');
  if (made) steps.push('container');
  if (made?.signing) steps.push('key pair');
  if ((await key.listFiles()).length > 0) steps.push('file');
  if (!containers.some(({ name }) => name === 'old')) steps.push('removed');
  if (!(await key.info()).pin.initial) steps.push('pin');
  return steps;
}

describe('a process killed at any call into the file system', () => {
  it('leaves the key before or after the step it was in, readable, and not locked for others', async () => {
    slot = await plugIn();
    const key = await slot.driver.open(slot.ref);
    await key.verifyPin(PIN);
    await key.createContainer('old');
    const oldKey = await key.generateKeyPair('old', 'sm2');
    await copyFile(slot.path, `${slot.path}.before`);
    const calls = await callsOf('write');
    expect(calls).toBeGreaterThan(50);

    for (let diesAt = 1; diesAt <= calls; diesAt++) {
      await copyFile(`${slot.path}.before`, slot.path);
      const { lines, killed } = await children.run(slot.folder, 'write', diesAt);
      expect(killed, `killed at ${diesAt}`).toBe(true);
      const steps = await stepsOnKey();
      expect(steps.length - lines.length, `killed at ${diesAt}: ${lines} / ${steps}`).toBeOneOf([0, 1]);
      expect(steps.slice(0, lines.length)).toEqual(lines);

      const again = await slot.driver.open(slot.ref);
      await again.verifyPin(steps.includes('pin') ? 'other-pin' : PIN);
      await again.writeFile('after', Uint8Array.of(1));
      if (!steps.includes('removed')) {
        expect((await again.containers())[0]?.signing?.publicKey).toEqual(oldKey);
        await again.sign('old', Uint8Array.of(1));
      }
      if (steps.includes('key pair')) await again.sign('new', Uint8Array.of(1));
    }
    const left = (await readdir(slot.folder)).filter((name) => name.endsWith('.lock'));
    expect(left).toEqual([]);
  }, 300_000);

  it('got no try for nothing: before a guess is checked it is off the counter', async () => {
    slot = await plugIn();
    const calls = await callsOf('guess');
    const key = await slot.driver.open(slot.ref);
    let spent = false;
    for (let diesAt = 1; diesAt <= calls; diesAt++) {
      // The counter is full again, and the lock that the killed one held is taken over.
      await key.verifyPin(PIN);
      const { lines, killed } = await children.run(slot.folder, 'guess', diesAt);
      expect(killed).toBe(true);
      // Once a kill at one call finds the try spent, so must a kill at every later one.
      const { tries } = (await key.info()).pin;
      spent ||= tries === 3;
      expect(tries, `killed at ${diesAt}`).toBe(spent ? 3 : 4);
      if (lines.length > 0) expect(spent).toBe(true);
    }
    expect(spent).toBe(true);
  }, 120_000);
});

describe('two processes at the same key', () => {
  it('lose nothing of what either wrote', async () => {
    slot = await plugIn();
    const both = await Promise.all([
      children.run(slot.folder, 'contend'),
      children.run(slot.folder, 'contend'),
    ]);
    expect(both.map(({ killed }) => killed)).toEqual([false, false]);
    const key = await slot.driver.open(slot.ref);
    expect(await key.listFiles()).toHaveLength(30);
    expect((await key.info()).pin.flag).toBe('ok');
    expect(await readdir(slot.folder)).toEqual(['key.key']);
  });

  it('have no more tries together than one has', async () => {
    slot = await plugIn({ maxTries: 3 });
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const key = await slot.driver.open(slot.ref);
        return key.verifyPin('wrong-pin').catch((error) => `${error.code} ${error.tries}`);
      }),
    );
    expect(outcomes.sort()).toEqual([
      'pin-incorrect 1',
      'pin-incorrect 2',
      'pin-locked 0',
      'pin-locked 0',
      'pin-locked 0',
      'pin-locked 0',
    ]);
    const key = await slot.driver.open(slot.ref);
    await key.unlock(ADMIN_PIN, PIN);
    await key.verifyPin(PIN);
  });

  it('wait for each other, and say busy when the other does not let go', async () => {
    slot = await plugIn();
    const { virtualDriver } = await import('./driver.ts');
    const key = await virtualDriver({ folder: slot.folder, patienceMs: 0 }).open(slot.ref);
    // The test's own process lives, so its lock is one to wait for.
    await writeFile(`${slot.path}.lock`, JSON.stringify({ pid: process.pid, token: 'held' }));
    await expect(key.verifyPin(PIN)).rejects.toMatchObject({ code: 'key-busy' });
    expect((await key.info()).pin.flag).toBe('ok');
  });

  it('is not taken for pulled by one who reads while another writes', async () => {
    slot = await plugIn();
    const { driver, ref } = slot;
    let writing = true;
    const writer = (async () => {
      const key = await virtualDriver({ folder: slot.folder }).open(ref);
      for (let round = 0; round < 100; round += 1) await key.verifyPin(PIN);
    })().finally(() => {
      writing = false;
    });
    while (writing) {
      const key = await driver.open(ref);
      await key.info();
      await key.containers();
      await key.close();
    }
    await writer;
  });
});
