import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file with this in it. */
export async function fileOf(content: string | Uint8Array, name = 'list.csv'): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'certdesk-table-file-')), name);
  await writeFile(path, content);
  return path;
}
