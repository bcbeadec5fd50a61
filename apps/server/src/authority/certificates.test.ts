import { describe, expect, test } from 'vitest';
import { DeskError } from '../platform/error.ts';
import { randomId } from '../platform/random.ts';
import type { Tx } from '../schema/database.ts';
import { intentRequest, now, testDesk } from './authority.test-support.ts';
import { putInForce, resume, revoke, supersede, suspend } from './certificates.ts';

const changes: Record<string, (tx: Tx, id: string, other: string) => Promise<void>> = {
  'in-force': (tx, id) => putInForce(tx, id, now),
  superseded: (tx, id, other) => supersede(tx, id, other, now),
  suspended: (tx, id) => suspend(tx, id, now, 'staff:1'),
  resumed: (tx, id) => resume(tx, id, now, 'staff:1'),
  revoked: (tx, id) => revoke(tx, id, 'keyCompromise', now),
};
const allowed = [
  'issued in-force',
  'issued revoked',
  'in-force superseded',
  'in-force suspended',
  'in-force revoked',
  'suspended resumed',
  'suspended revoked',
  'superseded revoked',
];

async function issuedPair() {
  const desk = await testDesk();
  const issue = async () => {
    const request = intentRequest({ caseId: randomId() });
    const { intentId } = await desk.db.transaction().execute((tx) => desk.authority.intend(tx, request, now));
    return (await desk.authority.finish(intentId)).id;
  };
  return { ...desk, id: await issue(), other: await issue() };
}

describe.each(['issued', 'in-force', 'suspended', 'superseded', 'revoked'] as const)(
  'a certificate that is %s',
  (state) => {
    test('becomes what it may become, and nothing else', async () => {
      const { db, id, other } = await issuedPair();
      for (const [name, apply] of Object.entries(changes)) {
        await db
          .updateTable('certificate')
          .set({ state, revocation_reason: null })
          .where('id', '=', id)
          .execute();
        const events = await auditedChanges();
        const result = await db
          .transaction()
          .execute((tx) => apply(tx, id, other))
          .then(
            () => 'done',
            (error: unknown) => error,
          );
        const after = await db
          .selectFrom('certificate')
          .select('state')
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        if (allowed.includes(`${state} ${name}`)) {
          expect(result, name).toBe('done');
          expect(after.state).toBe(name === 'resumed' ? 'in-force' : name);
          expect(await auditedChanges()).toBe(events + 1);
        } else {
          expect(result, name).toBeInstanceOf(DeskError);
          expect(after.state).toBe(state);
          expect(await auditedChanges()).toBe(events);
        }
      }

      async function auditedChanges(): Promise<number> {
        const rows = await db
          .selectFrom('audit_event')
          .select('id')
          .where('action', 'like', 'certificate.%')
          .where('action', '!=', 'certificate.issued')
          .execute();
        return rows.length;
      }
    });
  },
);

test('of two that supersede one certificate at once, one is refused', async () => {
  const { db, id, other } = await issuedPair();
  await db.transaction().execute((tx) => putInForce(tx, id, now));
  const results = await Promise.allSettled(
    [1, 2].map(() => db.transaction().execute((tx) => supersede(tx, id, other, now))),
  );
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});
