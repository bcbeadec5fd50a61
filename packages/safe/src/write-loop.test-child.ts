/**
 * Runs in a process of its own, to be killed: `<module> <file> <dies at>`. Seals 1, 2, 3, … into the file and prints each number
 * once its write is promised to last.
 *
 * With a step in <dies at>, it kills itself with SIGKILL there, in the middle of the second write; with `never` it goes on until
 * somebody else kills it.
 */
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { SafeKey, writeFileAtomically } from './index.ts';

const [, , file = '', diesAt = 'never'] = process.argv;
const key = await SafeKey.derive('open sesame', { logN: 4, r: 8, p: 1 });
const { open, rename } = fs;
let armed = false;

function dieIf(step: string): void {
  if (armed && step === diesAt) process.kill(process.pid, 'SIGKILL');
}

/** A file whose write, sync and close are places to die at. */
function mortal(handle: FileHandle, kind: 'file' | 'folder'): FileHandle {
  const { sync } = handle;
  const writeFile = handle.writeFile.bind(handle);
  if (kind === 'file') {
    handle.writeFile = async (data, options) => {
      if (armed && diesAt === 'half written') {
        await handle.write((data as Uint8Array).subarray(0, (data as Uint8Array).length >> 1));
        dieIf('half written');
      }
      return writeFile(data, options);
    };
  }
  handle.sync = () => {
    dieIf(`before the ${kind} is synced`);
    return sync.call(handle);
  };
  return handle;
}

fs.open = async (path, flags, mode) => {
  const handle = await open(path, flags, mode);
  if (flags === 'wx') dieIf('just created');
  return mortal(handle, flags === 'wx' ? 'file' : 'folder');
};
fs.rename = async (from, to) => {
  dieIf('before the rename');
  await rename(from, to);
  dieIf('after the rename');
};
syncBuiltinESMExports();

for (let version = 1; ; version++) {
  armed = version === 2;
  const content = new Uint8Array(64 * 1024).fill(version & 0xff);
  new DataView(content.buffer).setUint32(0, version);
  await writeFileAtomically(file, key.seal(content));
  process.stdout.write(`${version}\n`);
}
