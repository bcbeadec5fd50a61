/**
 * What the CA is owed when nobody asks: certificates that nobody wants are rejected instead of confirmed, transactions of
 * withdrawn intents are followed until it is known what came of them, and revocations are passed on (rr).
 */
import {
  Certificate,
  type CmpStatusInfo,
  type CrlReason,
  certificateDigest,
  confirmationHash,
  reasonExtension,
} from '@certdesk/pki';
import { sql } from 'kysely';
import { record } from '../../audit/record.ts';
import type { Tx } from '../../schema/database.ts';
import type { RevocationReason } from '../certificates.ts';
import { enrolmentIn, throwIfPassing, wordsOf } from './answers.ts';
import type { CmpContext } from './context.ts';
import { NoAnswer } from './exchange.ts';
import {
  type CmpTransaction,
  changeTransaction,
  laterBy,
  newTransactionId,
  takeTransaction,
} from './transactions.ts';

type Tending = Pick<CmpContext, 'db' | 'exchange' | 'issuer' | 'clock' | 'leaseMs' | 'assumedId'>;

type Failure = { what: string; error: unknown };

/** So many of each at a run; the next one is a minute later. */
const batch = 100;

export async function tendCmp(tending: Tending): Promise<Failure[]> {
  return [...(await tendTransactions(tending)), ...(await tendRevocations(tending))];
}

