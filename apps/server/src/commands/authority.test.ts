import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Certificate, CertificationRequest, softwareSigner } from '@certdesk/pki';
import { readSafe } from '@certdesk/safe';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PIN, softHsmModule, startSoftHsm } from '../../../../test/support/softhsm.ts';
import { issuingCertificate } from '../authority/embedded/ca-certificate.ts';
import { readCertificate } from '../platform/read-certificate.ts';
import { fileOf, rootPassphrase, run, testDeskFiles, testFolder } from './commands.test-support.ts';

/** A desk, the way to its commands, and its root's passphrase file. */
async function desk() {
  const { folder, env } = await testDeskFiles();
  return {
    folder: join(folder, 'authority'),
    env,
    root: await fileOf(`${rootPassphrase}\n`),
    certdesk: (...argv: string[]) => run(argv, env),
  };
}

test('a roll-over is one command, and the list says who issues', async () => {
  const { root, certdesk } = await desk();
  const before = await certdesk('authority', 'list');
  expect(before).toMatchObject({ code: 0, err: '' });
  expect(before.out).toMatch(
    /^main {2}issuing {2}issues {2}until \d{4}-\d\d-\d\d {2}CN=测试证书中心 Issuing CA 1,O=测试证书中心,C=CN /,
  );
  const rolled = await certdesk('authority', 'roll', '--root-passphrase-file', root);
  expect(rolled).toMatchObject({ code: 0, err: '' });
  expect(rolled.out).toContain('issuing-2 issues in the series main from ');
  const { out } = await certdesk('authority', 'list');
  expect(out).toMatch(/main {2}issuing {2}earlier .*\nmain {2}issuing-2 {2}issues .*Issuing CA 2/);
  expect(await certdesk('config', 'check')).toMatchObject({ code: 0 });
}, 60_000);

test('a roll-over for a time to come is listed as that', async () => {
  const { root, certdesk } = await desk();
  const at = '2040-01-01T00:00:00+08:00';
  await certdesk('authority', 'roll', '--root-passphrase-file', root, '--activate-at', at, '--years', '20');
  const { out } = await certdesk('authority', 'list');
  expect(out).toMatch(
    /main {2}issuing {2}issues .*\nmain {2}issuing-2 {2}issues from 2039-12-31T16:00:00.000Z /,
  );
}, 60_000);

test('below a root that is elsewhere it goes by a request and its answer', async () => {
  const { folder, certdesk } = await desk();
  const vault = join(await testFolder(), 'root.key');
  await rename(join(folder, 'root.key'), vault);
  const absent = await certdesk('authority', 'roll', '--root-passphrase-file', await fileOf('x'));
  expect(absent).toMatchObject({ code: 2 });
  expect(absent.err).toContain('--root-key FILE says where the root’s key is');

  const out = join(await testFolder(), 'issuing.csr');
  expect(await certdesk('authority', 'roll', '--request-out', out)).toMatchObject({ code: 0, err: '' });
  const { publicKey, subject } = CertificationRequest.parse(await readFile(out));
  const root = await readCertificate(join(folder, 'root.crt'));
  const rootSigner = softwareSigner(await readSafe(vault, rootPassphrase));
  const now = new Date();
  const certificate = await issuingCertificate({ root, rootSigner, subject, publicKey, years: 10, now });
  const answer = await fileOf(certificate.toPem(), 'issuing.crt');
  expect(await certdesk('authority', 'roll', '--certificate', answer)).toMatchObject({ code: 0, err: '' });
  expect((await certdesk('authority', 'list')).out).toMatch(/issuing-2 {2}issues /);
  const again = await certdesk('authority', 'roll', '--certificate', answer);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toContain('there is no open request');
  expect(again.err).toContain('[issuer-certificate]');
}, 60_000);

test('another series is made with a root of its own, once', async () => {
  const { folder, root, certdesk } = await desk();
  const add = () =>
    certdesk(
      ...['authority', 'add', '--series', 'web', '--algorithm', 'p256', '--organisation', '测试'],
      ...['--root-passphrase-file', root],
    );
  const added = await add();
  expect(added).toMatchObject({ code: 0, err: '' });
  expect(added.out).toContain('Move web-root.key to a medium of its own');
  expect(Certificate.parse(await readFile(join(folder, 'web.crt'))).issuer.get('CN')).toBe(
    '测试 web Root CA',
  );
  expect(await certdesk('config', 'check')).toMatchObject({ code: 0 });
  expect((await add()).err).toContain('[issuer-series]');
  const rolled = await certdesk('authority', 'roll', '--series', 'web', '--root-passphrase-file', root);
  expect(rolled.out).toContain('web-2 issues in the series web');
}, 60_000);

