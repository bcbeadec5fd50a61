/**
 * The writing, as the assistant drives it with an order's token: a request becomes a certificate, the certificate is
 * proved, the old one leaves the key. Every call may be repeated, because every answer may be lost.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  type ProofChallenge,
  ProofStatement,
  RenewalStatement,
  type RenewedCertificates,
  type SignedStatement,
  signedTypes,
} from '@certdesk/contract';
import { Certificate, CertificationRequest, keyAlgorithmOf, publicKeyDigest } from '@certdesk/pki';
import type { z } from 'zod';
import type { Work } from '../../orders/bearer.ts';
import { readStatement } from '../../orders/statement.ts';
import { DeskError } from '../../platform/error.ts';
import { randomNonce } from '../../platform/random.ts';
import type { Db, Tx } from '../../schema/database.ts';
import type { Renewal, RenewalData, RequestInput } from './data.ts';
import type { RenewalDeps } from './renewal.ts';
import { certificateLossesAllowed, keyLossesAllowed } from './steps.ts';
import { encryptionInForce, makeEncryptionProof, pairName, pairOf, provesEncryption } from './twins.ts';

type CertificateAnswer = z.infer<typeof RenewedCertificates>;
type Challenge = z.infer<typeof ProofChallenge>;
/** What comes with a request for twins; `envelope` null: the key has the pair already. */
interface EncryptionPair {
  readonly publicKey: Uint8Array;
  readonly pair: string | undefined;
  readonly envelope: Uint8Array | null;
}
const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64');

