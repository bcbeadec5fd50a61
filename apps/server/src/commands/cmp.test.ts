import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificationRequest, generateSoftwareKey, softwareSigner, toPem } from '@certdesk/pki';
import { readSafe } from '@certdesk/safe';
import { expect, onTestFinished, test } from 'vitest';
import { opensslCmpServer } from '../../../../test/support/openssl-cmp.ts';
import { fileOf, newDesk, passphrase, run, testFolder } from './commands.test-support.ts';
import { makeDesk } from './init.ts';

async function environment() {
  return { CERTDESK_PASSPHRASE_FILE: await fileOf(`${passphrase}\n`) };
}

test('cmp key makes a sealed key, and a request that it signed', async () => {
  const folder = await testFolder();
  const [key, out] = [join(folder, 'ra.key'), join(folder, 'ra.csr')];
  const env = await environment();
  const argv = ['cmp', 'key', '--key', key, '--request-out', out, '--name', 'Desk', '--algorithm', 'p256'];
  expect(await run(argv, env)).toMatchObject({ code: 0, err: '' });
  const request = CertificationRequest.parse(await readFile(out));
  expect(request.verify()).toBe(true);
  expect(String(request.subject)).toBe('CN=Desk');
  expect(softwareSigner(await readSafe(key, passphrase)).publicKey).toEqual(request.publicKey);
  expect((await run(argv, env)).err).toContain('is there already');
});

test('cmp key seals a key that is there, and tells nothing of a file that holds none', async () => {
  const folder = await testFolder();
  const env = await environment();
  const made = generateSoftwareKey('p256');
  const argv = (name: string, from: string) => [
    ...['cmp', 'key', '--key', join(folder, `${name}.key`), '--request-out', join(folder, `${name}.csr`)],
    ...['--name', 'Desk', '--from', from],
  ];
  expect((await run(argv('a', await fileOf(toPem('PRIVATE KEY', made.privateKey))), env)).code).toBe(0);
  expect(CertificationRequest.parse(await readFile(join(folder, 'a.csr'))).publicKey).toEqual(made.publicKey);
  const { code, err } = await run(argv('b', await fileOf('a passphrase named by mistake')), env);
  expect(code).toBe(1);
  expect(err).toContain('no private key');
  expect(err).not.toContain('mistake');
});

test('cmp check and config check: of a desk before another CA', async () => {
  const folder = join(await testFolder(), 'desk');
  const env = { ...(await environment()), CERTDESK_CONFIG: join(folder, 'server.json') };
  await makeDesk(newDesk(folder));
  const secret = await fileOf('shared by desk and CA\n');
  const other = await fileOf('shared by nobody else\n');
  const server = await opensslCmpServer(
    ...['-srv_ref', 'ca', '-srv_secret', `file:${secret}`, '-rsp_cert', join(folder, 'authority/root.crt')],
  );
  onTestFinished(() => server.stop());
  const json = JSON.parse(await readFile(env.CERTDESK_CONFIG, 'utf8'));
  const write = (file: string, chain = ['authority/issuing.crt', 'authority/root.crt']) => {
    const protection = { kind: 'mac', reference: 'desk', secret: file };
    const cmp = { url: server.url, chain, protection };
    return writeFile(env.CERTDESK_CONFIG, JSON.stringify({ ...json, authority: { kind: 'cmp', cmp } }));
  };
  await write(secret);
  expect(await run(['config', 'check'], env)).toMatchObject({ code: 0, err: '' });
  const good = await run(['cmp', 'check'], env);
  expect(good).toMatchObject({ code: 0, err: '' });
  expect(good.out).toContain('answered as it must: error');
  await write(other);
  const bad = await run(['cmp', 'check'], env);
  expect(bad.code).toBe(1);
  expect(bad.err).toContain('not to be believed');
  await write(secret, ['authority/root.crt', 'authority/issuing.crt']);
  expect((await run(['config', 'check'], env)).err).toContain('was not issued by');
});
