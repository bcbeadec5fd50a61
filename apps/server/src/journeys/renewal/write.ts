/**
 * The writing, as the assistant drives it with an order's token: a request becomes a certificate, the certificate is
 * proved, the old one leaves the key. Every call may be repeated, because every answer may be lost.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ProofStatement, RenewalStatement, type SignedStatement, signedTypes } from '@certdesk/contract';
import { Certificate, CertificationRequest, keyAlgorithmOf, publicKeyDigest } from '@certdesk/pki';
import { sql } from 'kysely';
import type { Work } from '../../orders/bearer.ts';
import { readStatement } from '../../orders/statement.ts';
import { DeskError } from '../../platform/error.ts';
import { randomNonce } from '../../platform/random.ts';
import type { Tx } from '../../schema/database.ts';
import type { Renewal, RequestInput } from './data.ts';
import type { RenewalDeps } from './renewal.ts';
import { certificateLossesAllowed, keyLossesAllowed } from './steps.ts';

type CertificateAnswer = { certificate: string; chain: string[] };
const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64');

export function renewalWriter(deps: RenewalDeps) {
  const { db, engine, authority } = deps;
  const actorOf = (work: Work) => `assistant:${work.order.id}`;

  /** Signs an open intent, or finds that it is signed already, and moves the case in the same transaction. */
  async function finishIntent(caseId: string, intentId: string): Promise<void> {
    let renewal: Renewal | undefined;
    await authority.finish(intentId, {
      // The case first, then the intent: the order in which a cancelling holder takes the two locks.
      lock: async (tx) => {
        renewal = await engine.lock(tx, caseId);
      },
      settle: async (tx, certificate) => {
        if (renewal?.state !== 'issuing' || renewal.data.intentId !== intentId) return;
        await engine.move(tx, renewal, 'issued', {
          actor: 'authority',
          now: deps.clock(),
          change: { newCertificateId: certificate.id },
          note: { certificate: certificate.digest, serialNumber: certificate.serialNumber },
        });
      },
      refuse: async (tx) => {
        if (renewal?.state !== 'issuing' || renewal.data.intentId !== intentId) return;
        const change = { referral: 'authority-refused' as const };
        await engine.move(tx, renewal, 'refused', { actor: 'authority', now: deps.clock(), change });
      },
    });
  }

  /** Confirms a proved certificate to a CA that wants it, and moves the case by what the CA says, in the same transaction. */
  async function confirmIntent(caseId: string, intentId: string): Promise<void> {
    let renewal: Renewal | undefined;
    await authority.confirm(intentId, {
      lock: async (tx) => {
        renewal = await engine.lock(tx, caseId);
      },
      settle: async (tx, outcome) => {
        if (renewal?.state !== 'issued' || renewal.data.intentId !== intentId) return;
        if (outcome === 'lost') return lose(tx, renewal, intentId);
        const { digest } = await tx
          .selectFrom('certificate')
          .select('digest')
          .where('id', '=', renewal.data.newCertificateId)
          .executeTakeFirstOrThrow();
        const actor = renewal.data.provedBy ?? 'authority';
        await engine.move(tx, renewal, 'proved', { actor, now: deps.clock(), note: { certificate: digest } });
      },
    });
  }

  /** The CA withdrew the certificate before it was in force: it is asked for another one for the same key. */
  async function lose(tx: Tx, renewal: Renewal, intentId: string): Promise<void> {
    const intent = await tx
      .selectFrom('issuance_intent')
      .select(['public_key', 'public_key_digest', 'request_digest', 'request'])
      .where('id', '=', intentId)
      .executeTakeFirstOrThrow();
    const old = await tx
      .selectFrom('certificate')
      .select('state')
      .where('id', '=', renewal.certificateId)
      .executeTakeFirstOrThrow();
    const certificatesLost = (renewal.data.certificatesLost ?? 0) + 1;
    const move = { actor: 'authority', now: deps.clock() };
    if (certificatesLost > certificateLossesAllowed || old.state !== 'in-force') {
      const change = { certificatesLost, referral: 'authority-refused' as const };
      await engine.move(tx, renewal, 'certificate-lost-too-often', { ...move, change });
      return;
    }
    const input = {
      algorithm: renewal.data.algorithm,
      publicKey: intent.public_key,
      publicKeyDigest: intent.public_key_digest,
      requestDigest: intent.request_digest,
      ...(intent.request && { request: intent.request }),
    };
    await engine.move(tx, renewal, 'certificate-lost', { ...move, input, change: { certificatesLost } });
  }

  async function stateOf(caseId: string): Promise<Renewal['state']> {
    const row = await db
      .selectFrom('desk_case')
      .select('state')
      .where('id', '=', caseId)
      .executeTakeFirstOrThrow();
    return row.state as Renewal['state'];
  }

  /** The certificate that the case has now. */
  async function certificateAnswer(caseId: string): Promise<CertificateAnswer> {
    const issued = await db
      .selectFrom('desk_case')
      .innerJoin('certificate', (on) =>
        on.on('certificate.id', '=', sql<string>`(desk_case.data ->> 'newCertificateId')::uuid`),
      )
      .select(['der', 'issuer'])
      .where('desk_case.id', '=', caseId)
      .executeTakeFirst();
    if (!issued) throw new DeskError('issuing-not-yet');
    return { certificate: base64(issued.der), chain: authority.chain(issued.issuer).map(base64) };
  }

  /** The new key must be new: no certificate, ours or imported, may carry it already. */
  async function checkKeyUnused(tx: Tx, renewal: Renewal, digest: string): Promise<void> {
    const used = await tx
      .selectFrom('certificate')
      .select('id')
      .where('public_key_digest', '=', digest)
      .where('id', '!=', renewal.data.newCertificateId ?? renewal.certificateId)
      .executeTakeFirst();
    if (used || digest === renewal.data.oldKey) throw new DeskError('request-key-used');
  }

  /**
   * What the old key signed must say exactly what this case says: nothing is taken from it that is not compared.
   * The nonce ties it to an order of this desk, the digest to this request.
   */
  async function checkStatement(
    tx: Tx,
    renewal: Renewal,
    work: Work,
    signed: SignedStatement,
    requestDigest: string,
  ) {
    const { order } = work;
    if (order.purpose !== 'renewal') throw new DeskError('order-unknown');
    const old = await tx
      .selectFrom('certificate')
      .select(['der', 'digest'])
      .where('id', '=', renewal.certificateId)
      .executeTakeFirstOrThrow();
    const { publicKey } = Certificate.parse(old.der);
    const { value, verified } = readStatement(signedTypes.renewal, RenewalStatement, signed, publicKey);
    if (!verified) throw new DeskError('signature-invalid');
    const expected: RenewalStatement = {
      origin: order.origin,
      order: order.id,
      case: renewal.id,
      nonce: order.nonce,
      certificate: old.digest,
      request: requestDigest,
      confirmed: order.confirmed,
    };
    const asInCase =
      order.confirmed.years === renewal.data.years &&
      isDeepStrictEqual(order.confirmed.agreement, renewal.data.agreement);
    if (!asInCase || !isDeepStrictEqual(value, expected)) throw new DeskError('statement-invalid');
  }

  function readRequest(der: Uint8Array): RequestInput {
    let request: CertificationRequest;
    let verified: boolean;
    let algorithm: string;
    try {
      request = CertificationRequest.parse(der);
      verified = request.verify();
      algorithm = keyAlgorithmOf(request.publicKey);
    } catch {
      throw new DeskError('request-signature');
    }
    if (!verified) throw new DeskError('request-signature');
    return {
      algorithm,
      publicKey: request.publicKey,
      publicKeyDigest: publicKeyDigest(request.publicKey),
      requestDigest: createHash('sha256').update(der).digest('hex'),
      request: der,
    };
  }

  /**
   * Decides, under the case's lock, what a request means now.
   * @returns the case as it stands then, its intent committed or its certificate issued; in `attention` when the key has
   *   lost too many pairs
   */
  async function admit(tx: Tx, work: Work, input: RequestInput, signed: SignedStatement): Promise<Renewal> {
    const renewal = await engine.lock(tx, work.caseId);
    const { state, data } = renewal;
    if (input.algorithm !== data.algorithm) throw new DeskError('request-key');
    await checkStatement(tx, renewal, work, signed, input.requestDigest);
    const sameKey = data.newKey === input.publicKeyDigest;
    const move = { actor: actorOf(work), now: deps.clock(), input, note: { request: input.requestDigest } };
    if (state === 'ordered') {
      await checkKeyUnused(tx, renewal, input.publicKeyDigest);
      return engine.move(tx, renewal, 'requested', move);
    }
    if (state === 'attention') return renewal;
    if (sameKey && ['issuing', 'issued', 'proved', 'done'].includes(state)) return renewal;
    if (state === 'issuing') throw new DeskError('issuing-not-yet');
    if (state !== 'issued') throw new DeskError('case-state');
    // Another key while one certificate is issued and not proved: the pair that it was issued for is lost.
    await checkKeyUnused(tx, renewal, input.publicKeyDigest);
    const lost = data.keysLost >= keyLossesAllowed ? 'key-lost-too-often' : 'key-lost';
    return engine.move(tx, renewal, lost, { ...move, change: { keysLost: data.keysLost + 1 } });
  }

  return {
    finishIntent,
    confirmIntent,

    /** A PKCS#10 request of the new key, with the old key's statement about it, becomes a certificate. */
    async request(
      work: Work,
      requestDer: Uint8Array,
      statement: SignedStatement,
    ): Promise<CertificateAnswer> {
      const input = readRequest(requestDer);
      const { state, data } = await db.transaction().execute((tx) => admit(tx, work, input, statement));
      if (state === 'attention')
        throw new DeskError(data.referral === 'authority-refused' ? 'issuing-refused' : 'issuing-attention');
      if (data.intentId && !data.newCertificateId) await finishIntent(work.caseId, data.intentId);
      // One that its CA has withdrawn meanwhile is not written any more.
      else if (data.intentId && state === 'issued' && !data.provedBy)
        await confirmIntent(work.caseId, data.intentId);
      return certificateAnswer(work.caseId);
    },

    /** A nonce for the proof; the same until the proof is made, so that asking again harms nothing. */
    async proofChallenge(work: Work): Promise<{ nonce: string }> {
      return db.transaction().execute(async (tx) => {
        const renewal = await engine.lock(tx, work.caseId);
        if (renewal.data.proofNonce) return { nonce: renewal.data.proofNonce };
        if (renewal.state !== 'issued') throw new DeskError('case-state');
        const nonce = randomNonce();
        await engine.keep(tx, renewal.id, { proofNonce: nonce });
        return { nonce };
      });
    },

    /**
     * The new key signed the nonce: in one transaction its certificate comes into force and the old one goes. Where the CA
     * is to confirm it, that is the transaction which stores the confirmation.
     */
    async prove(work: Work, signed: SignedStatement): Promise<Renewal['state']> {
      const { state, owed } = await db.transaction().execute(async (tx) => {
        const renewal = await engine.lock(tx, work.caseId);
        const { data, state } = renewal;
        if (!['issued', 'proved', 'done'].includes(state) || !data.newCertificateId)
          throw new DeskError('case-state');
        if (!data.proofNonce) throw new DeskError('proof-unknown');
        const fresh = await tx
          .selectFrom('certificate')
          .select(['der', 'digest'])
          .where('id', '=', data.newCertificateId)
          .executeTakeFirstOrThrow();
        const { publicKey } = Certificate.parse(fresh.der);
        const { value, verified } = readStatement(signedTypes.proof, ProofStatement, signed, publicKey);
        if (!verified) throw new DeskError('signature-invalid');
        const expected: ProofStatement = {
          origin: work.order.origin,
          case: renewal.id,
          nonce: data.proofNonce,
          certificate: fresh.digest,
        };
        if (!isDeepStrictEqual(value, expected)) throw new DeskError('statement-invalid');
        if (state !== 'issued' || !data.intentId) return { state, owed: null };
        if (!(await authority.proved(tx, data.intentId, deps.clock()))) {
          await engine.keep(tx, renewal.id, { provedBy: actorOf(work) });
          return { state, owed: data.intentId };
        }
        const note = { certificate: fresh.digest };
        const proved = await engine.move(tx, renewal, 'proved', {
          actor: actorOf(work),
          now: deps.clock(),
          note,
        });
        return { state: proved.state, owed: null };
      });
      if (!owed) return state;
      await confirmIntent(work.caseId, owed);
      const after = await stateOf(work.caseId);
      if (after === 'issuing' || after === 'attention') throw new DeskError('issuing-lost');
      return after;
    },

    /** The old container has left the key, and so have these of the order's leftovers. */
    async finish(work: Work, gone: readonly number[]): Promise<Renewal['state']> {
      return db.transaction().execute(async (tx) => {
        const renewal = await engine.lock(tx, work.caseId);
        const { order } = work;
        if (order.purpose === 'sign-in') throw new DeskError('order-unknown');
        if (renewal.open && !['proved', 'done'].includes(renewal.state)) throw new DeskError('case-state');
        const left = gone.map((at) => order.leftovers[at]);
        const rows = await tx
          .selectFrom('desk_case')
          .select(['id', 'data'])
          .where('line_id', '=', renewal.lineId)
          .where('journey', '=', 'renewal')
          .forUpdate()
          .execute();
        for (const row of rows) {
          const before = (row.data as unknown as Renewal['data']).leftovers;
          const leftovers = before.filter((one) => !left.some((other) => isDeepStrictEqual(one, other)));
          if (leftovers.length < before.length) await engine.keep(tx, row.id, { leftovers });
        }
        if (renewal.state !== 'proved') {
          if (!renewal.open) await deps.orders.closeForCase(tx, renewal.id, deps.clock());
          return renewal.state;
        }
        const done = await engine.move(tx, renewal, 'tidied', { actor: actorOf(work), now: deps.clock() });
        return done.state;
      });
    },
  };
}

export type RenewalWriter = ReturnType<typeof renewalWriter>;
