import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { agreementOf, readAgreement } from './agreement.ts';

const folder = await mkdtemp(join(tmpdir(), 'certdesk-agreement-'));
afterAll(() => rm(folder, { recursive: true }));
const files = { version: '3', zh: join(folder, 'zh.txt'), en: join(folder, 'en.txt') };

async function write(zh: string | Uint8Array, en: string): Promise<void> {
  await writeFile(files.zh, zh);
  await writeFile(files.en, en);
}

test('is what the files say, whatever white space is around it', async () => {
  await write('\n订户协议\n第二行\n\n', 'Agreement\n');
  expect(await readAgreement(files)).toEqual(agreementOf('3', { zh: '订户协议\n第二行', en: 'Agreement' }));
});

test('its digest can be computed by anybody', () => {
  const octets = Buffer.concat(['3', '\0', '订户协议', '\0', 'Agreement'].map((text) => Buffer.from(text)));
  expect(agreementOf('3', { zh: '订户协议', en: 'Agreement' }).digest).toBe(
    createHash('sha256').update(octets).digest('hex'),
  );
});

test.each([
  ['4', '订户协议', 'Agreement'],
  ['3', '订户协议。', 'Agreement'],
  ['3', '订户协议', 'Agreement.'],
])('another version or text has another digest: %s %s %s', (version, zh, en) => {
  const { digest } = agreementOf('3', { zh: '订户协议', en: 'Agreement' });
  expect(agreementOf(version, { zh, en }).digest).not.toBe(digest);
});

test.each([
  ['empty', ' \n', 'is empty'],
  ['not UTF-8', Buffer.from([0xb6, 0xa9, 0xbb, 0xa7]), 'not valid'],
])('a text that is %s is refused, with its file', async (_, zh, said) => {
  await write(zh, 'Agreement');
  const error = await readAgreement(files).catch((error: unknown) => error);
  expect(error).toMatchObject({ code: 'configuration-invalid' });
  expect(String(error)).toContain(files.zh);
  expect(String(error)).toContain(said);
});

test('a text that is missing is named', async () => {
  const missing = { ...files, en: join(folder, 'none.txt') };
  await write('订户协议', '');
  await expect(readAgreement(missing)).rejects.toMatchObject({
    code: 'configuration-invalid',
    details: { where: expect.stringContaining(missing.en) },
  });
});
