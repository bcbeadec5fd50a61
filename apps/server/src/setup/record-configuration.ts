import { createHash } from 'node:crypto';
import { record } from '../audit/record.ts';
import type { Db } from '../schema/database.ts';
import type { Agreement } from './agreement.ts';
import type { Configuration } from './configuration.ts';

/** Writes into the audit log with which configuration and agreement the desk works, whenever it is another than before. */
export async function recordConfiguration(
  db: Db,
  configuration: Configuration,
  agreement: Agreement,
  now: Date,
): Promise<void> {
  const digest = createHash('sha256').update(JSON.stringify(configuration)).digest('hex');
  await db.transaction().execute(async (tx) => {
    const last = await tx
      .selectFrom('audit_event')
      .select('data')
      .where('action', '=', 'configuration.loaded')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    const data = {
      digest,
      publicOrigin: configuration.publicOrigin,
      agreement: { version: agreement.version, digest: agreement.digest },
      renewal: configuration.renewal,
    };
    const known = last?.data as Partial<typeof data> | undefined;
    if (known?.digest === digest && known.agreement?.digest === agreement.digest) return;
    await record(tx, { actor: 'operator', action: 'configuration.loaded', subject: 'desk', data }, now);
  });
}
