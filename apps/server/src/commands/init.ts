import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Sm2PrivateKey } from '@certdesk/gm';
import { type KdfCost, writeFileAtomically, writeSafe } from '@certdesk/safe';
import { auditPublicKeyFile, createAuditKey, readAuditPublicKey } from '../audit/key.ts';
import {
  type AuthorityAlgorithm,
  authorityAlgorithms,
  createAuthority,
} from '../authority/embedded/create.ts';
import type { KeyPlace } from '../authority/embedded/signers/signer.ts';
import { createKeyManagement, keySettingsName } from '../keymanagement/service/files.ts';
import { DeskError } from '../platform/error.ts';
import { readCertificate } from '../platform/read-certificate.ts';
import { parseConfiguration, readPassphrase } from '../setup/configuration.ts';
import { createResponderKey } from '../status/responder-keys.ts';
import { draftAgreement } from './agreement-draft.ts';
import { type Command, needed, UsageError } from './command.ts';
import { hsmPlace, hsmUsage } from './hsm.ts';

/** Makes what a new desk needs beside its database: CA, order key, audit key, configuration, a draft of the agreement. */
export const init: Command = {
  usage: `init --folder DIR --url https://desk.example --organisation NAME --root-passphrase-file FILE [--algorithm sm2|p256|p384|rsa] [--keymanagement-passphrase-file FILE] ${hsmUsage}`,
  does: 'Makes the CA, the keys and a first configuration of a new desk in DIR, under the passphrase of CERTDESK_PASSPHRASE_FILE; for twin certificates a key management too, under a passphrase of its own',
  async run(context) {
    const algorithm = String(context.options.algorithm ?? 'sm2');
    if (!isAlgorithm(algorithm)) throw new UsageError('--algorithm is sm2, p256, p384 or rsa');
    const passphraseFile = context.env.CERTDESK_PASSPHRASE_FILE;
    if (!passphraseFile) throw new UsageError('CERTDESK_PASSPHRASE_FILE is not set');
    const keyFile = context.options['keymanagement-passphrase-file'];
    if (keyFile !== undefined && algorithm !== 'sm2')
      throw new UsageError('twin certificates, and a key management for them, are for sm2');
    const place = hsmPlace(context);
    if (place && algorithm === 'sm2')
      throw new UsageError('PKCS#11 has no SM2: --hsm goes with --algorithm p256, p384 or rsa');
    const folder = resolve(needed(context, 'folder'));
    await makeDesk({
      folder,
      publicOrigin: needed(context, 'url'),
      organisation: needed(context, 'organisation'),
      algorithm,
      passphrase: await readPassphrase(passphraseFile),
      rootPassphrase: await readPassphrase(needed(context, 'root-passphrase-file')),
      ...(place && { issuingKey: place('issuing') }),
      ...(typeof keyFile === 'string' && { keyManagement: { passphrase: await readPassphrase(keyFile) } }),
      now: context.now(),
    });
    context.say(`Made ${folder}. Read and complete server.json and the two texts of the agreement there.`);
    context.say(`Move authority/root.key to a medium of its own: the server never needs it.`);
    if (keyFile !== undefined)
      context.say(`Move keymanagement/ to where certdesk keymanagement serve runs, away from the server.`);
    return 0;
  },
};

export interface NewDesk {
  readonly folder: string;
  readonly publicOrigin: string;
  readonly organisation: string;
  readonly algorithm: AuthorityAlgorithm;
  readonly passphrase: string;
  readonly rootPassphrase: string;
  /** Where the issuing CA's key is made; a sealed file if not said. */
  readonly issuingKey?: KeyPlace;
  /** Makes a key management too, for twin certificates; the desk never has its passphrase. SM2 alone. */
  readonly keyManagement?: {
    readonly passphrase: string;
    /** Port that it will listen on. */
    readonly port?: number;
    readonly spare?: number;
  };
  /** More of the configuration. */
  readonly configuration?: object;
  readonly cost?: KdfCost;
  readonly now: Date;
}

