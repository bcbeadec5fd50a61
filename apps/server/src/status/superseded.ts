import type { CertificateProfile } from '@certdesk/pki';
import { revoke } from '../authority/certificates.ts';
import type { Issuers } from '../authority/embedded/issuers.ts';
import { DeskError } from '../platform/error.ts';
import type { Db } from '../schema/database.ts';
import { dayMs } from './settings.ts';

/**
 * Revokes superseded certificates of those profiles that want it, when their time has come; each in a transaction of its own.
 * Certificates that have run out meanwhile are left alone.
 * @returns how many were revoked
 */
export async function revokeSuperseded(
  db: Db,
  deps: { readonly issuers: Issuers; readonly profiles: ReadonlyMap<string, CertificateProfile> },
  now: Date,
  limit = 500,
): Promise<number> {
  const ours = deps.issuers.all().map(({ certificate }) => certificate.subject.toString());
  let revoked = 0;
  for (const { name, revokeSupersededAfterDays: days } of deps.profiles.values()) {
    if (days === null) continue;
    const rows = await db
      .selectFrom('certificate')
      .select('id')
      .where('profile', '=', name)
      .where('state', '=', 'superseded')
      .where('state_changed_at', '<=', new Date(now.getTime() - days * dayMs))
      .where('not_after', '>', now)
      .where('issuer', 'in', ours)
      .orderBy('state_changed_at')
      .limit(limit)
      .execute();
    for (const { id } of rows) {
      try {
        await db.transaction().execute((tx) => revoke(tx, id, 'superseded', now, 'clock'));
        revoked += 1;
      } catch (error) {
        // Revoked by somebody else since.
        if (!(error instanceof DeskError)) throw error;
      }
    }
  }
  return revoked;
}
