/** Files that have to lie on a disk to be loaded, out of the single executable, where nobody else can put others. */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's own folder for what programs can make again at any time. */
export function cacheFolder(env: Environment, platform: string): string {
  if (platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'certdesk', 'cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'certdesk-assistant');
  // XDG: a relative path is to be ignored.
  const cache = env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : join(homedir(), '.cache');
  return join(cache, 'certdesk-assistant');
}

/**
 * Puts a file under `<folder>/<digest of its content>/`, if it is not there, and makes sure that it is what it should
 * be and that nobody but this user and the system's could change it until it is loaded.
 * @returns its path
 * @throws Error when the folder, the file, or a folder above belongs to or can be written by somebody else
 */
export function unpack(folder: string, name: string, content: Uint8Array): string {
  const digest = createHash('sha256').update(content).digest('hex');
  mkdirSync(join(folder, digest), { recursive: true, mode: 0o700 });
  // Links on the way are followed once, here; below the place that was found there must be none.
  const own = join(realpathSync(folder), digest);
  checkOwn(own);
  for (let above = dirname(own); ; above = dirname(above)) {
    checkAbove(above);
    if (above === dirname(above)) break;
  }
  const path = join(own, name);
  if (!isThere(path, content)) {
    write(own, path, content);
    if (!isThere(path, content)) throw new Error(`${path} could not be written as it should be.`);
  }
  removeOthers(dirname(own), digest);
  return path;
}

/** Windows has no such owners and modes; the user's folders are private there by their access lists. */
const me = process.getuid?.();

function checkOwn(folder: string): void {
  const found = lstatSync(folder);
  if (!found.isDirectory()) throw new Error(`${folder} is no folder. Remove it.`);
  if (me !== undefined && (found.uid !== me || (found.mode & 0o077) !== 0))
    throw new Error(`${folder} belongs to somebody else or is open to others. Remove it.`);
}

/** Whoever may write to a folder can put another in the place of what is below; in a sticky one, not of what is ours. */
function checkAbove(folder: string): void {
  if (me === undefined) return;
  const { uid, mode } = lstatSync(folder);
  const othersMayWrite = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
  if ((uid !== me && uid !== 0) || othersMayWrite)
    throw new Error(`Others may change what is in ${folder}, so that nothing is loaded from below it.`);
}

function isThere(path: string, content: Uint8Array): boolean {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch {
    return false;
  }
  try {
    return isOurs(fstatSync(file)) && Buffer.compare(readFileSync(file), content) === 0;
  } finally {
    closeSync(file);
  }
}

const isOurs = (found: Stats) =>
  found.isFile() && (me === undefined || (found.uid === me && (found.mode & 0o022) === 0));

/** Under another name first, so that two that start at once never see half a file. */
function write(folder: string, path: string, content: Uint8Array): void {
  const part = join(folder, `.part-${randomBytes(8).toString('hex')}`);
  const file = openSync(part, 'wx', 0o500);
  try {
    for (let at = 0; at < content.length; ) at += writeSync(file, content, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}

/** What former versions left. One that still runs has it loaded, or unpacks it again. */
function removeOthers(folder: string, digest: string): void {
  for (const name of readdirSync(folder)) {
    if (name === digest || !/^[0-9a-f]{64}$/.test(name)) continue;
    try {
      rmSync(join(folder, name), { recursive: true });
    } catch {
      // Windows keeps what is loaded; the next start tries again.
    }
  }
}
