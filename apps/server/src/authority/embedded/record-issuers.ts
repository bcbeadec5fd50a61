import { isDeepStrictEqual } from 'node:util';
import { certificateDigest } from '@certdesk/pki';
import { record } from '../../audit/record.ts';
import type { Db } from '../../schema/database.ts';
import type { IssuingCa } from './open.ts';

/** Writes into the audit log which issuing CAs the desk has, whenever they are others than before. */
export async function recordIssuers(db: Db, issuers: readonly IssuingCa[], now: Date): Promise<void> {
  const data = {
    issuers: issuers.map(({ name, series, certificate, activeFrom }) => ({
      name,
      series,
      subject: certificate.subject.toString(),
      certificate: certificateDigest(certificate.der),
      activeFrom: activeFrom?.toISOString() ?? null,
    })),
  };
  await db.transaction().execute(async (tx) => {
    const last = await tx
      .selectFrom('audit_event')
      .select('data')
      .where('action', '=', 'authority.issuers')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (isDeepStrictEqual(last?.data, data)) return;
    await record(tx, { actor: 'operator', action: 'authority.issuers', subject: 'authority', data }, now);
  });
}
