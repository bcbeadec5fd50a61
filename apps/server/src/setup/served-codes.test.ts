import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readServedCodes } from './served-codes.ts';

async function read(content: string | Uint8Array) {
  const file = join(await mkdtemp(join(tmpdir(), 'certdesk-served-')), 'served.txt');
  await writeFile(file, content);
  return readServedCodes(file);
}

test('a list of codes is read, however they are written', async () => {
  const codes = await read('\u{FEFF}91310106669433828f\r\n\n 91350203 M0001QAY9B \n');
  expect([...codes]).toEqual(['91310106669433828F', '91350203M0001QAY9B']);
});

test.each([
  [
    'a line that is no unified code, by its number',
    '91310106669433828F\n66943382-8\n',
    /line 2 is no unified code/,
  ],
  ['a file that is not UTF-8', Buffer.from([0xff, 0xfe, 0x39]), /served\.txt: /],
  ['an empty file', '\n', /holds no code/],
])('%s is refused', async (_, content, says) => {
  await expect(read(content)).rejects.toMatchObject({
    code: 'configuration-invalid',
    message: expect.stringMatching(says),
  });
});

test('a file that is not there is refused', async () => {
  await expect(readServedCodes('/nowhere/served.txt')).rejects.toMatchObject({
    code: 'configuration-invalid',
  });
});
