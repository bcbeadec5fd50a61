import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Sm2PrivateKey } from '@certdesk/gm';
import { type KdfCost, writeFileAtomically, writeSafe } from '@certdesk/safe';
import { createAuditKey } from '../audit/key.ts';
import { type AuthorityAlgorithm, createAuthority } from '../authority/embedded/create.ts';
import { DeskError } from '../platform/error.ts';
import { parseConfiguration, readPassphrase } from '../setup/configuration.ts';
import { draftAgreement } from './agreement-draft.ts';
import { type Command, needed, UsageError } from './command.ts';

/** Makes what a new desk needs beside its database: CA, order key, audit key, configuration, a draft of the agreement. */
export const init: Command = {
  usage:
    'init --folder DIR --url https://desk.example --organisation NAME --root-passphrase-file FILE [--algorithm sm2|p256|rsa]',
  does: 'Makes the CA, the keys and a first configuration of a new desk in DIR, under the passphrase of CERTDESK_PASSPHRASE_FILE',
  async run(context) {
    const algorithm = String(context.options.algorithm ?? 'sm2');
    if (!isAlgorithm(algorithm)) throw new UsageError('--algorithm is sm2, p256 or rsa');
    const passphraseFile = context.env.CERTDESK_PASSPHRASE_FILE;
    if (!passphraseFile) throw new UsageError('CERTDESK_PASSPHRASE_FILE is not set');
    const folder = resolve(needed(context, 'folder'));
    await makeDesk({
      folder,
      publicOrigin: needed(context, 'url'),
      organisation: needed(context, 'organisation'),
      algorithm,
      passphrase: await readPassphrase(passphraseFile),
      rootPassphrase: await readPassphrase(needed(context, 'root-passphrase-file')),
      now: context.now(),
    });
    context.say(`Made ${folder}. Read and complete server.json and the two texts of the agreement there.`);
    context.say(`Move authority/root.key to a medium of its own: the server never needs it.`);
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
  const renewal = {
    algorithm: renewalAlgorithm[desk.algorithm],
    profile: `entity-signing-${desk.algorithm}`,
  };
  const content = { publicOrigin: desk.publicOrigin, renewal, ...desk.configuration };
  parseConfiguration(content, configurationFile); // before anything is made
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = join(folder, 'authority');
  if (!existsSync(authority)) {
    const { organisation, algorithm, rootPassphrase } = desk;
    const costs = cost ? { cost } : {};
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
  const orderKey = join(folder, 'order.key');
  if (!existsSync(orderKey)) await writeSafe(orderKey, Sm2PrivateKey.generate().toPkcs8(), passphrase, cost);
  const auditKey = join(folder, 'audit.key');
  if (!existsSync(auditKey)) await createAuditKey(auditKey, passphrase, cost);
  for (const language of ['zh', 'en'] as const) {
    const file = join(folder, `agreement.${language}.txt`);
    if (!existsSync(file)) await writeFileAtomically(file, Buffer.from(draftAgreement[language]), 0o644);
  }
  await writeFileAtomically(configurationFile, Buffer.from(`${JSON.stringify(content, null, 2)}\n`), 0o644);
}

/** A passphrase that nobody has to remember: 160 random bits in base64url. */
export function randomPassphrase(): string {
  return randomBytes(20).toString('base64url');
}

const renewalAlgorithm = { sm2: 'sm2', p256: 'p256', rsa: 'rsa2048' } as const;

function isAlgorithm(text: string): text is AuthorityAlgorithm {
  return Object.hasOwn(renewalAlgorithm, text);
}