export function renewalWriter(deps: RenewalDeps) {
  const { db, engine, authority } = deps;
  const actorOf = (work: Work) => `assistant:${work.order.id}`;

  /**
   * Signs an open intent, or finds that it is signed already. The case moves in the transaction that stores its last
   * certificate: of twins neither is the case's before both are there.
   */
  async function finishIntent(caseId: string, intentId: string): Promise<void> {
    let renewal: Renewal | undefined;
    await authority.finish(intentId, {
      // The case first, then the intent: the order in which a cancelling holder takes the two locks.
      lock: async (tx) => {
        renewal = await engine.lock(tx, caseId);
      },
      settle: async (tx, certificate) => {
        if (renewal?.state !== 'issuing') return;
        const { intentId: signing, encryptionIntentId: encryption } = renewal.data;
        if (intentId !== signing && intentId !== encryption) return;
        const other = intentId === signing ? encryption : signing;
        // A certificate has its intent's id.
        const twin = other ? await certificateNamed(tx, other) : undefined;
        if (other && !twin) return;
        const [one, two] = intentId === signing ? [certificate, twin] : [twin, certificate];
        await engine.move(tx, renewal, 'issued', {
          actor: 'authority',
          now: deps.clock(),
          change: { newCertificateId: signing, newEncryptionId: encryption },
          note: {
            certificate: one?.digest,
            serialNumber: one?.serialNumber,
            ...(encryption && { encryption: two?.digest, encryptionSerialNumber: two?.serialNumber }),
          },
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

  const certificateNamed = (tx: Db | Tx, id: string) =>
    tx
      .selectFrom('certificate')
      .select(['id', 'der', 'digest', 'issuer', 'serial_number as serialNumber', 'public_key_digest'])
      .where('id', '=', id)
      .executeTakeFirst();

  /** The certificates that the case has now, with the envelope that was made for its signing key. */
  async function certificateAnswer(
    caseId: string,
    encryption: EncryptionPair | undefined,
  ): Promise<CertificateAnswer> {
    const row = await db.selectFrom('desk_case').select('data').where('id', '=', caseId).executeTakeFirst();
    const { newCertificateId, newEncryptionId, twin } = (row?.data ?? {}) as unknown as RenewalData;
    const issued = newCertificateId && (await certificateNamed(db, newCertificateId));
    if (!issued) throw new DeskError('issuing-not-yet');
    const certificate = base64(issued.der);
    const chain = authority.chain(issued.issuer).map(base64);
    if (!twin) return { certificate, chain, twin: null };
    const second = newEncryptionId && (await certificateNamed(db, newEncryptionId));
    if (!second || !encryption) throw new DeskError('issuing-not-yet');
    // Restored from an older backup, the key management would give another pair than the one that was certified.
    if (publicKeyDigest(encryption.publicKey) !== second.public_key_digest)
      throw new DeskError('encryption-pair-bound', { reason: 'the key management gave another pair' });
    const envelope = encryption.envelope && base64(encryption.envelope);
    return { certificate, chain, twin: { certificate: base64(second.der), envelope } };
  }

  /**
   * The new key must be new: no certificate, ours or imported, may carry it already. The old key itself may ask for
   * another certificate where the case's profile allows that.
   */
  async function checkKeyUnused(tx: Tx, renewal: Renewal, digest: string): Promise<void> {
    if (digest === renewal.data.oldKey && renewal.data.recertify) return;
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
    { requestDigest, publicKeyDigest: key }: RequestInput,
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
      pair: key === renewal.data.oldKey ? 'present' : 'new',
      confirmed: order.confirmed,
    };
    const asInCase =
      order.confirmed.years === renewal.data.years &&
      order.confirmed.twin === (renewal.data.twin !== null) &&
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

  type Meaning = 'requested' | 'key-lost' | 'key-lost-too-often' | 'same' | 'attention';

  /** Decides, under the case's lock, what a request means now. */
  async function meaningOf(
    tx: Tx,
    renewal: Renewal,
    work: Work,
    input: RequestInput,
    signed: SignedStatement,
  ): Promise<Meaning> {
    const { state, data } = renewal;
    if (input.algorithm !== data.algorithm) throw new DeskError('request-key');
    await checkStatement(tx, renewal, work, signed, input);
    const sameKey = data.newKey === input.publicKeyDigest;
    if (state === 'ordered') {
      await checkKeyUnused(tx, renewal, input.publicKeyDigest);
      return 'requested';
    }
    if (state === 'attention') return 'attention';
    if (sameKey && ['issuing', 'issued', 'proved', 'done'].includes(state)) return 'same';
    if (state === 'issuing') throw new DeskError('issuing-not-yet');
    if (state !== 'issued') throw new DeskError('case-state');
    // Another key while one certificate is issued and not proved: the pair that it was issued for is lost.
    await checkKeyUnused(tx, renewal, input.publicKeyDigest);
    return data.keysLost >= keyLossesAllowed ? 'key-lost-too-often' : 'key-lost';
  }

  /**
   * @returns the case as it stands after the request, its intents committed or its certificates issued; in `attention`
   *   when the key has lost too many pairs
   */
  async function admit(tx: Tx, work: Work, input: RequestInput, signed: SignedStatement): Promise<Renewal> {
    const renewal = await engine.lock(tx, work.caseId);
    const meaning = await meaningOf(tx, renewal, work, input, signed);
    if (meaning === 'same' || meaning === 'attention') return renewal;
    const move = { actor: actorOf(work), now: deps.clock(), input, note: { request: input.requestDigest } };
    if (meaning === 'requested') return engine.move(tx, renewal, 'requested', move);
    return engine.move(tx, renewal, meaning, { ...move, change: { keysLost: renewal.data.keysLost + 1 } });
  }

  /**
   * The encryption pair for a request, before anything is issued: the one that the old key has, where that key itself
   * is certified again, or one of the key management, whose name was written down before it is asked.
   * @returns undefined where the case is not about twins, or gets no certificate any more
   */
  async function encryptionPairFor(
    work: Work,
    input: RequestInput,
    signed: SignedStatement,
  ): Promise<EncryptionPair | undefined> {
    const asked = await db.transaction().execute(async (tx) => {
      const renewal = await engine.lock(tx, work.caseId);
      const { twin, oldKey, pairs } = renewal.data;
      if (!twin) return undefined;
      const meaning = await meaningOf(tx, renewal, work, input, signed);
      if (meaning === 'attention' || meaning === 'key-lost-too-often') return undefined;
      if (input.publicKeyDigest === oldKey && renewal.lineId) {
        const present = await encryptionInForce(tx, renewal.lineId);
        if (present) {
          const { publicKey } = Certificate.parse(present.der);
          return { publicKey, pair: await pairOf(tx, present.id), envelope: null };
        }
      }
      const name = pairName(renewal.id, input.publicKeyDigest);
      if (!pairs.includes(name)) await engine.keep(tx, renewal.id, { pairs: [...pairs, name] });
      return name;
    });
    if (typeof asked !== 'string') return asked;
    if (!deps.keys) throw new DeskError('key-management-unavailable');
    const { publicKey, envelope } = await deps.keys.give(asked, input.publicKey);
    return { publicKey, pair: asked, envelope };
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
      const encryption = await encryptionPairFor(work, input, statement);
      const whole = encryption ? { ...input, encryption } : input;
      const { state, data } = await db.transaction().execute((tx) => admit(tx, work, whole, statement));
      if (state === 'attention')
        throw new DeskError(data.referral === 'authority-refused' ? 'issuing-refused' : 'issuing-attention');
      if (!data.newCertificateId) {
        for (const intent of [data.encryptionIntentId, data.intentId])
          if (intent) await finishIntent(work.caseId, intent);
      }
      // One that its CA has withdrawn meanwhile is not written any more.
      else if (data.intentId && state === 'issued' && !data.provedBy)
        await confirmIntent(work.caseId, data.intentId);
      return certificateAnswer(work.caseId, encryption);
    },

    /** What the proof is made of; the same until it is made, so that asking again harms nothing. */
    async proofChallenge(work: Work): Promise<Challenge> {
      return db.transaction().execute(async (tx) => {
        const renewal = await engine.lock(tx, work.caseId);
        const { proofNonce, encryptionProof, newEncryptionId } = renewal.data;
        if (proofNonce) return challengeOf(proofNonce, encryptionProof);
        if (renewal.state !== 'issued') throw new DeskError('case-state');
        const nonce = randomNonce();
        const encryption = newEncryptionId ? await certificateNamed(tx, newEncryptionId) : undefined;
        const proof = encryption ? makeEncryptionProof(encryption, { case: renewal.id, nonce }) : null;
        await engine.keep(tx, renewal.id, { proofNonce: nonce, encryptionProof: proof });
        return challengeOf(nonce, proof);
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
        const fresh = await certificateNamed(tx, data.newCertificateId);
        const twin = data.newEncryptionId ? await certificateNamed(tx, data.newEncryptionId) : undefined;
        if (!fresh) throw new DeskError('proof-unknown');
        const { publicKey } = Certificate.parse(fresh.der);
        const { value, verified } = readStatement(signedTypes.proof, ProofStatement, signed, publicKey);
        if (!verified) throw new DeskError('signature-invalid');
        const expected: ProofStatement = {
          origin: work.order.origin,
          case: renewal.id,
          nonce: data.proofNonce,
          certificate: fresh.digest,
          twin: twin ? { certificate: twin.digest, check: value.twin?.check ?? '' } : null,
        };
        if (!isDeepStrictEqual(value, expected)) throw new DeskError('statement-invalid');
        const { encryptionProof } = data;
        if (twin && !(encryptionProof && provesEncryption(encryptionProof, value.twin?.check ?? '')))
          throw new DeskError('proof-encryption');
        if (state !== 'issued' || !data.intentId) return { state, owed: null };
        if (!(await authority.proved(tx, data.intentId, deps.clock()))) {
          await engine.keep(tx, renewal.id, { provedBy: actorOf(work) });
          return { state, owed: data.intentId };
        }
        const note = { certificate: fresh.digest, ...(twin && { encryption: twin.digest }) };
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
        const written = order.purpose === 'renewal' || order.certificates.length > 0;
        const rows = await tx
          .selectFrom('desk_case')
          .select(['id', 'data'])
          .where('line_id', '=', renewal.lineId)
          .where('journey', '=', 'renewal')
          .forUpdate()
          .execute();
        for (const row of rows) {
          const before = row.data as unknown as RenewalData;
          const leftovers = before.leftovers.filter(
            (one) => !left.some((other) => isDeepStrictEqual(one, other)),
          );
          const { key } = before.kept ?? {};
          const kept = left.some((one) => key && isDeepStrictEqual(one, { key })) ? null : before.kept;
          const unwritten = before.unwritten && !written;
          const changed = leftovers.length < before.leftovers.length || kept !== before.kept;
          if (changed || unwritten !== before.unwritten)
            await engine.keep(tx, row.id, { leftovers, kept, unwritten });
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

function challengeOf(nonce: string, proof: RenewalData['encryptionProof']): Challenge {
  return { nonce, twin: proof && { wrappedKey: proof.wrappedKey, data: proof.data } };
}

export type RenewalWriter = ReturnType<typeof renewalWriter>;
