import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  basicConstraints,
  buildCertificate,
  extendedKeyUsage,
  generateSoftwareKey,
  type KeyAlgorithm,
  keyUsage,
  Name,
  type Signer,
  softwareSigner,
  subjectAltName,
  toPem,
} from '@certdesk/pki';
import { writeSafe } from '@certdesk/safe';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../../test/support/database.ts';
import { openDatabase } from '../../schema/database.ts';
import { type HttpRegisterConfiguration, Registers } from '../configuration.ts';
import { type LoopbackRegister, loopbackRegister, saying } from './register.test-support.ts';
import { httpRegistry } from './registry.ts';
import { openHttpRegister } from './settings.ts';
import { generateMessageKey } from './signatures/keys.ts';

const passphrase = '只用于测试的口令';
const cheap = { logN: 4, r: 1, p: 1 };
const now = new Date();
const day = 86_400_000;
const uscc = { kind: 'uscc', value: '91310106669433828F' } as const;

const folder = await mkdtemp(join(tmpdir(), 'certdesk-register-'));
afterAll(() => rm(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

interface Issued {
  readonly subject: Name;
  readonly signer: Signer;
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** A certificate and its key, in files; issued by another of these, or by itself. */
async function issue(name: string, by?: Issued, algorithm: KeyAlgorithm = 'p256', days = 1): Promise<Issued> {
  const pair = generateSoftwareKey(algorithm);
  const subject = Name.of([{ type: 'CN', value: name }]);
  const ip = new Uint8Array([127, 0, 0, 1]);
  const der = await buildCertificate({
    serialNumber: '01',
    issuer: by?.subject ?? subject,
    subject,
    notBefore: new Date(now.getTime() - 2 * day),
    notAfter: new Date(now.getTime() + days * day),
    publicKey: pair.publicKey,
    extensions: by
      ? [extendedKeyUsage(['serverAuth', 'clientAuth']), subjectAltName([{ kind: 'ip', value: ip }])]
      : [basicConstraints({ ca: true }), keyUsage(['keyCertSign'])],
    signer: by?.signer ?? softwareSigner(pair.privateKey),
  });
  await writeFile(at(`${name}.crt`), toPem('CERTIFICATE', der));
  await writeSafe(at(`${name}.key`), pair.privateKey, passphrase, cheap);
  return {
    subject,
    signer: softwareSigner(pair.privateKey),
    certificate: toPem('CERTIFICATE', der),
    key: toPem('PRIVATE KEY', pair.privateKey),
  };
}

const root = await issue('root');
const server = await issue('server', root);
const elsewhere = await issue('elsewhere');
await issue('desk', root);
await issue('stranger', elsewhere);
await issue('sm2', root, 'sm2');
await issue('expired', root, 'p256', -1);
await writeFile(at('no.pub'), 'no key');
await writeSafe(at('ed25519.key'), generateMessageKey('ed25519').privateKey, passphrase, cheap);

const mutualTls = (name: string, key = name) => ({
  kind: 'mutualTls',
  certificate: at(`${name}.crt`),
  key: at(`${key}.key`),
});

function configured(authentication: object, url = 'https://register.example', ca = ['root']) {
  const { http } = Registers.parse({
    order: ['http'],
    http: {
      url: `${url}/entities?code={number}`,
      authentication,
      ca: ca.map((name) => at(`${name}.crt`)),
      timeoutMs: 15_000,
      totalMs: 30_000,
      answer: {
        name: '/name',
        state: { at: '/open', values: { true: 'active' } },
        numbers: { uscc: '/code' },
      },
    },
  });
  return http as HttpRegisterConfiguration;
}

describe('by mutual TLS', () => {
  const tls = {
    cert: server.certificate,
    key: server.key,
    ca: root.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  };
  const record = { name: '上海示例贸易有限公司', open: true, code: uscc.value };

  async function ask(register: LoopbackRegister, authentication: object, ca?: string[]) {
    const { url, ...own } = await createTestDatabase();
    const { db, end } = openDatabase(url);
    const troubles: unknown[] = [];
    const settings = await openHttpRegister(configured(authentication, register.origin, ca), passphrase, now);
    const deps = {
      db,
      clock: () => now,
      onTrouble: (error: Error) => troubles.push(error),
      onBreaker: () => {},
    };
    const registry = httpRegistry(settings, deps);
    onTestFinished(async () => {
      await registry.close();
      await end();
      await own.drop();
    });
    return { answer: await registry.find([uscc]), troubles };
  }

  test('the register sees this desk’s certificate, and answers', async () => {
    const register = await loopbackRegister(saying(record), tls);
    const { answer, troubles } = await ask(register, mutualTls('desk'));
    expect(troubles).toEqual([]);
    expect(answer).toMatchObject({
      kind: 'found',
      entity: { name: '上海示例贸易有限公司', numbers: [uscc] },
    });
    expect(register.asked).toMatchObject([
      { client: 'desk', method: 'GET', path: '/entities?code=91310106669433828F', body: '' },
    ]);
    expect(register.asked[0]?.headers).not.toHaveProperty('signature');
  });

  test('a register that does not know this desk’s issuer, or that this desk does not trust, is silent', async () => {
    const register = await loopbackRegister(saying(record), tls);
    for (const { answer, troubles } of [
      await ask(register, mutualTls('stranger')),
      await ask(register, mutualTls('desk'), ['elsewhere']),
      await ask(register, mutualTls('desk'), []),
    ]) {
      expect(answer).toMatchObject({ kind: 'silent' });
      expect(troubles).toMatchObject([{ code: 'away', message: 'cannot be reached' }]);
    }
    expect(register.asked).toEqual([]);
  });
});

describe('at start, without asking the register', () => {
  const signature = (key: string, more: object = {}) => ({
    kind: 'signature',
    key: at(`${key}.key`),
    keyId: 'desk',
    ...more,
  });
  test.each([
    ['ed25519', undefined],
    ['desk', undefined],
    ['sm2', undefined],
    ['none', 'none.key'],
  ])('the key %s opens: %s', async (key, where) => {
    const opening = openHttpRegister(configured(signature(key)), passphrase, now);
    if (where === undefined) expect(await opening).toMatchObject({ signing: { id: 'desk' } });
    else await expect(opening).rejects.toMatchObject({ code: 'configuration-invalid' });
  });

  test.each<[string, object, string]>([
    ['another key than the certificate’s', mutualTls('desk', 'stranger'), 'is not the key of'],
    ['a certificate of a key that TLS does not have', mutualTls('sm2'), 'no TLS is spoken'],
    ['a certificate that has expired', mutualTls('expired'), 'has expired'],
    ['a certificate that is none', { ...mutualTls('desk'), certificate: at('no.pub') }, 'no.pub'],
    ['a public key that is none', signature('ed25519', { publicKey: at('no.pub') }), 'no.pub'],
    [
      'a public key that is a certificate',
      signature('ed25519', { publicKey: at('desk.crt') }),
      'no public key',
    ],
  ])('%s is told with its place', async (_, authentication, said) => {
    await expect(openHttpRegister(configured(authentication), passphrase, now)).rejects.toMatchObject({
      code: 'configuration-invalid',
      details: { where: expect.stringContaining(said) },
    });
  });

  test('another passphrase is told as such', async () => {
    await expect(openHttpRegister(configured(signature('desk')), 'another', now)).rejects.toMatchObject({
      code: 'passphrase-wrong',
    });
  });
});
