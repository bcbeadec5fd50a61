import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  Certificate,
  CertificationRequest,
  generateSoftwareKey,
  keyAlgorithmOf,
  softwareSigner,
  toPem,
} from '@certdesk/pki';
import { readSafe } from '@certdesk/safe';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readCertificate } from '../../platform/read-certificate.ts';
import { cheap, now, passphrase } from '../authority.test-support.ts';
import { readProfiles } from '../profiles.ts';
import { issuingCertificate } from './ca-certificate.ts';
import { type AuthorityAlgorithm, createAuthority } from './create.ts';
import { authorityFiles } from './files.ts';
import { openIssuers } from './issuers.ts';
import { readIssuersFile } from './issuers-file.ts';
import { acceptIssuer, addSeries, requestIssuer, rollSeries } from './series.ts';
import { signWith } from './signing.ts';

const run = promisify(execFile);
const rootPassphrase = 'another';

async function newAuthority(algorithm: AuthorityAlgorithm = 'sm2'): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'certdesk-series-')), 'authority');
  onTestFinished(() => rm(join(folder, '..'), { recursive: true }));
  const made = { folder, organisation: '测试', algorithm, passphrase, rootPassphrase, cost: cheap };
  await createAuthority({ ...made, now: new Date('2020-01-01T00:00:00Z') });
  return folder;
}

const common = (folder: string) => ({
  folder,
  passphrase,
  cost: cheap,
  series: 'main',
  activeFrom: now,
  now,
});
const rolling = (folder: string) => ({
  ...common(folder),
  rootKey: authorityFiles(folder).rootKey,
  rootPassphrase,
});
const open = (folder: string) => openIssuers({ folder, passphrase, clock: () => now });

describe('a series rolled over', () => {
  test('has a new CA with a key and a name of its own below the same root; the one before stays open', async () => {
    const folder = await newAuthority();
    const entry = await rollSeries(rolling(folder));
    expect(entry).toMatchObject({ name: 'issuing-2', series: 'main', root: 'root.crt' });
    const issuers = await open(folder);
    const [old, fresh] = issuers.all();
    expect(issuers.active()).toBe(fresh);
    expect(fresh?.certificate.subject.get('CN')).toBe('测试 Issuing CA 2');
    expect(fresh?.certificate.verifiedBy(fresh.root)).toBe(true);
    expect(fresh?.certificate.basicConstraints).toEqual({ ca: true, pathLength: 0 });
    expect(Buffer.from(fresh?.signer.publicKey ?? []).equals(Buffer.from(old?.signer.publicKey ?? []))).toBe(
      false,
    );
    expect(old?.signer.algorithm).toBe('sm2');
    expect((await rollSeries(rolling(folder))).name).toBe('issuing-3');
    expect((await open(folder)).active().certificate.subject.get('CN')).toBe('测试 Issuing CA 3');
  });

  test('at a time to come, the CA before issues until then', async () => {
    const folder = await newAuthority();
    const begin = new Date(now.getTime() + 86_400_000);
    await rollSeries({ ...rolling(folder), activeFrom: begin });
    const at = async (time: Date) =>
      (await openIssuers({ folder, passphrase, clock: () => time })).active().name;
    expect(await at(new Date(begin.getTime() - 1))).toBe('issuing');
    expect(await at(begin)).toBe('issuing-2');
  });

  test('cut off before it was taken up, is simply rolled over again, with the key that was made', async () => {
    const folder = await newAuthority();
    const manifest = await readFile(authorityFiles(folder).issuers);
    await rollSeries(rolling(folder));
    const key = await readFile(join(folder, 'issuing-2.key'));
    await writeFile(authorityFiles(folder).issuers, manifest);
    await rollSeries(rolling(folder));
    expect(await readFile(join(folder, 'issuing-2.key'))).toEqual(key);
    expect((await open(folder)).active().name).toBe('issuing-2');
  });

  test('with a wrong root passphrase or another root’s key, changes nothing', async () => {
    const folder = await newAuthority();
    const before = await readdir(folder);
    const wrong = { ...rolling(folder), rootPassphrase: 'guess' };
    await expect(rollSeries(wrong)).rejects.toMatchObject({ code: 'passphrase-wrong' });
    const foreign = { ...rolling(folder), rootKey: authorityFiles(await newAuthority()).rootKey };
    await expect(rollSeries(foreign)).rejects.toThrow('is not the key of root.crt');
    await expect(rollSeries({ ...rolling(folder), series: 'none' })).rejects.toMatchObject({
      code: 'issuer-series',
    });
    await expect(rollSeries({ ...rolling(folder), algorithm: 'p256' })).rejects.toMatchObject({
      code: 'issuer-certificate',
    });
    await expect(rollSeries({ ...rolling(folder), commonName: '测试 Issuing CA 1' })).rejects.toThrow(
      'there is a CA called',
    );
    expect((await readIssuersFile(folder)).map(({ name }) => name)).toEqual(['issuing']);
    expect((await readdir(folder)).filter((name) => name.endsWith('.crt'))).toEqual(
      before.filter((name) => name.endsWith('.crt')),
    );
  });

  test('below a root that is elsewhere, by a request and what that root made of it', async () => {
    const folder = await newAuthority('p256');
    const files = authorityFiles(folder);
    const vault = join(folder, '..', 'vault.key');
    await rename(files.rootKey, vault);
    const { name, request } = await requestIssuer({ ...common(folder), commonName: '测试 OCA31' });
    expect(name).toBe('issuing-2');
    expect((await open(folder)).all()).toHaveLength(1);
    const again = await requestIssuer({ ...common(folder), commonName: '测试 OCA31' });
    const parsed = CertificationRequest.parse(request);
    expect(parsed.verify()).toBe(true);
    expect(CertificationRequest.parse(again.request).publicKey).toEqual(parsed.publicKey);

    const rootSigner = softwareSigner(await readSafe(vault, rootPassphrase));
    const answer = async (publicKey: Uint8Array, signer = rootSigner) => {
      const { subject } = parsed;
      const root = await readCertificate(files.rootCertificate);
      const content = { root, rootSigner: signer, subject, publicKey, years: 10, now };
      const path = join(folder, '..', 'answer.crt');
      await writeFile(path, toPem('CERTIFICATE', (await issuingCertificate(content)).der));
      return path;
    };
    const accept = (certificate: string) => acceptIssuer({ ...common(folder), certificate });
    const other = generateSoftwareKey('p256');
    await expect(accept(await answer(other.publicKey))).rejects.toMatchObject({ code: 'issuer-certificate' });
    const forged = answer(parsed.publicKey, softwareSigner(other.privateKey));
    await expect(accept(await forged)).rejects.toThrow('it was not issued by');
    expect(await readIssuersFile(folder)).toHaveLength(1);
    const good = await answer(parsed.publicKey);
    expect(await accept(good)).toMatchObject({ name: 'issuing-2' });
    expect((await open(folder)).active().certificate.subject.get('CN')).toBe('测试 OCA31');
    await expect(accept(good)).rejects.toThrow('there is no open request');
  });
});

