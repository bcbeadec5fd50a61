import type { Db, Tx } from '../schema/database.ts';

/** What a case's steps need of one of its certificates. */
export function certificateNamed(tx: Db | Tx, id: string) {
  return tx
    .selectFrom('certificate')
    .select(['id', 'der', 'digest', 'issuer', 'serial_number as serialNumber', 'public_key_digest'])
    .where('id', '=', id)
    .executeTakeFirst();
}
