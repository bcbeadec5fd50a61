/**
 * Heads outside the database: one JSON object a line, only ever appended. Whoever changes the database cannot change
 * these, so they belong on a medium or a machine that the database's administrator does not reach.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Head } from './chain.ts';

const HeadLine = z.strictObject({
  seq: z.int().min(1),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.string(),
  signature: z.base64(),
});

/**
 * The heads in a file, in the order they were written; none if there is no file. A line that a crash cut off is
 * passed over: its head is still in the database and was written again.
 */
export async function* readHeads(file: string): AsyncGenerator<Head> {
  const stream = createReadStream(file, 'utf8');
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      const head = parseLine(line);
      if (head) yield head;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    stream.destroy();
  }
}

/** Appends heads and waits until they are on the disk. */
export async function appendHeads(file: string, heads: readonly Head[]): Promise<void> {
  const handle = await open(file, 'a+', 0o640);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const cut = size > 0 && last.toString() !== '\n';
    const lines = heads.map(({ seq, digest, at, signature }) =>
      JSON.stringify({ seq, digest, at, signature }),
    );
    await handle.appendFile(`${cut ? '\n' : ''}${lines.join('\n')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parseLine(line: string): Head | undefined {
  try {
    return HeadLine.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
