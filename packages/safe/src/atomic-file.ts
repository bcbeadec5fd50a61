import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

const TEMPORARY = /^\..+\.[0-9a-f]{16}\.atomic-tmp$/;
/** No write takes this long: an older temporary file belongs to a process that died. */
const STALE_AFTER_MS = 60 * 60 * 1000;

/** A dead process can leave one temporary file, and its successor looks once for each folder: nothing piles up. */
const sweptFolders = new Set<string>();

/**
 * Replaces a file so that a reader, also after a crash or a power cut, finds the old or the new content and nothing between.
 * When the promise resolves, the new content is on the disk. Of several writers at once, the last to finish wins.
 * A symbolic link at `path` is replaced, not followed.
 * @param mode permissions of the new file
 * @param beforeReplacing called when the new content is ready and the old one about to go; if it throws, the old one stays
 * @throws the system's error, or what `beforeReplacing` threw; then the old file is still there
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
  mode = 0o600,
  beforeReplacing?: () => void,
): Promise<void> {
  const target = resolve(path);
  const folder = dirname(target);
  await sweepOnce(folder);
  const temporary = join(folder, `.${basename(target)}.${randomBytes(8).toString('hex')}.atomic-tmp`);
  try {
    await writeThrough(temporary, content, mode);
    beforeReplacing?.();
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

async function writeThrough(path: string, content: Uint8Array | string, mode: number): Promise<void> {
  // wx: never write through a file or link that somebody put there.
  const file = await open(path, 'wx', mode);
  try {
    // The umask may have taken bits away.
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The rename lasts only once the folder is on the disk. Windows has no such call, and its file systems journal renames. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function sweepOnce(folder: string): Promise<void> {
  if (sweptFolders.has(folder)) return;
  sweptFolders.add(folder);
  await removeStaleTemporaries(folder, Date.now());
}

/** Removes what dead writers left in `folder`: temporary files last touched an hour before `now` (milliseconds since 1970). */
export async function removeStaleTemporaries(folder: string, now: number): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (!TEMPORARY.test(name)) continue;
    const path = join(folder, name);
    const modified = await modificationTime(path);
    if (modified !== undefined && now - modified > STALE_AFTER_MS) await rm(path, { force: true });
  }
}

/** None when the folder is missing or may not be listed: the write itself will tell whether that matters. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

/** Undefined when another process was faster. */
async function modificationTime(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
