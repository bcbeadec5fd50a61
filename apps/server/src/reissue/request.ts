/** A request of the new key, with what the old key says about it, becomes certificates. Every call may be repeated. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ReissuedCertificates, SignedStatement } from '@certdesk/contract';
import { Certificate, CertificationRequest, keyAlgorithmOf, publicKeyDigest } from '@certdesk/pki';
import type { z } from 'zod';
import type { Work } from '../orders/orders.ts';
import { readStatement } from '../orders/statement.ts';
import { DeskError } from '../platform/error.ts';
import type { Tx } from '../schema/database.ts';
import { certificateNamed } from './certificate-named.ts';
import type { Reissue, ReissueData, RequestInput } from './data.ts';
import type { ReissueDeps } from './deps.ts';
import type { ReissueIntents } from './intents.ts';
import { keyLossesAllowed } from './steps.ts';
import { encryptionInForce, pairName, pairOf } from './twins.ts';
import { actorOf } from './work.ts';

type CertificateAnswer = z.infer<typeof ReissuedCertificates>;

/** What comes with a request for twins; `envelope` null: the key has the pair already. */
interface EncryptionPair {
  readonly publicKey: Uint8Array;
  readonly pair: string | undefined;
  readonly envelope: Uint8Array | null;
}

/** What a request means to a case in its present state. */
type Meaning = 'requested' | 'key-lost' | 'key-lost-too-often' | 'same' | 'attention';

const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64');

/** A PKCS#10 request of the new key, with the old key's statement about it, becomes a certificate. */
export type RequestCertificate = (
  work: Work,
  requestDer: Uint8Array,
  statement: SignedStatement,
) => Promise<CertificateAnswer>;

