/** The key management's files: made once, opened by its own passphrase. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Sm2PrivateKey, type Sm2PublicKey } from '@certdesk/gm';
import { type Certificate, toPem } from '@certdesk/pki';
import { type KdfCost, writeFileAtomically, writeSafe } from '@certdesk/safe';
import { z } from 'zod';
import { createAuditKey, openAuditKey, readAuditPublicKey } from '../../audit/key.ts';
import { DeskError } from '../../platform/error.ts';
import { readCertificate } from '../../platform/read-certificate.ts';
import { openSealed } from '../../platform/sealed-file.ts';
import { StorageKey } from './sealing.ts';

const File = z.string().min(1);

export const KeySettings = z.strictObject({
  listen: z
    .strictObject({
      // Requests are signed, not encrypted: they stay on the machine, or in a tunnel that ends on it.
      host: z.enum(['127.0.0.1', '::1']).default('127.0.0.1'),
      port: z.int().min(0).max(65535).default(8090),
    })
    .prefault({}),
  desk: File.default('desk.pub').describe('Public key of the desk that may ask'),
  storageKey: File.default('storage.key').describe('Sealed key under which private keys are stored'),
  identityKey: File.default('identity.key').describe('Sealed key that signs answers'),
  audit: z
    .strictObject({ key: File.default('audit.key'), heads: File.default('audit-heads.jsonl') })
    .prefault({}),
  spare: z.int().min(1).max(10_000).default(50).describe('Spare pairs that are kept'),
  recovery: z
    .strictObject({
      withinDays: z
        .int()
        .min(1)
        .max(100)
        .default(8)
        .describe('Two officers’ commands are at most so many days old'),
      roots: z
        .array(File)
        .default([])
        .describe(
          'Root certificates: who holds and who receives a recovered key has a certificate under them',
        ),
    })
    .prefault({}),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});
export type KeySettings = z.infer<typeof KeySettings>;

export const keySettingsName = 'keymanagement.json';
const rootName = 'root.crt';

export interface NewKeyManagement {
  readonly folder: string;
  /** Of the desk that may ask: its SubjectPublicKeyInfo, DER. */
  readonly deskKey: Uint8Array;
  /** Opens its keys; the desk never has it. */
  readonly passphrase: string;
  /** The desk's root CA, DER: certificates under it count when keys are recovered. */
  readonly root?: Uint8Array;
  readonly port?: number;
  readonly spare?: number;
  readonly cost?: KdfCost;
}

/**
 * Makes the key management's files. What is there is kept, so that a command that was cut off is simply run again; the
 * settings come last and say that all is there.
 * @throws DeskError `authority-exists` when the folder holds a whole one
 */
export async function createKeyManagement(made: NewKeyManagement): Promise<void> {
  const { folder, passphrase, cost } = made;
  const settings = join(folder, keySettingsName);
  if (existsSync(settings)) throw new DeskError('authority-exists', { folder });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const storage = join(folder, 'storage.key');
  if (!existsSync(storage)) await writeSafe(storage, StorageKey.generate(), passphrase, cost);
  for (const name of ['identity.key', 'audit.key']) {
    if (!existsSync(join(folder, name))) await createAuditKey(join(folder, name), passphrase, cost);
  }
  const desk = Buffer.from(toPem('PUBLIC KEY', made.deskKey));
  await writeFileAtomically(join(folder, 'desk.pub'), desk, 0o644);
  if (made.root)
    await writeFileAtomically(join(folder, rootName), Buffer.from(toPem('CERTIFICATE', made.root)), 0o644);
  const content = {
    ...(made.root && { recovery: { roots: [rootName] } }),
    ...(made.port !== undefined && { listen: { port: made.port } }),
    ...(made.spare !== undefined && { spare: made.spare }),
  };
  await writeFileAtomically(settings, Buffer.from(`${JSON.stringify(content, null, 2)}\n`), 0o644);
}

/** @throws DeskError `configuration-invalid` */
export async function readKeySettings(file: string): Promise<KeySettings> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'is not JSON';
    throw new DeskError('configuration-invalid', { where: `${file}: ${why}` }, { cause });
  }
  const parsed = KeySettings.safeParse(json);
  if (!parsed.success) {
    const places = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
    throw new DeskError('configuration-invalid', { where: `${file}: ${places.join('; ')}` });
  }
  const at = (name: string) => resolve(dirname(file), name);
  const { desk, storageKey, identityKey, audit, recovery, ...rest } = parsed.data;
  return {
    ...rest,
    desk: at(desk),
    storageKey: at(storageKey),
    identityKey: at(identityKey),
    audit: { key: at(audit.key), heads: at(audit.heads) },
    recovery: { ...recovery, roots: recovery.roots.map(at) },
  };
}

export interface OpenKeys {
  readonly storageKey: StorageKey;
  readonly identity: Sm2PrivateKey;
  readonly audit: Sm2PrivateKey;
  readonly desk: Sm2PublicKey;
  readonly roots: readonly Certificate[];
}

/** @throws DeskError `passphrase-wrong`, `configuration-invalid` */
export async function openKeys(settings: KeySettings, passphrase: string): Promise<OpenKeys> {
  const [storageKey, identity, audit, desk, roots] = await Promise.all([
    openSealed(settings.storageKey, passphrase, (content) => new StorageKey(content)),
    openSealed(settings.identityKey, passphrase, (content) => Sm2PrivateKey.fromPkcs8(content)),
    openAuditKey(settings.audit.key, passphrase),
    readAuditPublicKey(settings.desk),
    Promise.all(settings.recovery.roots.map(readCertificate)),
  ]);
  return { storageKey, identity, audit, desk, roots };
}
