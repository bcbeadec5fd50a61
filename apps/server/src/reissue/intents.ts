/** What the authority does for a case: the certificates of its intents, their confirmation, and the loss of one. */
import type { Tx } from '../schema/database.ts';
import { certificateNamed } from './certificate-named.ts';
import type { Reissue } from './data.ts';
import type { ReissueDeps } from './deps.ts';
import { certificateLossesAllowed } from './steps.ts';

export interface ReissueIntents {
  /**
   * Signs an open intent, or finds that it is signed already. The case moves in the transaction that stores its last
   * certificate: of twins neither is the case's before both are there.
   */
  finish(caseId: string, intentId: string): Promise<void>;
  /** Confirms a proved certificate to a CA that wants it, and moves the case by what the CA says, in the same transaction. */
  confirm(caseId: string, intentId: string): Promise<void>;
}

export function reissueIntents(deps: ReissueDeps): ReissueIntents {
  const { engine, authority } = deps;

  /** The CA withdrew the certificate before it was in force: it is asked for another one for the same key. */
  async function lose(tx: Tx, reissue: Reissue, intentId: string): Promise<void> {
    const intent = await tx
      .selectFrom('issuance_intent')
      .select(['public_key', 'public_key_digest', 'request_digest', 'request'])
      .where('id', '=', intentId)
      .executeTakeFirstOrThrow();
    const old = await tx
      .selectFrom('certificate')
      .select('state')
      .where('id', '=', reissue.certificateId)
      .executeTakeFirstOrThrow();
    const certificatesLost = (reissue.data.certificatesLost ?? 0) + 1;
    const move = { actor: 'authority', now: deps.clock() };
    if (certificatesLost > certificateLossesAllowed || old.state !== 'in-force') {
      const change = { certificatesLost, referral: 'authority-refused' as const };
      await engine.move(tx, reissue, 'certificate-lost-too-often', { ...move, change });
      return;
    }
    const input = {
      algorithm: reissue.data.algorithm,
      publicKey: intent.public_key,
      publicKeyDigest: intent.public_key_digest,
      requestDigest: intent.request_digest,
      ...(intent.request && { request: intent.request }),
    };
    await engine.move(tx, reissue, 'certificate-lost', { ...move, input, change: { certificatesLost } });
  }

  return {
    async finish(caseId: string, intentId: string): Promise<void> {
      let reissue: Reissue | undefined;
      await authority.finish(intentId, {
        // The case first, then the intent: the order in which a cancelling holder takes the two locks.
        lock: async (tx) => {
          reissue = await engine.lock(tx, caseId);
        },
        settle: async (tx, certificate) => {
          if (reissue?.state !== 'issuing') return;
          const { intentId: signing, encryptionIntentId: encryption } = reissue.data;
          if (intentId !== signing && intentId !== encryption) return;
          const other = intentId === signing ? encryption : signing;
          // A certificate has its intent's id.
          const twin = other ? await certificateNamed(tx, other) : undefined;
          if (other && !twin) return;
          const [one, two] = intentId === signing ? [certificate, twin] : [twin, certificate];
          await engine.move(tx, reissue, 'issued', {
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
          if (reissue?.state !== 'issuing' || reissue.data.intentId !== intentId) return;
          const change = { referral: 'authority-refused' as const };
          await engine.move(tx, reissue, 'refused', { actor: 'authority', now: deps.clock(), change });
        },
      });
    },

    async confirm(caseId: string, intentId: string): Promise<void> {
      let reissue: Reissue | undefined;
      await authority.confirm(intentId, {
        lock: async (tx) => {
          reissue = await engine.lock(tx, caseId);
        },
        settle: async (tx, outcome) => {
          if (reissue?.state !== 'issued' || reissue.data.intentId !== intentId) return;
          if (outcome === 'lost') return lose(tx, reissue, intentId);
          const { digest } = await tx
            .selectFrom('certificate')
            .select('digest')
            .where('id', '=', reissue.data.newCertificateId)
            .executeTakeFirstOrThrow();
          const actor = reissue.data.provedBy ?? 'authority';
          await engine.move(tx, reissue, 'proved', {
            actor,
            now: deps.clock(),
            note: { certificate: digest },
          });
        },
      });
    },
  };
}
