/**
 * Sign-in: the holder's key signs a structure with this desk's origin and a fresh nonce. What is checked, in this
 * order: the order was given to this browser and is in time, the statement is about it, the signature, the chain,
 * that the certificate stands in the register, and its state.
 */
import { type SignInRequest, SignInStatement, signedTypes } from '@certdesk/contract';
import { Certificate, certificateDigest, checkChain } from '@certdesk/pki';
import type { z } from 'zod';
import { record } from '../audit/record.ts';
import type { Authority } from '../authority/authority.ts';
import type { OrderDesk } from '../orders/orders.ts';
import { readStatement } from '../orders/statement.ts';
import { DeskError } from '../platform/error.ts';
import type { Limiter } from '../platform/http/limits.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { CertificateState } from '../schema/tables.ts';
import { type ServedRule, servedBy, servesAll } from './served.ts';
import { type Holder, holderActor, openSession, type SessionSettings } from './session.ts';

export interface SignInDeps {
  readonly db: Db;
  readonly orders: OrderDesk;
  readonly authority: Authority;
  readonly limiter: Limiter;
  readonly publicOrigin: string;
  readonly session: SessionSettings;
  /** Until when an expired certificate may sign in, for renewal alone. */
  readonly lateUntil: (notAfter: Date) => Date;
  readonly served: ServedRule;
  /** The division that a register gives an entity of this desk, as far as that is known here at once. */
  readonly registeredDivision: (tx: Tx, entityId: string) => Promise<string | undefined>;
}

/**
 * @param browser the cookie of the browser that sends it
 * @returns the session's cookie
 */
export type SignIn = (
  request: z.infer<typeof SignInRequest>,
  browser: string,
  now: Date,
) => Promise<{ cookie: string; holder: Holder }>;

/** So many sign-ins with one certificate; a clerk needs a few, a program that guesses needs more. */
const perCertificate = { count: 20, seconds: 600 };

export function signInWith(deps: SignInDeps): SignIn {
  const { db, orders, limiter } = deps;
  return async (request, browser, now) => {
    const der = Buffer.from(request.certificate, 'base64');
    const certificate = parseCertificate(der);
    const digest = certificateDigest(der);
    const { value: statement, verified } = readStatement(
      signedTypes.signIn,
      SignInStatement,
      request.statement,
      certificate.publicKey,
    );
    await limiter(`sign-in ${digest}`, perCertificate);
    // Committed by itself: whatever comes of the statement, the challenge is spent.
    await db
      .transaction()
      .execute((tx) =>
        orders.useForSignIn(tx, { id: statement.order, nonce: statement.nonce, browser, now }),
      );
    try {
      if (statement.origin !== deps.publicOrigin || statement.certificate !== digest) {
        throw new DeskError('statement-invalid');
      }
      if (!verified) throw new DeskError('signature-invalid');
      checkTrusted(certificate, deps.authority, now);
      return await db.transaction().execute((tx) => admit(tx, digest, deps, now));
    } catch (error) {
      if (error instanceof DeskError) await recordRefusal(db, digest, error.code, now);
      throw error;
    }
  };
}

async function recordRefusal(db: Db, digest: string, code: string, now: Date): Promise<void> {
  const entry = {
    actor: 'unknown',
    action: 'access.refused',
    subject: `certificate:${digest}`,
    data: { code },
  };
  await db.transaction().execute((tx) => record(tx, entry, now));
}

function parseCertificate(der: Uint8Array): Certificate {
  try {
    return Certificate.parse(der);
  } catch {
    throw new DeskError('certificate-invalid');
  }
}

function checkTrusted(certificate: Certificate, authority: Authority, now: Date): void {
  const chain = checkChain(certificate, {
    intermediates: authority.intermediates().map((issuer) => Certificate.parse(issuer)),
    roots: authority.roots().map((root) => Certificate.parse(root)),
    // An expired certificate is judged as of its last moment: it may still ask for a renewal.
    at: certificate.notAfter < now ? certificate.notAfter : now,
  });
  if (chain.ok) return;
  if (chain.reason === 'not-yet-valid') {
    throw new DeskError('certificate-not-yet-valid', { from: certificate.notBefore.toISOString() });
  }
  throw new DeskError('certificate-foreign');
}

/** Looks the certificate up and opens a session, in one transaction: its state is the one at that moment. */
async function admit(
  tx: Tx,
  digest: string,
  deps: SignInDeps,
  now: Date,
): Promise<{ cookie: string; holder: Holder }> {
  const columns = ['id', 'entity_id', 'line_id', 'state', 'use', 'not_after', 'public_key_digest'] as const;
  const shown = await tx
    .selectFrom('certificate')
    .select(columns)
    .where('digest', '=', digest)
    .forShare()
    .executeTakeFirst();
  // The pair was certified again and the key still carries the certificate before: the same key has signed.
  const renewed =
    shown?.state === 'superseded' && shown.use === 'signing'
      ? await tx
          .selectFrom('certificate')
          .select(columns)
          .where('line_id', '=', shown.line_id)
          .where('public_key_digest', '=', shown.public_key_digest)
          .where('use', '=', 'signing')
          .where('state', '=', 'in-force')
          .forShare()
          .executeTakeFirst()
      : undefined;
  const row = renewed ?? shown;
  if (!row?.entity_id || !row.line_id || row.use !== 'signing') throw new DeskError('certificate-unknown');
  const refused = refusals[row.state];
  if (refused) throw new DeskError(refused);
  const expired = row.not_after < now;
  if (expired && deps.lateUntil(row.not_after) < now) {
    throw new DeskError('certificate-expired-too-long', { on: row.not_after.toISOString() });
  }
  await checkRegion(tx, row.entity_id, deps);
  const mode = expired ? ('renewal-only' as const) : ('full' as const);
  const who = { certificateId: row.id, entityId: row.entity_id, lineId: row.line_id, mode };
  const opened = await openSession(tx, who, deps.session, now);
  const entry = {
    actor: holderActor(opened.holder),
    action: 'access.signed-in',
    subject: `certificate:${digest}`,
    data: { mode },
  };
  await record(tx, entry, now);
  return opened;
}

const refusals = {
  'in-force': undefined,
  issued: 'certificate-not-usable',
  suspended: 'certificate-suspended',
  superseded: 'certificate-superseded',
  revoked: 'certificate-revoked',
} as const satisfies Record<CertificateState, string | undefined>;

/** By what is known without asking a register elsewhere, which may take its time. */
async function checkRegion(
  tx: Tx,
  entityId: string,
  { served, registeredDivision }: Pick<SignInDeps, 'served' | 'registeredDivision'>,
): Promise<void> {
  if (servesAll(served)) return;
  const number = await tx
    .selectFrom('entity_number')
    .select('value')
    .where('entity_id', '=', entityId)
    .where('kind', '=', 'uscc')
    .executeTakeFirst();
  const registered = await registeredDivision(tx, entityId);
  if (servedBy(served, { uscc: number?.value, registered }) === 'no')
    throw new DeskError('region-not-served');
}