/** Writes down that the CA is to revoke a certificate. Once for each certificate. */
export async function addRevocation(
  tx: Tx,
  { der, reason, rejected }: { der: Uint8Array; reason: RevocationReason; rejected: boolean },
  now: Date,
): Promise<void> {
  const row = { digest: certificateDigest(der), der: Buffer.from(der), reason, rejected };
  await tx
    .insertInto('cmp_revocation')
    .values({ ...row, state: 'due', tries: 0, due_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

// ── transactions that are to end without a certificate ──

async function tendTransactions(tending: Tending): Promise<Failure[]> {
  const { db, clock, leaseMs } = tending;
  const states = ['rejecting', 'abandoned'] as const;
  const rows = await db
    .selectFrom('cmp_transaction')
    .select('intent_id')
    .where('state', 'in', states)
    .where('due_at', '<=', clock())
    .orderBy('due_at')
    .limit(batch)
    .execute();
  const failed: Failure[] = [];
  for (const { intent_id } of rows) {
    const taken = await takeTransaction(db, intent_id, states, clock(), leaseMs);
    if (!taken) continue;
    try {
      if (taken.state === 'rejecting') await reject(taken, tending);
      else await follow(taken, tending);
    } catch (error) {
      failed.push({ what: `intent ${intent_id}`, error });
      await changeTransaction(db, intent_id, { busy_until: null, due_at: laterBy(taken.tries, clock()) });
    }
  }
  return failed;
}

/** Instead of a confirmation (RFC 4210 §5.3.18). Whatever the CA says to it, it is asked to revoke the certificate, too. */
async function reject(taken: CmpTransaction, { db, exchange, clock }: Tending): Promise<void> {
  const { certificate, request_id, intent_id } = taken;
  if (!certificate || request_id === null) throw new Error('a rejection of nothing is owed');
  const status: CmpStatusInfo = { status: 'rejection', text: ['not used'], failures: [] };
  const { body } = await exchange({
    transactionId: taken.transaction_id,
    recipientNonce: taken.server_nonce,
    body: {
      kind: 'certConf',
      confirmations: [{ id: request_id, certificateHash: confirmationHash(certificate), status }],
    },
  });
  if (body.kind === 'error') throwIfPassing(body.status);
  const now = clock();
  await db.transaction().execute(async (tx) => {
    const rejected = body.kind === 'pkiconf';
    await addRevocation(tx, { der: certificate, reason: 'cessationOfOperation', rejected }, now);
    await changeTransaction(tx, intent_id, { state: 'closed', busy_until: null });
    await note(tx, 'certificate.rejected', `intent:${intent_id}`, { acknowledged: rejected }, now);
  });
}

/** The intent was withdrawn while the CA was asked: is there a certificate? */
async function follow(taken: CmpTransaction, { db, exchange, clock, assumedId }: Tending): Promise<void> {
  const { intent_id } = taken;
  const answer = await exchange({
    transactionId: taken.transaction_id,
    recipientNonce: taken.server_nonce,
    body: { kind: 'pollReq', ids: [taken.request_id ?? assumedId] },
  });
  const found = enrolmentIn(answer, null);
  const now = clock();
  const server_nonce = Buffer.from(answer.header.senderNonce ?? new Uint8Array());
  switch (found.kind) {
    case 'granted':
      return changeTransaction(db, intent_id, {
        ...{ state: 'rejecting', request_id: found.requestId, server_nonce, busy_until: null, due_at: now },
        ...{ certificate: Buffer.from(found.certificate), tries: 0 },
      });
    case 'waiting': {
      const due_at = new Date(now.getTime() + found.seconds * 1000);
      const change = { request_id: found.requestId, server_nonce, busy_until: null, due_at };
      return changeTransaction(db, intent_id, change);
    }
    default:
      await db.transaction().execute(async (tx) => {
        await changeTransaction(tx, intent_id, { state: 'closed', busy_until: null });
        await note(tx, 'intent.abandoned', `intent:${intent_id}`, wordsOf(found.status), now);
      });
  }
}

// ── revocations ──

async function tendRevocations(tending: Tending): Promise<Failure[]> {
  const { db, clock, leaseMs } = tending;
  await findRevoked(tending);
  const rows = await db
    .selectFrom('cmp_revocation')
    .select('digest')
    .where('state', '=', 'due')
    .where('due_at', '<=', clock())
    .orderBy('due_at')
    .limit(batch)
    .execute();
  const failed: Failure[] = [];
  for (const { digest } of rows) {
    const taken = await db
      .updateTable('cmp_revocation')
      .set({ due_at: new Date(clock().getTime() + leaseMs), tries: sql<number>`tries + 1` })
      .where('digest', '=', digest)
      .where('state', '=', 'due')
      .where('due_at', '<=', clock())
      .returningAll()
      .executeTakeFirst();
    if (!taken) continue;
    try {
      await revokeAt(taken, tending);
    } catch (error) {
      failed.push({ what: `certificate ${digest}`, error });
      const due_at = laterBy(taken.tries, clock());
      await db.updateTable('cmp_revocation').set({ due_at }).where('digest', '=', digest).execute();
    }
  }
  return failed;
}

/**
 * Certificates of this CA that are revoked in the register, by whatever part of the desk, and that the CA was not told of.
 * Those that are about to be rejected wait for that.
 */
async function findRevoked({ db, issuer, clock }: Tending): Promise<void> {
  await sql`insert into cmp_revocation (digest, der, reason, state, rejected, tries, due_at)
    select digest, der, coalesce(revocation_reason, 'unspecified'), 'due', false, 0, ${clock()}
      from certificate
     where state = 'revoked' and issuer = ${issuer} and not_after > ${clock()}
       and not exists (select from cmp_revocation told where told.digest = certificate.digest)
       and not exists (
         select from cmp_transaction where intent_id = certificate.id and state = 'rejecting')
    on conflict do nothing`.execute(db);
}

async function revokeAt(
  row: { digest: string; der: Uint8Array; reason: string; rejected: boolean },
  { db, exchange, clock }: Tending,
): Promise<void> {
  const { issuer, serialNumber } = Certificate.parse(row.der);
  const entryExtensions = [reasonExtension(row.reason as CrlReason)];
  const { body } = await exchange({
    transactionId: newTransactionId(),
    recipientNonce: null,
    body: { kind: 'rr', revocations: [{ certificate: { issuer, serialNumber }, entryExtensions }] },
  });
  const status = body.kind === 'error' ? body.status : body.kind === 'rp' ? body.statuses[0] : undefined;
  if (!status) throw new NoAnswer(`a revocation was answered by ${body.kind}`);
  throwIfPassing(status);
  if (status.status === 'waiting') throw new NoAnswer('the CA waits with a revocation');
  // Revoked already, or never put into use, because it was rejected instead of confirmed.
  const done =
    (body.kind === 'rp' && status.status !== 'rejection') ||
    status.failures.includes('certRevoked') ||
    row.rejected;
  const now = clock();
  await db.transaction().execute(async (tx) => {
    const state = done ? 'done' : 'refused';
    await tx.updateTable('cmp_revocation').set({ state }).where('digest', '=', row.digest).execute();
    const words = { serialNumber, reason: row.reason, ...wordsOf(status) };
    await note(tx, `revocation.${done ? 'passed-on' : 'refused'}`, `certificate:${row.digest}`, words, now);
  });
  if (!done) throw new Error(`the CA refuses to revoke ${serialNumber}: ${JSON.stringify(wordsOf(status))}`);
}

async function note(tx: Tx, action: string, subject: string, data: object, now: Date): Promise<void> {
  await record(tx, { actor: 'authority', action, subject, data: { ...data } }, now);
}