describe('what does not go together is told', () => {
  test.each([
    [['roll'], 'One of --root-passphrase-file, --request-out and --certificate'],
    [['roll', '--request-out', 'a', '--certificate', 'b'], 'One of --root-passphrase-file'],
    [['roll', '--request-out', 'a', '--activate-at', 'tomorrow'], '--activate-at: a time with its zone'],
    [
      ['roll', '--request-out', 'a', '--activate-at', '2027-01-01T00:00:00'],
      '--activate-at: a time with its zone',
    ],
    [['roll', '--request-out', 'a', '--years', '0'], '--years: a whole number'],
    [['roll', '--request-out', 'a', '--hsm-token', 'ca'], '--hsm-token belongs to --hsm'],
    [['roll', '--request-out', 'a', '--hsm', 'm.so'], '--hsm-token is missing'],
    [['add', '--series', 'web'], '--algorithm is missing'],
    [['add', '--series', 'web', '--algorithm', 'dsa'], '--algorithm is sm2, p256, p384 or rsa'],
  ])('authority %j: %s', async (argv, said) => {
    const { certdesk } = await desk();
    const { code, out, err } = await certdesk('authority', ...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(said);
  });

  test('a series that is not there', async () => {
    const { certdesk, root } = await desk();
    const { err } = await certdesk('authority', 'roll', '--series', 'none', '--root-passphrase-file', root);
    expect(err).toContain('[issuer-series]');
  });

  test('profiles, and CAs whose signature their keys do not go with', async () => {
    const { env, certdesk } = await desk();
    const profile = {
      name: 'counter',
      keyAlgorithms: ['p256'],
      subject: [{ type: 'CN' }],
      keyUsage: ['digitalSignature'],
      validity: { terms: [12] },
    };
    const check = async (authority: object) => {
      const content = { publicOrigin: 'https://desk.example', authority };
      await writeFile(env.CERTDESK_CONFIG, JSON.stringify(content));
      return (await certdesk('config', 'check')).err;
    };
    expect(await check({ profiles: [profile] })).toContain(
      "profile counter: no issuing CA's signature goes with p256 keys",
    );
    expect(await check({ profiles: [{ ...profile, issuedBy: 'main' }] })).toContain(
      'profile counter: the sm2 signature of CN=测试证书中心 Issuing CA 1,O=测试证书中心,C=CN does not go with p256 keys',
    );
    expect(await check({ profiles: [{ ...profile, issuedBy: 'web' }] })).toContain(
      'profile counter: issuedBy: there is no series of issuing CAs called web, but main',
    );
    expect(await check({ issuedBy: { p256: 'web' } })).toContain(
      'authority.issuedBy.p256: there is no series',
    );
    const sm2 = { ...profile, keyAlgorithms: ['sm2'] };
    expect(await check({ profiles: [{ ...sm2, validity: { terms: [200] } }] })).toContain(
      'validity.terms: 200 months are more than',
    );
    const ca = { ...sm2, keyUsage: ['keyCertSign'], basicConstraints: { ca: true } };
    expect(await check({ profiles: [ca] })).toContain('may not issue to CAs');
    await check({ profiles: [{ ...sm2, validity: { terms: [12, 177] } }] });
    const ending = await certdesk('config', 'check');
    expect(ending.code).toBe(0);
    expect(ending.err).toMatch(
      /Issuing CA 1,.* ends on .*: certificates for 177 months cannot be had any more/,
    );
  });
});

describe.skipIf(!softHsmModule)('with --hsm', () => {
  test('the key is made in the HSM, by init and by roll', { timeout: 120_000 }, async () => {
    const hsm = startSoftHsm('ca');
    onTestFinished(() => hsm.dispose());
    vi.stubEnv('SOFTHSM2_CONF', hsm.env.SOFTHSM2_CONF);
    onTestFinished(() => void vi.unstubAllEnvs());
    const pin = await fileOf(`${PIN}\n`, 'pin');
    const root = await fileOf(`${rootPassphrase}\n`);
    const folder = join(await testFolder(), 'desk');
    const CERTDESK_PASSPHRASE_FILE = await fileOf('passphrase of the desk\n');
    const env = { CERTDESK_PASSPHRASE_FILE, CERTDESK_CONFIG: join(folder, 'server.json') };
    const certdesk = (...argv: string[]) => run(argv, env);
    const there = ['--hsm', hsm.module, '--hsm-token', 'ca', '--hsm-pin-file', pin];
    const init = ['init', '--folder', folder, '--url', 'https://desk.example', '--organisation', '测试'];
    const sm2 = await certdesk(...init, '--root-passphrase-file', root, ...there);
    expect(sm2).toMatchObject({ code: 2 });
    expect(sm2.err).toContain('PKCS#11 has no SM2');
    const made = await certdesk(...init, '--root-passphrase-file', root, '--algorithm', 'p256', ...there);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect((await certdesk('authority', 'list')).out).toContain('ca/certdesk-issuing (');
    await rm(join(folder, 'authority', 'root.key'));
    const csr = join(await testFolder(), 'next.csr');
    expect(await certdesk('authority', 'roll', '--request-out', csr, ...there)).toMatchObject({
      code: 0,
      err: '',
    });
    expect(CertificationRequest.parse(await readFile(csr)).verify()).toBe(true);
    const listed = hsm.tool(
      '--token-label',
      'ca',
      '--login',
      '--pin',
      PIN,
      '--list-objects',
      '--type',
      'privkey',
    );
    expect(listed.toString()).toContain('certdesk-issuing-2');
    expect(listed.toString().match(/never extractable/g)).toHaveLength(2);
    expect(await certdesk('config', 'check')).toMatchObject({ code: 0 });
  });
});
