/** What renewal's transitions do beside moving the case; each runs in the transition's own transaction. */
import type { RenewalState } from '@certdesk/contract';
import { Certificate } from '@certdesk/pki';
import type { Authority } from '../../authority/authority.ts';
import { putInForce, supersede } from '../../authority/certificates.ts';
import type { EffectContext, Effects } from '../../cases/engine.ts';
import type { OrderDesk } from '../../orders/orders.ts';
import { DeskError } from '../../platform/error.ts';
import type { RenewalData, RequestInput } from './data.ts';
import type { RenewalEffect } from './steps.ts';

type Context = EffectContext<RenewalState, RenewalData, RequestInput>;

export interface EffectDeps {
  readonly authority: Authority;
  readonly orders: OrderDesk;
}

export function renewalEffects(
  deps: EffectDeps,
): Effects<RenewalState, RenewalEffect, RenewalData, RequestInput> {
  return {
    'close-orders': async ({ tx, case: renewal, now }) => {
      await deps.orders.closeForCase(tx, renewal.id, now);
      return undefined;
    },

    withdraw: async ({ tx, case: renewal, now }) => {
      if (renewal.data.intentId) await deps.authority.withdraw(tx, renewal.data.intentId, now);
      return {
        ...{ intentId: null, newKey: null, newCertificateId: null },
        ...{ proofNonce: null, provedBy: null, progress: null },
      };
    },

    intend: (context) => intend(context, deps),

    supersede: async ({ tx, case: renewal, now }) => {
      const { newCertificateId } = renewal.data;
      if (!newCertificateId) throw new Error(`case ${renewal.id} has no new certificate`);
      // In this order: a line never has two signing certificates in force.
      await supersede(tx, renewal.certificateId, newCertificateId, now);
      await putInForce(tx, newCertificateId, now);
      return undefined;
    },

    'note-leftovers': async ({ case: renewal }) => {
      const { data } = renewal;
      if (renewal.state === 'proved') return { leftovers: [{ key: data.oldKey }] };
      return data.orderGiven ? { leftovers: [{ container: data.container }] } : undefined;
    },
  };
}

/**
 * Commits what the authority is to sign. Whoever asked finishes it at once; what a stop leaves open is finished by the next
 * request for it, or by a job that looks for such intents every minute.
 */
async function intend(
  { tx, case: renewal, input, now }: Context,
  deps: EffectDeps,
): Promise<Partial<RenewalData>> {
  const { notAfter, profile, certificatesLost = 0 } = renewal.data;
  if (!input || !notAfter)
    throw new Error(`case ${renewal.id} asks for a certificate without request or term`);
  const old = await tx
    .selectFrom('certificate')
    .select(['der', 'state'])
    .where('id', '=', renewal.certificateId)
    .executeTakeFirstOrThrow();
  // Revoked or suspended since the case was opened: nothing is issued on the strength of its key.
  if (old.state !== 'in-force')
    throw new DeskError(old.state === 'suspended' ? 'certificate-suspended' : 'certificate-revoked');
  const { intentId } = await deps.authority.intend(
    tx,
    {
      // One certificate per case and key pair, however often it is asked for; another one only where the CA withdrew it.
      idempotencyKey: `case:${renewal.id}:${input.publicKeyDigest}${certificatesLost ? `:${certificatesLost}` : ''}`,
      profile,
      publicKey: input.publicKey,
      requestDigest: input.requestDigest,
      ...(input.request && { request: input.request }),
      content: deps.authority.contentLike(Certificate.parse(old.der), new Date(notAfter)),
      caseId: renewal.id,
      ...(renewal.lineId ? { lineId: renewal.lineId } : {}),
      entityId: renewal.entityId,
    },
    now,
  );
  return { intentId, newKey: input.publicKeyDigest, newCertificateId: null, proofNonce: null };
}
