/**
 * Runs in a process of its own, to be killed: `<module> <folder> <task> <dies at>`. Prints a line for each step of the
 * task that it was promised is done. Dies by SIGKILL before its call number <dies at> into the file system; 0: never.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { virtualDriver } from '../index.ts';

const [, , folder = '', task = '', diesAt = '0'] = process.argv;
let calls = 0;

function count(): void {
  calls += 1;
  if (calls === Number(diesAt)) process.kill(process.pid, 'SIGKILL');
}

/** Makes each call of these functions a place to die at; a file handle's write and sync, too. */
function makeMortal(): void {
  const { open } = fs;
  fs.open = async (...args) => {
    count();
    const handle = await open(...args);
    const sync = handle.sync.bind(handle);
    handle.sync = () => {
      count();
      return sync();
    };
    const writeFile = handle.writeFile.bind(handle);
    handle.writeFile = async (data, options) => {
      await handle.write((data as Uint8Array).subarray(0, 100));
      count();
      return writeFile((data as Uint8Array).subarray(100), options);
    };
    return handle;
  };
  for (const name of ['link', 'rename', 'unlink', 'writeFile'] as const) {
    const original = fs[name] as (...args: unknown[]) => Promise<void>;
    (fs as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
      count();
      return original(...args);
    };
  }
  syncBuiltinESMExports();
}

const done = (step: string) => process.stdout.write(`${step}\n`);

async function write(): Promise<void> {
  const key = await virtualDriver({ folder }).open('key');
  await key.verifyPin('right-pin');
  done('login');
  await key.createContainer('new');
  done('container');
  await key.generateKeyPair('new', 'p256');
  done('key pair');
  await key.writeFile('seal', new Uint8Array(500).fill(1));
  done('file');
  await key.removeContainer('old');
  done('removed');
  await key.changePin('right-pin', 'other-pin');
  done('pin');
}

async function guess(): Promise<void> {
  const key = await virtualDriver({ folder }).open('key');
  await key.verifyPin('wrong-pin').catch(() => done('refused'));
}

async function contend(): Promise<void> {
  const key = await virtualDriver({ folder }).open('key');
  await key.verifyPin('right-pin');
  for (let i = 0; i < 15; i++) await key.writeFile(`${process.pid} ${i}`, Uint8Array.of(i));
}

makeMortal();
await ({ write, guess, contend } as Record<string, () => Promise<void>>)[task]?.();
done(`calls ${calls}`);
