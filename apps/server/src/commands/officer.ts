/** The key management's own recovery officers: needs its settings, passphrase and database, and nothing of the desk. */
import { resolve } from 'node:path';
import { type KeyDb, migrateKeys, openKeyDatabase } from '../keymanagement/service/database.ts';
import { type KeySettings, openKeys, readKeySettings } from '../keymanagement/service/files.ts';
import { addOfficer, disableOfficer, listOfficers } from '../keymanagement/service/officers.ts';
import type { StorageKey } from '../keymanagement/service/sealing.ts';
import { readPassphrase } from '../setup/configuration.ts';
import { type Command, type CommandContext, needed, UsageError } from './command.ts';
import { keyDatabaseOf, neededIn } from './keymanagement.ts';
import { idOf } from './operator.ts';
import { readPublicKey } from './public-key.ts';

const environment =
  'CERTDESK_KEYMANAGEMENT_CONFIG, CERTDESK_KEYMANAGEMENT_PASSPHRASE_FILE, KEYMANAGEMENT_DATABASE_URL';

/** Under the key management's passphrase alone: who has it decides whose two signatures recover keys. */
async function withOfficers(
  { env }: CommandContext,
  work: (db: KeyDb, storageKey: StorageKey, settings: KeySettings) => Promise<void>,
): Promise<number> {
  const settings = await readKeySettings(resolve(neededIn(env, 'CERTDESK_KEYMANAGEMENT_CONFIG')));
  const passphrase = await readPassphrase(neededIn(env, 'CERTDESK_KEYMANAGEMENT_PASSPHRASE_FILE'));
  const { storageKey } = await openKeys(settings, passphrase);
  const url = keyDatabaseOf(env);
  await migrateKeys(url);
  const { db, end } = openKeyDatabase(url, { max: 2 });
  try {
    await work(db, storageKey, settings);
  } finally {
    await end();
  }
  return 0;
}

export const officerAdd: Command = {
  usage: 'keymanagement officer add --id ID --name NAME --key PUBLIC.pem',
  does: `Registers a recovery officer with the key management, with the id and key that he has as operator (${environment})`,
  async run(context) {
    const officer = {
      id: idOf(needed(context, 'id')),
      name: needed(context, 'name'),
      publicKey: await readPublicKey(needed(context, 'key'), 'operator-key'),
    };
    return withOfficers(context, async (db, storageKey, { recovery }) => {
      await addOfficer(db, storageKey, officer, context.now());
      context.say(`${officer.id} is a recovery officer.`);
      if (recovery.roots.length === 0)
        context.tell(
          'recovery.roots of the settings names no root certificate yet: until then nothing is recovered.',
        );
    });
  },
};

export const officerDisable: Command = {
  usage: 'keymanagement officer disable ID',
  takes: 'one',
  does: 'Refuses every recovery that this officer signed from now on, for good',
  async run(context) {
    const [name] = context.args;
    if (!name) throw new UsageError('Which officer?');
    const id = idOf(name);
    return withOfficers(context, async (db, storageKey) => {
      await disableOfficer(db, storageKey, id, context.now());
      context.say(`${id} is disabled.`);
    });
  },
};

export const officerList: Command = {
  usage: 'keymanagement officer list',
  does: 'Lists the recovery officers; “not vouched for” are rows that somebody wrote without the passphrase, and count for nothing',
  run: (context) =>
    withOfficers(context, async (db, storageKey) => {
      for (const { id, name, publicKeyDigest, disabledAt, vouched } of await listOfficers(db, storageKey)) {
        const state = !vouched ? 'not vouched for' : disabledAt ? 'disabled' : 'enabled';
        context.say(`${id}  ${state}  ${publicKeyDigest}  ${name}`);
      }
    }),
};