export function reissueRequests(deps: ReissueDeps, intents: ReissueIntents): RequestCertificate {
  const { db, engine, authority } = deps;

  /** The certificates that the case has now, with the envelope that was made for its signing key. */
  async function certificateAnswer(
    caseId: string,
    encryption: EncryptionPair | undefined,
  ): Promise<CertificateAnswer> {
    const row = await db.selectFrom('desk_case').select('data').where('id', '=', caseId).executeTakeFirst();
    const { newCertificateId, newEncryptionId, twin } = (row?.data ?? {}) as unknown as ReissueData;
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
  async function checkKeyUnused(tx: Tx, reissue: Reissue, digest: string): Promise<void> {
    const { oldKey, recertify, keepsPairs } = reissue.data;
    if (digest === oldKey && recertify) return;
    if (keepsPairs) throw new DeskError('request-key');
    const used = await tx
      .selectFrom('certificate')
      .select('id')
      .where('public_key_digest', '=', digest)
      .where('id', '!=', reissue.data.newCertificateId ?? reissue.certificateId)
      .executeTakeFirst();
    if (used || digest === oldKey) throw new DeskError('request-key-used');
  }

  /**
   * What the old key signed must say exactly what this case says: nothing is taken from it that is not compared.
   * The nonce ties it to an order of this desk, the digest to this request.
   */
  async function checkStatement(
    tx: Tx,
    reissue: Reissue,
    { order }: Work,
    signed: SignedStatement,
    input: RequestInput,
  ) {
    const { statement } = deps;
    const old = await tx
      .selectFrom('certificate')
      .select(['der', 'digest'])
      .where('id', '=', reissue.certificateId)
      .executeTakeFirstOrThrow();
    const { publicKey } = Certificate.parse(old.der);
    const { value, verified } = readStatement(statement.type, statement.schema, signed, publicKey);
    if (!verified) throw new DeskError('signature-invalid');
    const confirmed = statement.confirmedIn(order, reissue, input);
    const expected = {
      origin: order.origin,
      order: order.id,
      case: reissue.id,
      nonce: order.nonce,
      certificate: old.digest,
      request: input.requestDigest,
      ...confirmed,
    };
    if (!confirmed || !isDeepStrictEqual(value, expected)) throw new DeskError('statement-invalid');
  }

  /** Decides, under the case's lock, what a request means now. */
  async function meaningOf(
    tx: Tx,
    reissue: Reissue,
    work: Work,
    input: RequestInput,
    signed: SignedStatement,
  ): Promise<Meaning> {
    const { state, data } = reissue;
    if (input.algorithm !== data.algorithm) throw new DeskError('request-key');
    await checkStatement(tx, reissue, work, signed, input);
    const sameKey = data.newKey === input.publicKeyDigest;
    if (state === 'ordered') {
      await checkKeyUnused(tx, reissue, input.publicKeyDigest);
      return 'requested';
    }
    if (state === 'attention') return 'attention';
    if (sameKey && ['issuing', 'issued', 'proved', 'done'].includes(state)) return 'same';
    if (state === 'issuing') throw new DeskError('issuing-not-yet');
    if (state !== 'issued') throw new DeskError('case-state');
    // Another key while one certificate is issued and not proved: the pair that it was issued for is lost.
    await checkKeyUnused(tx, reissue, input.publicKeyDigest);
    return data.keysLost >= keyLossesAllowed ? 'key-lost-too-often' : 'key-lost';
  }

  /**
   * @returns the case as it stands after the request, its intents committed or its certificates issued; in `attention`
   *   when the key has lost too many pairs
   */
  async function admit(
    tx: Tx,
    reissue: Reissue,
    meaning: Meaning,
    work: Work,
    input: RequestInput,
  ): Promise<Reissue> {
    if (meaning === 'same' || meaning === 'attention') return reissue;
    const move = { actor: actorOf(work), now: deps.clock(), input, note: { request: input.requestDigest } };
    if (meaning === 'requested') return engine.move(tx, reissue, 'requested', move);
    return engine.move(tx, reissue, meaning, { ...move, change: { keysLost: reissue.data.keysLost + 1 } });
  }

  /**
   * The encryption pair for a request, before anything is issued: the one that the old key has, where that key itself
   * is certified again, or the name of one of the key management, which is written down before it is asked.
   * @returns undefined where the case is not about twins, or gets no certificate any more
   */
  async function pairFor(
    tx: Tx,
    reissue: Reissue,
    meaning: Meaning,
    input: RequestInput,
  ): Promise<EncryptionPair | string | undefined> {
    const { twin, oldKey, pairs, keepsPairs } = reissue.data;
    if (!twin || meaning === 'attention' || meaning === 'key-lost-too-often') return undefined;
    if (input.publicKeyDigest === oldKey && reissue.lineId) {
      const present = await encryptionInForce(tx, reissue.lineId);
      if (present) {
        const { publicKey } = Certificate.parse(present.der);
        return { publicKey, pair: await pairOf(tx, present.id), envelope: null };
      }
    }
    // Stopped since the case was opened; no other pair may come in its place here.
    if (keepsPairs) throw new DeskError('certificate-revoked');
    const name = pairName(reissue.id, input.publicKeyDigest);
    if (!pairs.includes(name)) await engine.keep(tx, reissue.id, { pairs: [...pairs, name] });
    return name;
  }

  async function askForPair(name: string, signingKey: Uint8Array): Promise<EncryptionPair> {
    if (!deps.keys) throw new DeskError('key-management-unavailable');
    const { publicKey, envelope } = await deps.keys.give(name, signingKey);
    return { publicKey, pair: name, envelope };
  }

  /** The case as it stands after the request, with the encryption pair that goes with it. */
  async function admitted(work: Work, input: RequestInput, signed: SignedStatement) {
    /** @param given what was asked for between two transactions: no lock is held while another process answers */
    const step = (given?: EncryptionPair) =>
      db.transaction().execute(async (tx) => {
        const reissue = await engine.lock(tx, work.caseId);
        const meaning = await meaningOf(tx, reissue, work, input, signed);
        const encryption = given ?? (await pairFor(tx, reissue, meaning, input));
        if (typeof encryption === 'string') return encryption;
        const whole = encryption ? { ...input, encryption } : input;
        return { reissue: await admit(tx, reissue, meaning, work, whole), encryption };
      });
    for (let given: EncryptionPair | undefined; ; ) {
      const answer = await step(given);
      if (typeof answer !== 'string') return answer;
      given = await askForPair(answer, input.publicKey);
    }
  }

  return async (
    work: Work,
    requestDer: Uint8Array,
    statement: SignedStatement,
  ): Promise<CertificateAnswer> => {
    const input = readRequest(requestDer);
    const {
      reissue: { state, data },
      encryption,
    } = await admitted(work, input, statement);
    if (state === 'attention')
      throw new DeskError(data.referral === 'authority-refused' ? 'issuing-refused' : 'issuing-attention');
    if (!data.newCertificateId) {
      for (const intent of [data.encryptionIntentId, data.intentId])
        if (intent) await intents.finish(work.caseId, intent);
    }
    // One that its CA has withdrawn meanwhile is not written any more.
    else if (data.intentId && state === 'issued' && !data.provedBy)
      await intents.confirm(work.caseId, data.intentId);
    return certificateAnswer(work.caseId, encryption);
  };
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
