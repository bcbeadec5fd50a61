/**
 * OCSP responders: for each issuing CA a short-lived certificate for the key that signs answers (RFC 6960 §4.2.2.2). It is
 * written down, committed, and only then signed; renewed by a job when half of its time is over, or by the first who needs it.
 */
import {
  assembleSigned,
  authorityKeyIdentifier,
  buildTbsCertificate,
  Certificate,
  extendedKeyUsage,
  keyIdentifierOf,
  keyUsage,
  Name,
  ocspNoCheck,
  publicKeyDigest,
  type Signer,
  signatureAlgorithmFor,
  subjectKeyIdentifier,
} from '@certdesk/pki';
import { sql } from 'kysely';
import { record } from '../audit/record.ts';
import type { IssuingCa } from '../authority/embedded/open.ts';
import { randomSerialNumber } from '../authority/serial-number.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { ResponderKeys } from './responder-keys.ts';
import { clockMs, dayMs, earlier, type StatusSettings, wholeSecond } from './settings.ts';

export interface Responder {
  readonly certificate: Certificate;
  readonly signer: Signer;
}

export interface Responders {
  /** Who answers for a CA now. */
  of(ca: IssuingCa): Promise<Responder>;
  /** Sees to it that there is a certificate with at least half of its time left. */
  keepUp(ca: IssuingCa): Promise<void>;
}

const issuerOf = (ca: IssuingCa) => ca.certificate.subject.toString();

export function responders(deps: {
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: ResponderKeys;
  readonly settings: StatusSettings;
}): Responders {
  const { db, clock, keys, settings } = deps;
  const kept = new Map<string, Responder>();
  const halfMs = (settings.responderDays * dayMs) / 2;

  const newest = (tx: Db | Tx, ca: IssuingCa, signer: Signer) =>
    tx
      .selectFrom('ocsp_responder')
      .select(['serial_number', 'not_after', 'tbs', 'der'])
      .where('issuer', '=', issuerOf(ca))
      .where('public_key_digest', '=', publicKeyDigest(signer.publicKey))
      .orderBy('not_after', 'desc')
      .limit(1)
      .executeTakeFirst();

  /** A CA's last responder certificate ends with the CA. */
  const lasts = (notAfter: Date, ca: IssuingCa, now: Date) =>
    notAfter.getTime() - now.getTime() >= halfMs || notAfter >= ca.certificate.notAfter;

  async function writeDown(ca: IssuingCa, signer: Signer): Promise<void> {
    await db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtext(${`certdesk ocsp ${issuerOf(ca)}`}))`.execute(tx);
      const now = clock();
      const known = await newest(tx, ca, signer);
      if (known && lasts(known.not_after, ca, now)) return;
      const serialNumber = randomSerialNumber();
      const notBefore = wholeSecond(new Date(now.getTime() - 2 * clockMs));
      const notAfter = earlier(
        wholeSecond(new Date(now.getTime() + settings.responderDays * dayMs)),
        ca.certificate.notAfter,
      );
      const tbs = buildTbsCertificate(
        {
          serialNumber,
          issuer: ca.certificate.subject,
          subject: nameOf(ca),
          notBefore,
          notAfter,
          publicKey: signer.publicKey,
          extensions: [
            authorityKeyIdentifier(
              ca.certificate.subjectKeyIdentifier ?? keyIdentifierOf(ca.certificate.publicKey),
            ),
            subjectKeyIdentifier(keyIdentifierOf(signer.publicKey)),
            keyUsage(['digitalSignature']),
            extendedKeyUsage(['ocspSigning']),
            ocspNoCheck(),
          ],
        },
        signatureAlgorithmFor(ca.signer.algorithm),
      );
      const row = {
        issuer: issuerOf(ca),
        serial_number: serialNumber,
        public_key_digest: publicKeyDigest(signer.publicKey),
        not_before: notBefore,
        not_after: notAfter,
        tbs,
        der: null,
      };
      await tx.insertInto('ocsp_responder').values(row).execute();
      const data = { serialNumber, notAfter: notAfter.toISOString() };
      await record(tx, { actor: 'authority', action: 'responder.made', subject: `ca:${ca.name}`, data }, now);
    });
  }

  async function sign(ca: IssuingCa, signer: Signer): Promise<void> {
    const row = await newest(db, ca, signer);
    if (!row?.tbs || row.der) return;
    const algorithm = signatureAlgorithmFor(ca.signer.algorithm);
    const der = assembleSigned(row.tbs, algorithm, await ca.signer.sign(row.tbs));
    await db
      .updateTable('ocsp_responder')
      .set({ der, tbs: null })
      .where('issuer', '=', issuerOf(ca))
      .where('serial_number', '=', row.serial_number)
      .where('der', 'is', null)
      .execute();
  }

  async function load(ca: IssuingCa): Promise<Responder> {
    const signer = await keys.for(ca.signer.algorithm);
    await writeDown(ca, signer);
    await sign(ca, signer);
    const row = await newest(db, ca, signer);
    if (!row?.der) throw new Error(`the responder of ${ca.name} has no certificate`);
    const responder = { signer, certificate: Certificate.parse(row.der) };
    kept.set(issuerOf(ca), responder);
    return responder;
  }

  return {
    async of(ca) {
      const known = kept.get(issuerOf(ca));
      return known && lasts(known.certificate.notAfter, ca, clock()) ? known : load(ca);
    },
    async keepUp(ca) {
      if (ca.certificate.notAfter > clock()) await load(ca);
    },
  };
}

/** The CA's own name with another common name. */
function nameOf(ca: IssuingCa): Name {
  const { subject } = ca.certificate;
  const common = `${(subject.get('CN') ?? ca.name).slice(0, 59)} OCSP`;
  const others = ['C', 'O'].flatMap((type) => {
    const value = subject.get(type);
    return value === undefined ? [] : [{ type, value }];
  });
  return Name.of([...others, { type: 'CN', value: common }]);
}
