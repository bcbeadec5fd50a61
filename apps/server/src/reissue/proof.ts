/** The proof: the new keys do what only they can, and with that the new certificates come into force and the old ones go. */
import { isDeepStrictEqual } from 'node:util';
import { type ProofChallenge, ProofStatement, type SignedStatement, signedTypes } from '@certdesk/contract';
import { Certificate } from '@certdesk/pki';
import type { z } from 'zod';
import type { Work } from '../orders/orders.ts';
import { readStatement } from '../orders/statement.ts';
import { DeskError } from '../platform/error.ts';
import { randomNonce } from '../platform/random.ts';
import { certificateNamed } from './certificate-named.ts';
import type { Reissue, ReissueData } from './data.ts';
import type { ReissueDeps } from './deps.ts';
import type { ReissueIntents } from './intents.ts';
import { makeEncryptionProof, provesEncryption } from './twins.ts';
import { actorOf } from './work.ts';

type Challenge = z.infer<typeof ProofChallenge>;

export function reissueProof(deps: ReissueDeps, intents: ReissueIntents) {
  const { db, engine, authority } = deps;

  async function stateOf(caseId: string): Promise<Reissue['state']> {
    const row = await db
      .selectFrom('desk_case')
      .select('state')
      .where('id', '=', caseId)
      .executeTakeFirstOrThrow();
    return row.state as Reissue['state'];
  }

  return {
    /** What the proof is made of; the same until it is made, so that asking again harms nothing. */
    async proofChallenge(work: Work): Promise<Challenge> {
      return db.transaction().execute(async (tx) => {
        const reissue = await engine.lock(tx, work.caseId);
        const { proofNonce, encryptionProof, newEncryptionId } = reissue.data;
        if (proofNonce) return challengeOf(proofNonce, encryptionProof);
        if (reissue.state !== 'issued') throw new DeskError('case-state');
        const nonce = randomNonce();
        const encryption = newEncryptionId ? await certificateNamed(tx, newEncryptionId) : undefined;
        const proof = encryption ? makeEncryptionProof(encryption, { case: reissue.id, nonce }) : null;
        await engine.keep(tx, reissue.id, { proofNonce: nonce, encryptionProof: proof });
        return challengeOf(nonce, proof);
      });
    },

    /**
     * The new key signed the nonce: in one transaction its certificate comes into force and the old one goes. Where the CA
     * is to confirm it, that is the transaction which stores the confirmation.
     */
    async prove(work: Work, signed: SignedStatement): Promise<Reissue['state']> {
      const { state, owed } = await db.transaction().execute(async (tx) => {
        const reissue = await engine.lock(tx, work.caseId);
        const { data, state } = reissue;
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
          case: reissue.id,
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
          await engine.keep(tx, reissue.id, { provedBy: actorOf(work) });
          return { state, owed: data.intentId };
        }
        const note = { certificate: fresh.digest, ...(twin && { encryption: twin.digest }) };
        const proved = await engine.move(tx, reissue, 'proved', {
          actor: actorOf(work),
          now: deps.clock(),
          note,
        });
        return { state: proved.state, owed: null };
      });
      if (!owed) return state;
      await intents.confirm(work.caseId, owed);
      const after = await stateOf(work.caseId);
      if (after === 'issuing' || after === 'attention') throw new DeskError('issuing-lost');
      return after;
    },
  };
}

function challengeOf(nonce: string, proof: ReissueData['encryptionProof']): Challenge {
  return { nonce, twin: proof && { wrappedKey: proof.wrappedKey, data: proof.data } };
}
