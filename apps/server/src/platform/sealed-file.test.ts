import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafe } from '@certdesk/safe';
import { beforeAll, expect, test } from 'vitest';
import type { DeskError } from './error.ts';
import { openSealed } from './sealed-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certdesk-sealed-'));
  await writeSafe(join(folder, 'key'), Buffer.from('content'), 'right', { logN: 4, r: 1, p: 1 });
  await writeFile(join(folder, 'other'), 'no safe at all');
});

const open = (name: string, passphrase: string, make: (content: Uint8Array) => string) =>
  openSealed(join(folder, name), passphrase, make).catch(
    (error: DeskError) => `${error.code} ${error.message}`,
  );
const text = (content: Uint8Array) => Buffer.from(content).toString();

test('what a sealed file holds is read, and each way to fail names the file and no secret', async () => {
  expect(await open('key', 'right', text)).toBe('content');
  expect(await open('key', 'wrong', text)).toMatch(/^passphrase-wrong .*key/);
  expect(await open('other', 'right', text)).toMatch(/^configuration-invalid .*other/);
  expect(await open('missing', 'right', text)).toMatch(/^configuration-invalid .*missing/);
  const refuse = () => {
    throw new Error('no key');
  };
  expect(await open('key', 'right', refuse)).toMatch(/^configuration-invalid .*no key/);
});