describe('another series', () => {
  test('has a root of its own, and what its signature goes with is issued by it', async () => {
    const folder = await newAuthority();
    const options = { ...common(folder), series: 'web', algorithm: 'p256' as const, organisation: '测试' };
    await addSeries({ ...options, rootPassphrase });
    const issuers = await open(folder);
    expect(issuers.active('web').signer.algorithm).toBe('p256');
    expect(issuers.active().signer.algorithm).toBe('sm2');
    expect(issuers.active('web').root.subject.get('CN')).toBe('测试 web Root CA');
    await expect(addSeries({ ...options, rootPassphrase })).rejects.toMatchObject({ code: 'issuer-series' });
    await expect(addSeries({ ...options, series: '../x', rootPassphrase })).rejects.toMatchObject({
      code: 'issuer-series',
    });
    const rolled = { ...rolling(folder), series: 'web', rootKey: join(folder, 'web-root.key') };
    expect(await rollSeries(rolled)).toMatchObject({ name: 'web-2', root: 'web-root.crt' });
  });
});

describe("in the openssl command's opinion", () => {
  test.each([
    ['p256', ['p256', 'p384', 'rsa2048', 'rsa3072']],
    ['p384', ['p384']],
    ['rsa', ['p256', 'rsa2048']],
  ] as const)('chains from before and after a roll-over hold: a CA of kind %s', async (algorithm, kinds) => {
    const folder = await newAuthority(algorithm);
    await rollSeries(rolling(folder));
    const issuers = await open(folder);
    const at = String(now.getTime() / 1000);
    for (const ca of issuers.all()) {
      for (const kind of kinds) {
        const der = await signWith(
          ca,
          readProfiles(),
        )({
          profile: `entity-signing-${kind.replace(/^rsa.*/, 'rsa')}`,
          publicKey: generateSoftwareKey(kind).publicKey,
          serialNumber: '4711',
          content: {
            entityName: '测试',
            subject: Buffer.from(ca.certificate.subject.der).toString('base64'),
            identityNumbers: [{ kind: 'uscc', value: '91310106669433828F' }],
            notBefore: '2027-01-01T00:00:00Z',
            notAfter: '2029-01-01T00:00:00Z',
          },
        });
        const leaf = join(folder, 'leaf.pem');
        const issuing = join(folder, 'chain.pem');
        await writeFile(leaf, toPem('CERTIFICATE', der));
        await writeFile(issuing, toPem('CERTIFICATE', ca.certificate.der));
        const args = [
          '-x509_strict',
          '-attime',
          at,
          '-CAfile',
          join(folder, 'root.crt'),
          '-untrusted',
          issuing,
        ];
        const { stdout } = await run('openssl', ['verify', ...args, leaf]);
        expect(stdout).toContain('OK');
        expect(keyAlgorithmOf(Certificate.parse(der).publicKey)).toBe(kind);
      }
    }
  });
});
