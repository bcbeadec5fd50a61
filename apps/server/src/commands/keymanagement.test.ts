import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafe } from '@certdesk/safe';
import { expect, test } from 'vitest';
import { openKeys, readKeySettings } from '../keymanagement/service/files.ts';
import { readConfiguration } from '../setup/configuration.ts';
import { fileOf, newDesk, passphrase, run, testFolder } from './commands.test-support.ts';
import { makeDesk } from './init.ts';

const keyPassphrase = '密钥管理自己的口令';

async function deskWithTwins() {
  const folder = join(await testFolder(), 'desk');
  await makeDesk(newDesk(folder, { keyManagement: { passphrase: keyPassphrase, spare: 2 } }));
  return folder;
}

test('init makes a key management under a passphrase of its own, and tells the two of each other', async () => {
  const folder = await deskWithTwins();
  const keys = join(folder, 'keymanagement');
  expect((await readdir(keys)).sort()).toEqual(
    [
      'audit.key',
      'audit.pub',
      'desk.pub',
      'identity.key',
      'identity.pub',
      'keymanagement.json',
      'root.crt',
      'storage.key',
    ].sort(),
  );
  for (const name of ['storage.key', 'identity.key', 'audit.key'])
    await expect(readSafe(join(keys, name), passphrase)).rejects.toMatchObject({ code: 'wrong-passphrase' });
  const { keyManagement, renewal } = await readConfiguration(join(folder, 'server.json'));
  expect(keyManagement).toMatchObject({ url: 'http://127.0.0.1:8090' });
  expect(renewal.twinProfile).toBe('entity-twin-sm2');
  const settings = await readKeySettings(join(keys, 'keymanagement.json'));
  const { identity } = await openKeys(settings, keyPassphrase);
  const told = await readFile(keyManagement?.publicKey ?? '', 'utf8');
  expect(told).toBe(await readFile(join(keys, 'identity.pub'), 'utf8'));
  expect(told).toContain(Buffer.from(identity.publicKey.toSpki()).toString('base64').slice(0, 40));
  // Nothing of it is written again over what is there.
  await expect(makeDesk(newDesk(folder))).rejects.toMatchObject({ code: 'authority-exists' });
});

test('keymanagement serve says what it lacks; twins are for SM2', async () => {
  expect(await run(['keymanagement', 'serve'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('CERTDESK_KEYMANAGEMENT_CONFIG is not set'),
  });
  const folder = await deskWithTwins();
  const env = {
    CERTDESK_KEYMANAGEMENT_CONFIG: join(folder, 'keymanagement', 'keymanagement.json'),
    CERTDESK_KEYMANAGEMENT_PASSPHRASE_FILE: await fileOf(`${passphrase}\n`),
    KEYMANAGEMENT_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  };
  expect(await run(['keymanagement', 'serve'], env)).toMatchObject({
    code: 1,
    err: expect.stringContaining('passphrase-wrong'),
  });
  const secret = await fileOf(`${passphrase}\n`);
  const init = ['init', '--folder', folder, '--url', 'https://a.example', '--organisation', 'x'];
  const more = ['--root-passphrase-file', secret, '--keymanagement-passphrase-file', secret];
  expect(
    await run([...init, ...more, '--algorithm', 'p256'], { CERTDESK_PASSPHRASE_FILE: secret }),
  ).toMatchObject({ code: 2, err: expect.stringContaining('are for sm2') });
});
