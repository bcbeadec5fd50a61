import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cheap, passphrase } from '../authority/authority.test-support.ts';
import { checkResponderKeys, createResponderKey, responderKeys } from './responder-keys.ts';

const folder = () => mkdtemp(join(tmpdir(), 'certdesk-ocsp-keys-'));

test('there is one key for each kind of CA key, made once', async () => {
  const path = join(await folder(), 'ocsp');
  for (const algorithm of ['sm2', 'p256', 'p384', 'sm2'] as const) {
    await createResponderKey(path, algorithm, passphrase, cheap);
  }
  expect((await readdir(path)).sort()).toEqual(['p256.key', 'sm2.key']);
  const keys = responderKeys(path, passphrase);
  expect((await keys.for('p384')).algorithm).toBe('p256');
  expect(await keys.for('sm2')).toBe(await keys.for('sm2'));
});

test('another passphrase, or a folder that is none, is said in one sentence', async () => {
  const path = await folder();
  await createResponderKey(path, 'sm2', passphrase, cheap);
  await expect(responderKeys(path, 'wrong').for('sm2')).rejects.toMatchObject({ code: 'passphrase-wrong' });
  await expect(checkResponderKeys(path, 'wrong', ['sm2'])).rejects.toMatchObject({
    code: 'passphrase-wrong',
  });
  await expect(checkResponderKeys(path, 'wrong', ['p256'])).resolves.toBeUndefined();
  const file = join(path, 'file');
  await writeFile(file, '');
  await expect(responderKeys(file, passphrase).for('p256')).rejects.toMatchObject({
    code: 'configuration-invalid',
    details: { where: expect.stringContaining(file) },
  });
});
