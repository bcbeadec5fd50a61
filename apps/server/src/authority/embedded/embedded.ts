/** The embedded authority: issuing CAs whose keys this process signs with. */
import {
  type Certificate,
  type CertificateProfile,
  type IdentityNumberOid,
  type KeyAlgorithm,
  keyAlgorithmOf,
  PkiError,
} from '@certdesk/pki';
import { inBatches } from '../../platform/batch.ts';
import type { Clock } from '../../platform/clock.ts';
import { DeskError } from '../../platform/error.ts';
import type { Db, Tx } from '../../schema/database.ts';
import type { Authority, Continuation, IntentRequest, IssuedRecord } from '../authority.ts';
import { revokeUnlessRevoked } from '../certificates.ts';
import { completeContent } from '../complete-content.ts';
import { contentLike } from '../content.ts';
import { intendEach } from '../intend-each.ts';
import {
  type CompleteRequest,
  type Intended,
  type Intent,
  issuedFor,
  lockIntents,
  readIntents,
  settleIntents,
  withdrawIntent,
  writeIntents,
} from '../intents.ts';
import type { Profiles } from '../profiles.ts';
import type { Issuers } from './issuers.ts';
import type { IssuingCa } from './open.ts';
import { type IssuedBy, seriesFor } from './routing.ts';
import { type AddressesOf, type SignCertificate, signWith } from './signing.ts';

export interface EmbeddedOptions {
  readonly db: Db;
  readonly issuers: Issuers;
  readonly profiles: Profiles;
  /** Which series of CAs issues for a kind of key, where the profile does not say: see routing.ts. */
  readonly issuedBy?: IssuedBy;
  /** CA certificates of the CA's former system, so that what it issued may sign in. */
  readonly trustedRoots?: readonly Certificate[];
  readonly intermediates?: readonly Certificate[];
  readonly identityNumbers?: readonly IdentityNumberOid[];
  readonly clock: Clock;
  /** Where the status of what is issued here is published. */
  readonly addressesOf?: AddressesOf;
  /** In place of signing in this process. */
  readonly sign?: SignCertificate;
}

/** What the registration clients' endpoint needs beside the port: many intents in one transaction. */
export interface BulkAuthority extends Authority {
  /** As `intend`, a DeskError standing for each request that is refused; the others are not touched by it. */
  intendAll(tx: Tx, requests: readonly IntentRequest[], now: Date): Promise<(Intended | DeskError)[]>;
}

