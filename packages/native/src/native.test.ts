import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestFunctions } from './binding.test-support.ts';
import { LibraryError, type Native, NativeError, type NativeOptions, startNative } from './index.ts';
import { compileTestLibrary, type TestLibrary } from './library.test-support.ts';

let library: TestLibrary;
const open: Native<TestFunctions>[] = [];

beforeAll(async () => {
  library = await compileTestLibrary();
});
afterAll(() => library?.dispose());
afterEach(async () => {
  for (const native of open.splice(0)) await native.close();
});

function start(options: Partial<NativeOptions> = {}): Native<TestFunctions> {
  const native = startNative<TestFunctions>({
    binding: { name: 'test', module: () => new URL('file:///unused') },
    options: { path: library.path },
    program: library.program,
    ...options,
  });
  open.push(native);
  return native;
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: NativeError) => error.code,
  );

/** Resolves when no process has this id any more; the test's own time limit ends a wait in vain. */
async function gone(pid: number): Promise<void> {
  const runs = () => {
    try {
      // A zombie has ended: whoever inherited it has only not asked yet.
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') === false;
    } catch {
      return false;
    }
  };
  while (runs()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a library in a process of its own', () => {
  it('is called in another process, with octets there and back, and keeps its state between calls', async () => {
    const native = start();
    expect(await native.call('add', [40, 2])).toBe(42);
    expect(await native.call('invert', [Uint8Array.of(0, 0xf0, 0xff)])).toEqual(Uint8Array.of(0xff, 0x0f, 0));
    expect(await Promise.all([native.call('next', []), native.call('next', [])])).toEqual([1, 2]);
    expect(await native.call('pid', [])).not.toBe(process.pid);
  });

  it('crashes: every call that waits is told, and the next one finds a fresh one', async () => {
    const native = start();
    await native.call('next', []);
    const first = native.process();
    const calls = [native.call('crash', []), native.call('next', []), first.call('add', [1, 1])];
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'library-crashed' } });
    }
    expect(await native.call('next', [])).toBe(1);
    // What was open in the dead process is not taken for what is open in the new one.
    expect(await codeOf(first.call('next', []))).toBe('library-crashed');
  });

  it('calls exit: that is the end of its process alone', async () => {
    const native = start();
    // Leaving runs the library's own endings beside Node's threads, and a process may die of that before it has ended.
    await expect(native.call('leave', [0])).rejects.toThrow(
      /library-crashed: its process (ended with exit code 0|was ended by SIG\w+)$/,
    );
    expect(await native.call('add', [1, 1])).toBe(2);
  });

  it('hangs: its process is ended at the deadline, which does not count the time of calls before', async () => {
    const native = start();
    const pid = await native.call('pid', []);
    const hanging = native.call('hang', [], { deadlineMs: 200 });
    const behind = native.call('add', [1, 1], { deadlineMs: 1 });
    await expect(hanging).rejects.toThrow('library-hung: hang gave no answer in 200 ms');
    expect(await codeOf(behind)).toBe('library-hung');
    await gone(pid);
    expect(await native.call('add', [1, 1])).toBe(2);
  });

  it('waits for ever in one process without being in the way of another', async () => {
    const [watching, working] = [start(), start()];
    const wait = watching.call('hang', [], { deadlineMs: Number.POSITIVE_INFINITY });
    expect(await working.call('add', [1, 1])).toBe(2);
    await Promise.all([expect(wait).rejects.toMatchObject({ code: 'library-closed' }), watching.close(0)]);
    expect(await codeOf(watching.call('add', [1, 1]))).toBe('library-closed');
  });

  it('is not there, or is no library: an error that names it, at every call', async () => {
    const missing = start({ options: { path: '/no/such/library.so' } });
    await expect(missing.call('next', [])).rejects.toThrow(/^library-missing: .*\/no\/such\/library\.so/);
    expect(await codeOf(missing.call('next', []))).toBe('library-missing');
    const text = join(library.folder, 'library.c');
    expect(await codeOf(start({ options: { path: text } }).call('next', []))).toBe('library-missing');
    const unknown = start({ binding: { name: 'other', module: () => new URL('file:///unused') } });
    expect(await codeOf(unknown.call('next', []))).toBe('library-failed');
    expect(await codeOf(start({ program: '/no/such/program.mjs' }).call('next', []))).toBe('library-crashed');
  });

  it('hands its own error codes on, and of any other error only the kind, which cannot hold a PIN', async () => {
    const native = start();
    const refused = await native.call('refuse', [0xa0]).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LibraryError);
    expect(refused).toMatchObject({ called: 'refuse', returned: 0xa0 });
    const thrown = await native.call('throwAway', ['123456']).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(NativeError);
    expect(inspect(thrown, { depth: 9 })).not.toContain('123456');
    expect(await native.call('add', [1, 1])).toBe(2);
  });

  it('prints nothing where anybody reads it, and is told no secret by its arguments or its environment', async () => {
    process.env.CERTDESK_TEST_PASSPHRASE = 'secret';
    try {
      const native = start({ env: { LIBRARY_SETTING: 'here' } });
      await native.call('shout', ['123456']);
      expect(await native.call('args', [])).toEqual(['--native-host', 'test']);
      expect(await native.call('environment', ['CERTDESK_TEST_PASSPHRASE'])).toBeNull();
      expect(await native.call('environment', ['LIBRARY_SETTING'])).toBe('here');
    } finally {
      delete process.env.CERTDESK_TEST_PASSPHRASE;
    }
  });

  it.each(['wait', 'hang'])(
    'ends when its parent is killed, also in the middle of a call (%s)',
    async (how) => {
      const parent = spawn(process.execPath, [library.parent, library.path, library.program, how], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(parent.stdout, 'data');
      parent.kill('SIGKILL');
      await gone(Number(line));
    },
  );

  it('keeps a program running for no longer than it is needed', async () => {
    const parent = spawn(process.execPath, [library.parent, library.path, library.program, 'end'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [[line], [code]] = await Promise.all([once(parent.stdout, 'data'), once(parent, 'exit')]);
    expect(code).toBe(0);
    await gone(Number(line));
  });

  it('keeps a program running that waits for its end', async () => {
    const parent = spawn(process.execPath, [library.parent, library.path, library.program, 'close'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code] = await once(parent, 'exit');
    expect(code).toBe(7);
  });
});
