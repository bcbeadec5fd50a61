/**
 * Recovery officers: whose two signatures recover a key. The key management's own register, written under its own passphrase: whom
 * the desk takes for an operator counts for nothing here.
 */
import { publicKeyDigest } from '@certdesk/pki';
import type { Selectable } from 'kysely';
import { checkOperatorKey } from '../../operators/register.ts';
import { DeskError } from '../../platform/error.ts';
import { type KeyDb, type KeyTx, type RecoveryOfficerTable, recordKey } from './database.ts';
import type { StorageKey } from './sealing.ts';

export interface NewOfficer {
  /** The same as the operator's at the desk: it stands in what he signs. */
  readonly id: string;
  readonly name: string;
  /** SubjectPublicKeyInfo, DER, of an SM2 or P-256 key. */
  readonly publicKey: Uint8Array;
}

export interface Officer extends NewOfficer {
  readonly publicKeyDigest: string;
  readonly disabledAt: Date | null;
  /** Whether the row was written by somebody who had the passphrase. One that was not is no officer. */
  readonly vouched: boolean;
}

/** @throws DeskError `operator-key`; `operator-exists` for the id or the key of an officer of now or then */
export async function addOfficer(
  db: KeyDb,
  storageKey: StorageKey,
  { id, name, publicKey }: NewOfficer,
  now: Date,
): Promise<void> {
  checkOperatorKey(publicKey);
  const row = {
    id,
    name,
    public_key: publicKey,
    public_key_digest: publicKeyDigest(publicKey),
    created_at: now,
    disabled_at: null,
  };
  await db.transaction().execute(async (tx) => {
    const added = await tx
      .insertInto('recovery_officer')
      .values({ ...row, voucher: storageKey.vouch(said(row)) })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!added) throw new DeskError('operator-exists', { operator: id });
    const data = { name, key: row.public_key_digest };
    await recordKey(
      tx,
      { actor: 'passphrase', action: 'officer.added', subject: `officer:${id}`, data },
      now,
    );
  });
}

/** From the next request on, for good. @throws DeskError `operator-unknown` */
export async function disableOfficer(
  db: KeyDb,
  storageKey: StorageKey,
  id: string,
  now: Date,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('recovery_officer')
      .selectAll()
      .where('id', '=', id)
      .where('disabled_at', 'is', null)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw new DeskError('operator-unknown', { operator: id });
    const voucher = storageKey.vouch(said({ ...row, disabled_at: now }));
    await tx
      .updateTable('recovery_officer')
      .set({ disabled_at: now, voucher })
      .where('id', '=', id)
      .execute();
    const entry = { actor: 'passphrase', action: 'officer.disabled', subject: `officer:${id}`, data: {} };
    await recordKey(tx, entry, now);
  });
}

export async function listOfficers(db: KeyDb, storageKey: StorageKey): Promise<Officer[]> {
  const rows = await db.selectFrom('recovery_officer').selectAll().orderBy('id').execute();
  return rows.map((row) => officerOf(row, storageKey));
}

/** One who may sign now; held as he is until the transaction ends. */
export async function findOfficer(
  tx: KeyTx,
  storageKey: StorageKey,
  id: string,
): Promise<Officer | undefined> {
  const row = await tx
    .selectFrom('recovery_officer')
    .selectAll()
    .where('id', '=', id)
    .forShare()
    .executeTakeFirst();
  const officer = row && officerOf(row, storageKey);
  return officer?.vouched && officer.disabledAt === null ? officer : undefined;
}

type Row = Selectable<RecoveryOfficerTable>;

function officerOf(row: Row, storageKey: StorageKey): Officer {
  return {
    id: row.id,
    name: row.name,
    publicKey: row.public_key,
    publicKeyDigest: row.public_key_digest,
    disabledAt: row.disabled_at,
    vouched:
      storageKey.vouchedFor(said(row), row.voucher) &&
      publicKeyDigest(row.public_key) === row.public_key_digest,
  };
}

/** What the voucher is over: whoever could change it unseen could sign as somebody else. */
function said({ id, public_key_digest, disabled_at }: Pick<Row, 'id' | 'public_key_digest' | 'disabled_at'>) {
  return JSON.stringify(['recovery officer', id, public_key_digest, disabled_at === null]);
}
