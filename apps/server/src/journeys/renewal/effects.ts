/** What renewal's transitions do beside moving the case; each runs in the transition's own transaction. */
import type { RenewalState } from '@certdesk/contract';
import { Certificate } from '@certdesk/pki';
import type { Authority } from '../../authority/authority.ts';
import { putInForce, supersede } from '../../authority/certificates.ts';
import type { EffectContext, Effects } from '../../cases/engine.ts';
import type { Retirement } from '../../keymanagement/port.ts';
import type { OrderDesk } from '../../orders/orders.ts';
import { DeskError } from '../../platform/error.ts';
import { enqueue } from '../../platform/jobs.ts';
import type { Tx } from '../../schema/database.ts';
import type { Renewal, RenewalData, RequestInput } from './data.ts';
import type { RenewalEffect } from './steps.ts';
import { encryptionInForce, pairName, pairOf } from './twins.ts';

export const retirePairsJob = 'retire-encryption-pairs';

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

    withdraw: async ({ tx, case: renewal, input, now }) => {
      const { intentId, encryptionIntentId, pairs } = renewal.data;
      for (const intent of [intentId, encryptionIntentId])
        if (intent) await deps.authority.withdraw(tx, intent, now);
      // The pair for a request that is admitted in this very transaction stays.
      const admitted = input && pairName(renewal.id, input.publicKeyDigest);
      await retirePairs(
        tx,
        pairs.filter((pair) => pair !== admitted),
        'withdrawn',
      );
      return { ...nothingIssued, newKey: null, progress: null };
    },

    intend: (context) => intend(context, deps),

    supersede: async ({ tx, case: renewal, now }) => {
      const { newCertificateId, twin } = renewal.data;
      if (!newCertificateId) throw new Error(`case ${renewal.id} has no new certificate`);
      // In this order: a line never has two signing certificates in force.
      await supersede(tx, renewal.certificateId, newCertificateId, now);
      await putInForce(tx, newCertificateId, now);
      return twin ? supersedeTwin(tx, renewal, now) : undefined;
    },

    'note-leftovers': async ({ case: renewal }) => {
      const { data } = renewal;
      // The same pair with other certificates, and nobody came to write them.
      if (renewal.state === 'proved' && data.newKey === data.oldKey) return { unwritten: true };
      if (renewal.state === 'proved') return data.kept ? undefined : { leftovers: [{ key: data.oldKey }] };
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
  const { notAfter, profile, twin, certificatesLost = 0 } = renewal.data;
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
  // Twins say the same of the same holder for the same time.
  const common = {
    requestDigest: input.requestDigest,
    ...(input.request && { request: input.request }),
    content: deps.authority.contentLike(Certificate.parse(old.der), new Date(notAfter)),
    caseId: renewal.id,
    ...(renewal.lineId ? { lineId: renewal.lineId } : {}),
    entityId: renewal.entityId,
  };
  // One certificate per case and key pair, however often it is asked for; another one only where the CA withdrew it.
  const again = certificatesLost ? `:${certificatesLost}` : '';
  const idempotencyKey = `case:${renewal.id}:${input.publicKeyDigest}${again}`;
  const signing = { ...common, idempotencyKey, profile, publicKey: input.publicKey };
  const { intentId } = await deps.authority.intend(tx, signing, now);
  const change = { ...nothingIssued, intentId, newKey: input.publicKeyDigest };
  if (!twin) return change;
  if (!input.encryption) throw new Error(`case ${renewal.id} asks for twins without an encryption pair`);
  const { publicKey, pair } = input.encryption;
  const encryption = {
    ...common,
    idempotencyKey: `${idempotencyKey}:encryption`,
    profile: twin.encryption,
    publicKey,
  };
  const { intentId: encryptionIntentId } = await deps.authority.intend(tx, encryption, now);
  if (pair)
    await tx
      .insertInto('certificate_pair')
      .values({ certificate_id: encryptionIntentId, pair })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  return { ...change, encryptionIntentId };
}

const nothingIssued = {
  intentId: null,
  newCertificateId: null,
  encryptionIntentId: null,
  newEncryptionId: null,
  proofNonce: null,
  provedBy: null,
  encryptionProof: null,
};

/** The new encryption certificate comes into force, the old one goes; what becomes of the old pair is decided here. */
async function supersedeTwin(tx: Tx, renewal: Renewal, now: Date): Promise<Partial<RenewalData>> {
  const { newEncryptionId, newKey, oldKey, pairs, twin } = renewal.data;
  if (!newEncryptionId) throw new Error(`case ${renewal.id} has no new encryption certificate`);
  const old = renewal.lineId ? await encryptionInForce(tx, renewal.lineId) : undefined;
  if (old) await supersede(tx, old.id, newEncryptionId, now);
  await putInForce(tx, newEncryptionId, now);
  const [present, former] = [await pairOf(tx, newEncryptionId), old && (await pairOf(tx, old.id))];
  // What was asked for and not used: of a key that was lost, or of one who asked at the same moment.
  await retirePairs(
    tx,
    pairs.filter((pair) => pair !== present),
    'withdrawn',
  );
  if (former && former !== present) await retirePairs(tx, [former], 'superseded');
  const keeps = old !== undefined && newKey !== oldKey && (twin?.keep ?? 0) > 0;
  return { kept: keeps ? { key: oldKey, inHistory: former !== undefined } : null };
}

/** A job tells the key management, as often as it takes. */
async function retirePairs(tx: Tx, pairs: readonly string[], reason: Retirement): Promise<void> {
  if (pairs.length > 0) await enqueue(tx, retirePairsJob, { pairs: [...pairs], reason });
}
