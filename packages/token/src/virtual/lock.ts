import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KeyError } from '../errors.ts';

/** Who holds a lock. `started` tells a process from a later one that was given the same pid. */
interface Owner {
  readonly pid: number;
  readonly started?: string;
  /** Never used twice, so that a lock is told from every other one that ever stood under its name. */
  readonly token: string;
}

const POLL_MS = 4;
const TOKEN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A process that died can leave one draft, and its successor looks once for each lock: nothing piles up. */
const sweptLocks = new Set<string>();

/**
 * Runs `work` while no other process (or other handle in this one) holds the lock file `path`.
 * A lock whose owner is dead is taken over.
 * @throws KeyError `key-busy` when a living owner does not let go within `patienceMs`.
 */
export async function withLock<T>(path: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  if (!sweptLocks.has(path)) {
    sweptLocks.add(path);
    await sweepDrafts(path);
  }
  const release = await acquire(path, Date.now() + patienceMs);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(path: string, deadline: number): Promise<() => Promise<void>> {
  const started = (await processStart(process.pid))?.ticks;
  const owner: Owner = { pid: process.pid, token: randomUUID(), ...(started ? { started } : {}) };
  const draft = `${path}.${owner.token}`;
  await writeFile(draft, JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
  try {
    for (;;) {
      if (await linked(draft, path)) return () => removed(path);
      const holder = await readOwner(path);
      if (holder === 'gone') continue;
      if (await alive(holder)) {
        if (Date.now() >= deadline) throw new KeyError('key-busy');
        await pause(POLL_MS);
        continue;
      }
      await breakStale(path, holder, deadline);
    }
  } finally {
    await removed(draft);
  }
}

/**
 * Removes the lock of a dead owner. Two processes may see the same dead owner at once, and the slower one must not
 * remove the lock that the faster one has taken since: so the right to remove *this* lock is a lock of its own, named
 * after the token, which no later lock bears.
 */
async function breakStale(path: string, stale: Owner, deadline: number): Promise<void> {
  const release = await acquire(`${path}.break-${stale.token}`, deadline);
  try {
    const holder = await readOwner(path);
    if (holder !== 'gone' && holder.token === stale.token) {
      await removed(path);
      await removed(`${path}.${stale.token}`);
    }
  } finally {
    await release();
  }
}

/** Removes drafts whose writers died before they held the lock. */
async function sweepDrafts(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix) || !TOKEN.test(name.slice(prefix.length))) continue;
    const draft = join(dirname(path), name);
    const writer = parseOwner(await readFile(draft, 'utf8').catch(() => ''));
    if (writer && !(await alive(writer))) await removed(draft);
  }
}

/** A lock appears together with its content, so that nobody ever reads one without an owner. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | 'gone'> {
  try {
    const text = await readFile(path, 'utf8');
    return parseOwner(text) ?? (await nobody(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'gone';
    throw error;
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    if (typeof owner?.pid !== 'number' || typeof owner.token !== 'string') return undefined;
    return { pid: owner.pid, token: owner.token, ...(owner.started ? { started: owner.started } : {}) };
  } catch {
    return undefined;
  }
}

/** A lock is complete when it appears, so one without an owner was cut short by a power failure: its owner is dead. */
async function nobody(path: string): Promise<Owner> {
  const { ino, mtimeNs } = await stat(path, { bigint: true });
  return { pid: 0, token: `unreadable-${ino}-${mtimeNs}` };
}

async function alive(owner: Owner): Promise<boolean> {
  if (owner.pid <= 0) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if (codeOf(error) === 'ESRCH') return false;
  }
  const now = await processStart(owner.pid);
  if (!now) return true;
  return !now.dead && (owner.started === undefined || owner.started === now.ticks);
}

/** Start time in clock ticks since boot and whether it is a zombie, where /proc tells it (proc(5), fields 22 and 3). */
async function processStart(pid: number): Promise<{ ticks: string; dead: boolean } | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The command name, in parentheses, may hold blanks and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields[19];
    return ticks === undefined ? undefined : { ticks, dead: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return undefined;
  }
}

async function removed(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