export function embeddedAuthority(options: EmbeddedOptions): BulkAuthority {
  const { db, issuers, clock } = options;
  const profileNamed = (name: string): CertificateProfile => {
    const profile = options.profiles.get(name);
    if (!profile) throw new DeskError('authority-unavailable', { profile: name });
    return profile;
  };
  const signers = new WeakMap<IssuingCa, SignCertificate>();
  const signerOf = (ca: IssuingCa): SignCertificate => {
    const sign = options.sign ?? signers.get(ca) ?? signWith(ca, options.profiles, options.addressesOf);
    signers.set(ca, sign);
    return sign;
  };
  /** Who issues by a profile now. */
  const issuerFor = (profile: CertificateProfile, algorithm: KeyAlgorithm | undefined): IssuingCa =>
    issuers.active(
      algorithm && seriesFor(profile, algorithm, issuers.all(), options.issuedBy ?? {}, clock()),
    );

  function complete(request: IntentRequest, now: Date): CompleteRequest {
    const { profile, publicKey } = request;
    const rules = profileNamed(profile);
    const ca = issuerFor(rules, algorithmOf(publicKey));
    const content = completeContent(rules, ca.certificate, publicKey, request.content, now);
    return { ...request, content, issuingCa: ca.name };
  }

  async function intendAll(
    tx: Tx,
    requests: readonly IntentRequest[],
    now: Date,
  ): Promise<(Intended | DeskError)[]> {
    await issuers.refresh();
    return intendEach(
      requests,
      (request) => complete(request, now),
      (admitted) => writeIntents(tx, admitted, now),
    );
  }

  /** By the CA that it was written for, which need not be the one that issues now. */
  async function signIntent(intent: Intent): Promise<Signed> {
    const ca = await issuers.named(intent.issuing_ca);
    const serialNumber = intent.serial_number;
    // Written while another CA stood behind the port: it was asked, and it alone may finish it.
    if (serialNumber === null) throw new DeskError('authority-unavailable');
    const der = await signerOf(ca)({
      profile: intent.profile,
      publicKey: intent.public_key,
      serialNumber,
      content: intent.content,
    });
    return { id: intent.id, der, serialNumber, issuer: ca.certificate.subject.toString() };
  }

  const fulfilment = (intent: Intent, { der, issuer, serialNumber }: Signed) => ({
    intent,
    der,
    issuer,
    serialNumber,
    notBefore: new Date(intent.content.notBefore),
    notAfter: new Date(intent.content.notAfter),
    use: profileNamed(intent.profile).keyUsage.includes('digitalSignature')
      ? ('signing' as const)
      : ('encryption' as const),
  });

  const open = (intent: Intent | undefined): intent is Intent => intent?.state === 'intended';

  /** Stores what was signed for those intents that are still open; answers for all of them. */
  async function settle(
    tx: Tx,
    signed: readonly Signed[],
  ): Promise<{ fresh: IssuedRecord[]; answers: (IssuedRecord | DeskError)[] }> {
    const intents = await lockIntents(
      tx,
      signed.map(({ id }) => id),
    );
    const mine = signed.flatMap((each) => {
      const intent = intents.get(each.id);
      return open(intent) ? [fulfilment(intent, each)] : [];
    });
    const fresh = await settleIntents(tx, mine, clock());
    // Another node was faster: SM2 signatures differ, and the certificate is the one that was committed first.
    const earlier = await issuedFor(tx, [...intents.values()]);
    const now = new Map(fresh.map((certificate) => [certificate.id, certificate]));
    return {
      fresh,
      answers: signed.map(({ id }) => now.get(id) ?? earlier.get(id) ?? new DeskError('case-state')),
    };
  }

  /** Certificates without a continuation share their commits. */
  const settleTogether = inBatches<Signed, IssuedRecord>((signed) =>
    db.transaction().execute(async (tx) => (await settle(tx, signed)).answers),
  );
  const readTogether = inBatches<string, Intent>(async (ids) => {
    const intents = await readIntents(db, ids);
    return ids.map((id) => intents.get(id) ?? new DeskError('case-state'));
  });

  return {
    intendAll,

    async intend(tx, request, now) {
      const [answer] = await intendAll(tx, [request], now);
      if (!answer || answer instanceof DeskError) throw answer;
      return { intentId: answer.intentId, serialNumber: answer.serialNumber };
    },

    async finish(intentId: string, continuation?: Continuation) {
      const intent = await readTogether(intentId);
      if (!open(intent)) {
        const issued = (await issuedFor(db, [intent])).get(intentId);
        if (!issued) throw new DeskError('case-state');
        return issued;
      }
      const signed = await signIntent(intent);
      if (!continuation) return settleTogether(signed);
      return db.transaction().execute(async (tx) => {
        await continuation.lock?.(tx);
        const { fresh, answers } = await settle(tx, [signed]);
        const [answer] = answers;
        if (!answer || answer instanceof DeskError) throw answer;
        if (fresh.length > 0) await continuation.settle?.(tx, answer);
        return answer;
      });
    },

    async withdraw(tx, intentId, now) {
      const intent = (await lockIntents(tx, [intentId])).get(intentId);
      if (!intent || intent.state === 'withdrawn') return;
      if (intent.certificate_id) {
        await revokeUnlessRevoked(tx, intent.certificate_id, 'cessationOfOperation', now);
        return;
      }
      await withdrawIntent(tx, intent, now);
    },

    // Who signs here needs no confirmation, and nobody else has to be told.
    proved: async () => true,
    confirm: async () => undefined,
    unconfirmed: async () => [],
    tend: async () => [],

    contentLike: (certificate, notAfter) => contentLike(certificate, notAfter, options.identityNumbers),
    chain(issuer) {
      const { certificate, root } = (issuer && issuers.withSubject(issuer)) || issuers.active();
      return [certificate.der, root.der];
    },
    intermediates: () =>
      [...issuers.all().map(({ certificate }) => certificate), ...(options.intermediates ?? [])].map(
        ({ der }) => der,
      ),
    roots: () =>
      distinct(
        [...issuers.all().map(({ root }) => root), ...(options.trustedRoots ?? [])].map(({ der }) => der),
      ),
    notAfter(name, algorithm) {
      const profile = options.profiles.get(name);
      const ca = profile ? issuerFor(profile, algorithm ?? profile.keyAlgorithms[0]) : issuers.active();
      return ca.certificate.notAfter;
    },
  };
}

/** A signed intent, not yet stored. */
interface Signed {
  readonly id: string;
  readonly der: Uint8Array;
  readonly serialNumber: string;
  readonly issuer: string;
}

/** Undefined for a key that nothing is issued for: the profile refuses it, whoever the issuer. */
function algorithmOf(publicKey: Uint8Array): KeyAlgorithm | undefined {
  try {
    return keyAlgorithmOf(publicKey);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function distinct(ders: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(ders.map((der) => [Buffer.from(der).toString('base64'), der])).values()];
}
