/** The register of operators: people of the authority with a signing key and duties. Disabled ones stay in it. */
import { checkPublicKey, PkiError, publicKeyDigest } from '@certdesk/pki';
import type { Selectable } from 'kysely';
import { DeskError } from '../platform/error.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { OperatorTable } from '../schema/tables.ts';
import type { OperatorRole } from './roles.ts';

export type Operator = Selectable<OperatorTable>;

export interface NewOperator {
  readonly id: string;
  readonly name: string;
  /** SubjectPublicKeyInfo, DER, of an SM2 or P-256 key. */
  readonly publicKey: Uint8Array;
  readonly roles: readonly OperatorRole[];
}

/** @throws DeskError `operator-key` */
export function checkOperatorKey(publicKey: Uint8Array): void {
  try {
    if (['sm2', 'p256'].includes(checkPublicKey(publicKey))) return;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
  }
  throw new DeskError('operator-key');
}

/** @throws DeskError `operator-exists` for the id or the key of an operator of now or then, `operator-key` */
export async function insertOperator(tx: Tx, operator: NewOperator, now: Date): Promise<void> {
  checkOperatorKey(operator.publicKey);
  const added = await tx
    .insertInto('operator')
    .values({
      id: operator.id,
      name: operator.name,
      public_key: operator.publicKey,
      public_key_digest: publicKeyDigest(operator.publicKey),
      roles: [...operator.roles],
      created_at: now,
      disabled_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!added) throw new DeskError('operator-exists', { operator: operator.id });
}

/** From the next command on, on every node. @throws DeskError `operator-unknown`, `operator-last` */
export async function disableOperator(tx: Tx, id: string, now: Date): Promise<void> {
  await lockRegister(tx);
  const admitting = await operatorsWith(tx, 'operators');
  if (admitting.length === 1 && admitting[0]?.id === id)
    throw new DeskError('operator-last', { operator: id });
  const changed = await tx
    .updateTable('operator')
    .set({ disabled_at: now })
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (!changed) throw new DeskError('operator-unknown', { operator: id });
}

/** Who is admitted and who goes is decided one after the other: two who disable each other must not leave nobody. */
export async function lockRegister(tx: Tx): Promise<void> {
  await tx.selectFrom('operator').select('id').orderBy('id').forNoKeyUpdate().execute();
}

/** Those who have a role and are not disabled. */
export async function operatorsWith(db: Db | Tx, role: OperatorRole): Promise<Operator[]> {
  const all = await listOperators(db);
  return all.filter(({ roles, disabled_at }) => disabled_at === null && roles.includes(role));
}

export async function findOperator(db: Db | Tx, id: string): Promise<Operator | undefined> {
  return db.selectFrom('operator').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function listOperators(db: Db | Tx): Promise<Operator[]> {
  return db.selectFrom('operator').selectAll().orderBy('id').execute();
}
