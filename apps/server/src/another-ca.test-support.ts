/** A test desk in front of another CA: the desk's own test CA, asked over CMP. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  authorityKeyIdentifier,
  buildCertificate,
  generateSoftwareKey,
  keyIdentifierOf,
  keyUsage,
  Name,
  softwareSigner,
  subjectKeyIdentifier,
  toPem,
} from '@certdesk/pki';
import { writeSafe } from '@certdesk/safe';
import { type FakeCa, fakeCa } from './authority/cmp/fake-ca.test-support.ts';
import type { IssuingCa } from './authority/embedded/open.ts';
import { type Change, openTestDesk, type TestDesk } from './desk.test-support.ts';
import type { CmpConfiguration } from './setup/cmp-configuration.ts';

export const secret = 'a secret between desk and CA';

/** Files of a desk's protection: a shared secret, and a certificate of its own with its sealed key. */
export async function protectionFiles(ca: IssuingCa, passphrase: string) {
  const folder = await mkdtemp(join(tmpdir(), 'certdesk-cmp-'));
  const file = (name: string) => join(folder, name);
  const key = generateSoftwareKey('sm2');
  const { publicKey } = softwareSigner(key.privateKey);
  const certificate = await buildCertificate({
    serialNumber: '5a01',
    issuer: ca.certificate.subject,
    subject: Name.of([{ type: 'CN', value: 'Desk' }]),
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2030-01-01T00:00:00Z'),
    publicKey,
    extensions: [
      authorityKeyIdentifier(keyIdentifierOf(ca.certificate.publicKey)),
      subjectKeyIdentifier(keyIdentifierOf(publicKey)),
      keyUsage(['digitalSignature']),
    ],
    signer: ca.signer,
  });
  await writeFile(file('secret'), `${secret}\n`);
  await writeFile(file('desk.crt'), toPem('CERTIFICATE', certificate));
  await writeSafe(file('desk.key'), key.privateKey, passphrase, { logN: 4, r: 1, p: 1 });
  return file;
}

/** @param change of the CMP configuration; without it `cr`, protected by a MAC */
export async function deskBeforeCa(
  url: string | ((made: Parameters<Change>[0]) => Promise<string>),
  change: Partial<CmpConfiguration> | ((file: (name: string) => string) => Partial<CmpConfiguration>) = {},
): Promise<TestDesk> {
  return openTestDesk(async (made) => {
    const { configuration, ca, passphrase } = made;
    const file = await protectionFiles(ca, passphrase);
    const { folder } = configuration.authority;
    const cmp: CmpConfiguration = {
      url: typeof url === 'string' ? url : await url(made),
      chain: [join(folder, 'issuing.crt'), join(folder, 'root.crt')],
      protection: { kind: 'mac', reference: 'desk', secret: file('secret') },
      request: 'cr',
      extensions: true,
      implicitConfirm: false,
      timeoutSeconds: 10,
      ...(typeof change === 'function' ? change(file) : change),
    };
    return { authority: { ...configuration.authority, kind: 'cmp' as const, cmp } };
  });
}

/** … with the fake CA behind it. */
export async function deskBeforeFake(
  change: Parameters<typeof deskBeforeCa>[1] = {},
  protection: 'mac' | 'signature' = 'mac',
): Promise<{ world: TestDesk; ca: FakeCa }> {
  let ca: FakeCa | undefined;
  const world = await deskBeforeCa(async ({ ca: own, clock }) => {
    const { certificate, signer } = own;
    const shared = protection === 'mac' ? { secret: Buffer.from(secret) } : {};
    ca = await fakeCa({ certificate, signer, clock, ...shared });
    return ca.url;
  }, change);
  if (!ca) throw new Error('no fake CA');
  return { world, ca };
}
