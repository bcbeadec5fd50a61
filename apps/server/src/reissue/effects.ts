/** What a reissue's transitions do beside moving the case; each runs in the transition's own transaction. */
import type { CaseState } from '@certdesk/contract';
import { Certificate } from '@certdesk/pki';
import type { Authority } from '../authority/authority.ts';
import { putInForce, supersede } from '../authority/certificates.ts';
import { addEntityNumbers } from '../authority/entities.ts';
import type { EffectContext, Effects } from '../cases/engine.ts';
import type { Retirement } from '../keymanagement/port.ts';
import type { OrderDesk } from '../orders/orders.ts';
import { DeskError } from '../platform/error.ts';
import { enqueue } from '../platform/jobs.ts';
import type { Tx } from '../schema/database.ts';
import { recordChange } from './changed.ts';
import type { Reissue, ReissueData, RequestInput } from './data.ts';
import type { ReissueEffect } from './steps.ts';
import { encryptionInForce, pairName, pairOf } from './twins.ts';

export const retirePairsJob = 'retire-encryption-pairs';

type Context = EffectContext<CaseState, ReissueData, RequestInput>;

export interface EffectDeps {
  readonly authority: Authority;
  readonly orders: OrderDesk;
}

export function reissueEffects(
  deps: EffectDeps,
): Effects<CaseState, ReissueEffect, ReissueData, RequestInput> {
  return {
    'close-orders': async ({ tx, case: reissue, now }) => {
      await deps.orders.closeForCase(tx, reissue.id, now);
      return undefined;
    },

    withdraw: async ({ tx, case: reissue, input, now }) => {
      const { intentId, encryptionIntentId, pairs } = reissue.data;
      for (const intent of [intentId, encryptionIntentId])
        if (intent) await deps.authority.withdraw(tx, intent, now);
      // The pair for a request that is admitted in this very transaction stays.
      const admitted = input && pairName(reissue.id, input.publicKeyDigest);
      await retirePairs(
        tx,
        pairs.filter((pair) => pair !== admitted),
        'withdrawn',
      );
      return { ...nothingIssued, newKey: null, progress: null };
    },

    intend: (context) => intend(context, deps),

    supersede: async ({ tx, case: reissue, now }) => {
      const { newCertificateId, twin } = reissue.data;
      if (!newCertificateId) throw new Error(`case ${reissue.id} has no new certificate`);
      // In this order: a line never has two signing certificates in force.
      await supersede(tx, reissue.certificateId, newCertificateId, now);
      await putInForce(tx, newCertificateId, now);
      const change = twin ? await supersedeTwin(tx, reissue, now) : undefined;
      await addEntityNumbers(tx, reissue.entityId, reissue.data.added ?? []);
      await recordChange(tx, reissue, newCertificateId, now);
      return change;
    },

    'note-leftovers': async ({ case: reissue }) => {
      const { data } = reissue;
      // The same pair with other certificates, and nobody came to write them.
      if (reissue.state === 'proved' && data.newKey === data.oldKey) return { unwritten: true };
      if (reissue.state === 'proved') return data.kept ? undefined : { leftovers: [{ key: data.oldKey }] };
      const { container, orderGiven } = data;
      return orderGiven && container !== null ? { leftovers: [{ container }] } : undefined;
    },
  };
}

/**
 * Commits what the authority is to sign. Whoever asked finishes it at once; what a stop leaves open is finished by the next
 * request for it, or by a job that looks for such intents every minute.
 */
async function intend(
  { tx, case: reissue, input, now }: Context,
  deps: EffectDeps,
): Promise<Partial<ReissueData>> {
  const { notAfter, profile, twin, added = [], certificatesLost = 0 } = reissue.data;
  if (!input || !notAfter)
    throw new Error(`case ${reissue.id} asks for a certificate without request or end of validity`);
  const old = await tx
    .selectFrom('certificate')
    .select(['der', 'state'])
    .where('id', '=', reissue.certificateId)
    .executeTakeFirstOrThrow();
  // Revoked or suspended since the case was opened: nothing is issued on the strength of its key.
  if (old.state !== 'in-force')
    throw new DeskError(old.state === 'suspended' ? 'certificate-suspended' : 'certificate-revoked');
  const content = deps.authority.contentLike(Certificate.parse(old.der), new Date(notAfter));
  // Twins say the same of the same holder for the same time.
  const common = {
    requestDigest: input.requestDigest,
    ...(input.request && { request: input.request }),
    content: { ...content, identityNumbers: [...content.identityNumbers, ...added] },
    caseId: reissue.id,
    ...(reissue.lineId ? { lineId: reissue.lineId } : {}),
    entityId: reissue.entityId,
  };
  // One certificate per case and key pair, however often it is asked for; another one only where the CA withdrew it.
  const again = certificatesLost ? `:${certificatesLost}` : '';
  const idempotencyKey = `case:${reissue.id}:${input.publicKeyDigest}${again}`;
  const signing = { ...common, idempotencyKey, profile, publicKey: input.publicKey };
  const { intentId } = await deps.authority.intend(tx, signing, now);
  const change = { ...nothingIssued, intentId, newKey: input.publicKeyDigest };
  if (!twin) return change;
  if (!input.encryption) throw new Error(`case ${reissue.id} asks for twins without an encryption pair`);
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
async function supersedeTwin(tx: Tx, reissue: Reissue, now: Date): Promise<Partial<ReissueData>> {
  const { newEncryptionId, newKey, oldKey, pairs, twin } = reissue.data;
  if (!newEncryptionId) throw new Error(`case ${reissue.id} has no new encryption certificate`);
  const old = reissue.lineId ? await encryptionInForce(tx, reissue.lineId) : undefined;
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
