/** Registration clients: other systems of the authority that ask for certificates over HTTP. None is enabled by default. */
import { keyAlgorithmOf, PkiError, publicKeyDigest } from '@certdesk/pki';
import type { Selectable } from 'kysely';
import { record } from '../../audit/record.ts';
import { DeskError } from '../../platform/error.ts';
import type { Db, Tx } from '../../schema/database.ts';
import type { RegistrationClientTable } from '../../schema/tables.ts';

export type RegistrationClient = Selectable<RegistrationClientTable>;

export interface NewClient {
  /** Lower-case letters, digits and hyphens. */
  readonly id: string;
  readonly name: string;
  /** SubjectPublicKeyInfo, DER, of an SM2 or P-256 key. */
  readonly publicKey: Uint8Array;
  /** Names of the profiles that it may ask for. */
  readonly profiles: readonly string[];
  /** Certificates a day (UTC) at most. */
  readonly dailyLimit: number;
}

/**
 * Adds a client, not enabled.
 * @throws DeskError `client-exists`, `client-key`
 */
export async function addClient(tx: Tx, client: NewClient, actor: string, now: Date): Promise<void> {
  if (!isClientKey(client.publicKey)) throw new DeskError('client-key');
  const added = await tx
    .insertInto('registration_client')
    .values({
      id: client.id,
      name: client.name,
      public_key: client.publicKey,
      profiles: [...client.profiles],
      daily_limit: client.dailyLimit,
      enabled: false,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!added) throw new DeskError('client-exists', { client: client.id });
  const data = {
    name: client.name,
    key: publicKeyDigest(client.publicKey),
    profiles: client.profiles,
    dailyLimit: client.dailyLimit,
  };
  await record(tx, { actor, action: 'client.added', subject: `client:${client.id}`, data }, now);
}

function isClientKey(publicKey: Uint8Array): boolean {
  try {
    return ['sm2', 'p256'].includes(keyAlgorithmOf(publicKey));
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

/** Enables or disables a client, from the next request on, on every node. `client-unknown` */
export async function setClientEnabled(
  tx: Tx,
  id: string,
  enabled: boolean,
  actor: string,
  now: Date,
): Promise<void> {
  const changed = await tx
    .updateTable('registration_client')
    .set({ enabled })
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();
  if (!changed) throw new DeskError('client-unknown');
  const action = enabled ? 'client.enabled' : 'client.disabled';
  await record(tx, { actor, action, subject: `client:${id}`, data: {} }, now);
}

export async function listClients(db: Db): Promise<RegistrationClient[]> {
  return db.selectFrom('registration_client').selectAll().orderBy('id').execute();
}
