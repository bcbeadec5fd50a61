/**
 * That a line has another certificate is written down in the transaction that brings it into force, for those who have to
 * be told of it later: whoever activates the new certificate reads these rows in their order and forgets none.
 */
import { record } from '../audit/record.ts';
import { randomId } from '../platform/random.ts';
import type { Tx } from '../schema/database.ts';
import type { Reissue } from './data.ts';

export async function recordChange(
  tx: Tx,
  reissue: Reissue,
  newCertificateId: string,
  now: Date,
): Promise<void> {
  const { id, number, journey, entityId, lineId, certificateId, data } = reissue;
  if (lineId === null) throw new Error(`case ${id} belongs to no line`);
  const added = [...(data.added ?? [])];
  await tx
    .insertInto('certificate_change')
    .values({
      id: randomId(),
      line_id: lineId,
      entity_id: entityId,
      case_id: id,
      journey,
      old_certificate_id: certificateId,
      new_certificate_id: newCertificateId,
      added: JSON.stringify(added),
      at: now,
    })
    .execute();
  const entry = {
    actor: 'authority',
    action: 'certificate.changed',
    subject: `case:${number}`,
    data: { journey, line: lineId, added: added.map(({ kind }) => kind) },
  };
  await record(tx, entry, now);
}
