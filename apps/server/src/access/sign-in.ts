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
import type { Tx } from '../schema/database.ts';
import type { Holder } from './session.ts';

export interface SignInSettings {
  readonly publicOrigin: string;
  /** An expired certificate may sign in, for renewal alone, so many months after its end. */
  readonly lateMonths: number;
  /** Division digits that this desk serves; none given: all. */
  readonly servedDivisions: readonly string[];
}

type SignedIn = Pick<Holder, 'certificateId' | 'entityId' | 'lineId' | 'mode'>;

export async function signIn(
  tx: Tx,
  request: z.infer<typeof SignInRequest>,
  browser: string,
  deps: {
    orders: OrderDesk;
    authority: Authority;
    settings: SignInSettings;
    lateUntil: (notAfter: Date) => Date;
  },
  now: Date,
): Promise<SignedIn> {
  const der = Buffer.from(request.certificate, 'base64');
  const certificate = parseCertificate(der);
  const { value: statement, verified } = readStatement(
    signedTypes.signIn,
    SignInStatement,
    request.statement,
    certificate.publicKey,
  );
  await deps.orders.useForSignIn(tx, { id: statement.order, nonce: statement.nonce, browser, now });
  const digest = certificateDigest(der);
  if (statement.origin !== deps.settings.publicOrigin || statement.certificate !== digest) {
    throw new DeskError('statement-invalid');
  }
  if (!verified) throw new DeskError('signature-invalid');

  const chain = checkChain(certificate, {
    intermediates: deps.authority.intermediates().map((issuer) => Certificate.parse(issuer)),
    roots: deps.authority.roots().map((root) => Certificate.parse(root)),
    // An expired certificate is judged as of its last moment: it may still ask for a renewal.
    at: certificate.notAfter < now ? certificate.notAfter : now,
  });
  if (!chain.ok) {
    if (chain.reason === 'not-yet-valid') {
      throw new DeskError('certificate-not-yet-valid', { from: certificate.notBefore.toISOString() });
    }
    throw new DeskError('certificate-foreign');
  }
  const row = await tx
    .selectFrom('certificate')
    .select(['id', 'entity_id', 'line_id', 'state', 'use'])
    .where('digest', '=', digest)
    .executeTakeFirst();
  if (!row?.entity_id || !row.line_id || row.use !== 'signing') throw new DeskError('certificate-unknown');
  checkState(row.state);
  const expired = certificate.notAfter < now;
  if (expired && deps.lateUntil(certificate.notAfter) < now) {
    throw new DeskError('certificate-expired-too-long', { on: certificate.notAfter.toISOString() });
  }
  await checkRegion(tx, row.entity_id, deps.settings.servedDivisions);
  const mode = expired ? 'renewal-only' : 'full';
  const actor = `holder:${digest.slice(0, 16)}`;
  await record(tx, { actor, action: 'access.signed-in', subject: digest, data: { mode } }, now);
  return { certificateId: row.id, entityId: row.entity_id, lineId: row.line_id, mode };
}

function parseCertificate(der: Uint8Array): Certificate {
  try {
    return Certificate.parse(der);
  } catch {
    throw new DeskError('certificate-invalid');
  }
}

function checkState(state: 'issued' | 'in-force' | 'suspended' | 'superseded' | 'revoked'): void {
  switch (state) {
    case 'in-force':
      return;
    case 'issued':
      throw new DeskError('certificate-not-usable');
    case 'suspended':
      throw new DeskError('certificate-suspended');
    case 'superseded':
      throw new DeskError('certificate-superseded');
    case 'revoked':
      throw new DeskError('certificate-revoked');
  }
}

/** GB 32100-2015: characters 3–8 of the unified social credit code are the division. */
async function checkRegion(tx: Tx, entityId: string, served: readonly string[]): Promise<void> {
  if (served.length === 0) return;
  const number = await tx
    .selectFrom('entity_number')
    .select('value')
    .where('entity_id', '=', entityId)
    .where('kind', '=', 'uscc')
    .executeTakeFirst();
  // Without a unified code the division is not known here; the register decides later.
  const division = number?.value.slice(2, 8);
  if (division !== undefined && !served.some((prefix) => division.startsWith(prefix))) {
    throw new DeskError('region-not-served');
  }
}