/** The name of the configuration file in a desk's folder. */
export const configurationName = 'server.json';

/**
 * Makes a desk's files. What is there already is kept, so that a command that was cut off is simply run again; the
 * configuration comes last and says that all is there.
 * @throws DeskError `authority-exists` when the folder holds a whole desk
 */
export async function makeDesk(desk: NewDesk): Promise<void> {
  const { folder, passphrase, cost, now } = desk;
  const configurationFile = join(folder, configurationName);
  if (existsSync(configurationFile)) throw new DeskError('authority-exists', { folder });
  const twins = desk.keyManagement;
  const content = {
    publicOrigin: desk.publicOrigin,
    ...(twins && {
      renewal: { twinProfile: 'entity-twin-sm2' },
      keyManagement: { url: `http://127.0.0.1:${twins.port ?? defaultKeyPort}` },
    }),
    ...desk.configuration,
  };
  parseConfiguration(content, configurationFile); // before anything is made
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = join(folder, 'authority');
  if (!existsSync(authority)) {
    const { organisation, algorithm, rootPassphrase } = desk;
    const costs = { ...(cost && { cost }), ...(desk.issuingKey && { key: desk.issuingKey }) };
    await createAuthority({
      folder: authority,
      organisation,
      algorithm,
      passphrase,
      rootPassphrase,
      now,
      ...costs,
    });
  }
  const answering = desk.algorithm === 'rsa' ? 'rsa2048' : desk.algorithm;
  await createResponderKey(join(folder, 'ocsp'), answering, passphrase, cost);
  const orderKey = join(folder, 'order.key');
  if (!existsSync(orderKey)) await writeSafe(orderKey, Sm2PrivateKey.generate().toPkcs8(), passphrase, cost);
  const auditKey = join(folder, 'audit.key');
  if (!existsSync(auditKey)) await createAuditKey(auditKey, passphrase, cost);
  if (twins) await makeKeyManagement(folder, passphrase, twins, cost);
  for (const language of ['zh', 'en'] as const) {
    const file = join(folder, `agreement.${language}.txt`);
    if (!existsSync(file)) await writeFileAtomically(file, Buffer.from(draftAgreement[language]), 0o644);
  }
  await writeFileAtomically(configurationFile, Buffer.from(`${JSON.stringify(content, null, 2)}\n`), 0o644);
}

const defaultKeyPort = 8090;

/** The key management in a folder of its own, the desk's key to it beside the desk's others. */
export async function makeKeyManagement(
  folder: string,
  passphrase: string,
  twins: NonNullable<NewDesk['keyManagement']>,
  cost: KdfCost | undefined,
): Promise<void> {
  const client = join(folder, 'keymanagement-client.key');
  if (!existsSync(client)) await createAuditKey(client, passphrase, cost);
  const deskKey = await readAuditPublicKey(auditPublicKeyFile(client));
  const keys = join(folder, 'keymanagement');
  if (!existsSync(join(keys, keySettingsName))) {
    const root = join(folder, 'authority', 'root.crt');
    const made = {
      folder: keys,
      deskKey: deskKey.toSpki(),
      ...(existsSync(root) && { root: (await readCertificate(root)).der }),
      ...twins,
    };
    await createKeyManagement({ ...made, ...(cost && { cost }) });
  }
  const identity = await readFile(auditPublicKeyFile(join(keys, 'identity.key')));
  await writeFileAtomically(join(folder, 'keymanagement.pub'), identity, 0o644);
}

/** A passphrase that nobody has to remember: 160 random bits in base64url. */
export function randomPassphrase(): string {
  return randomBytes(20).toString('base64url');
}

function isAlgorithm(text: string): text is AuthorityAlgorithm {
  return Object.hasOwn(authorityAlgorithms, text);
}
