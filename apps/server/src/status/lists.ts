/**
 * Certificate revocation lists of the issuing CAs. A list is written down with its number and all that it says, committed,
 * and only then signed; a stop between the two leaves something that any node signs later. Signatures differ each time for
 * most keys, so that the first one that is committed is the list.
 */
import {
  assembleSigned,
  buildTbsCrl,
  CertificateRevocationList,
  type CrlReason,
  keyIdentifierOf,
  type RevokedCertificate,
  signatureAlgorithmFor,
} from '@certdesk/pki';
import { type Selectable, sql } from 'kysely';
import { record } from '../audit/record.ts';
import type { IssuingCa } from '../authority/embedded/open.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { CrlTable } from '../schema/tables.ts';
import { statusPaths } from './addresses.ts';
import { clockMs, dayMs, earlier, hourMs, type StatusSettings, wholeSecond } from './settings.ts';

export interface ListDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly settings: StatusSettings;
}

/** One list as it is served. */
export interface PublishedList {
  readonly number: string;
  readonly der: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

export interface PublishedLists {
  readonly complete: PublishedList;
  /** Undefined beside the first list of a CA. */
  readonly delta: PublishedList | undefined;
}

export interface Lists {
  /** Makes new lists because something changed. */
  publish(ca: IssuingCa): Promise<void>;
  /** Makes new lists if it is time to. */
  keepUp(ca: IssuingCa): Promise<void>;
  /** What is to be served now; makes the first lists where there are none. */
  current(ca: IssuingCa): Promise<PublishedLists>;
  /** When the newest list of a CA was made, and until when it is valid; undefined: there is none. */
  newest(ca: IssuingCa): Promise<{ thisUpdate: Date; nextUpdate: Date } | undefined>;
  /** Removes what nobody asks for any more. */
  sweep(): Promise<void>;
}

type Row = Selectable<CrlTable>;
/** Lists that are over stay so long, for whoever has to show what was published. */
const keptMs = 30 * dayMs;

const issuerOf = (ca: IssuingCa) => ca.certificate.subject.toString();

export function lists({ db, clock, settings }: ListDeps): Lists {
  /** The octets that this node read last, by CA. */
  const read = new Map<string, { readonly number: string; readonly lists: PublishedLists }>();

  async function last(tx: Db | Tx, ca: IssuingCa, regular = false) {
    let query = tx
      .selectFrom('crl')
      .select(['number', 'regular', 'this_update', 'next_update', 'base_number'])
      .where('issuer', '=', issuerOf(ca))
      .where('der', 'is not', null);
    if (regular) query = query.where('regular', '=', true);
    return query.orderBy('number', 'desc').limit(1).executeTakeFirst();
  }

  /** What is due of itself: a regular list, a delta list, or nothing. */
  async function due(tx: Db | Tx, ca: IssuingCa, now: Date): Promise<'regular' | 'delta' | undefined> {
    // Another node has written down what was due, and signs it, or stopped before it could.
    const open = await tx
      .selectFrom('crl')
      .select('number')
      .where('issuer', '=', issuerOf(ca))
      .where('der', 'is', null)
      .limit(1)
      .executeTakeFirst();
    if (open) return undefined;
    const [newest, regular] = [await last(tx, ca), await last(tx, ca, true)];
    const over = (row: { this_update: Date } | undefined, hours: number) =>
      !row || row.this_update.getTime() + clockMs + hours * hourMs <= now.getTime();
    if (over(regular, settings.listHours)) return 'regular';
    return over(newest, settings.deltaHours) || newest?.base_number === null ? 'delta' : undefined;
  }

  /** Commits what the next lists say, if any are due. */
  async function writeDown(ca: IssuingCa, changed: boolean): Promise<void> {
    await db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtext(${`certdesk crl ${issuerOf(ca)}`}))`.execute(tx);
      const now = clock();
      const what = await due(tx, ca, now);
      // Nothing is signed in the name of a CA that is over.
      if ((!changed && !what) || ca.certificate.notAfter <= now) return;
      await insertLists(tx, ca, what === 'regular', now);
    });
  }

  async function insertLists(tx: Tx, ca: IssuingCa, regular: boolean, now: Date): Promise<void> {
    const issuer = issuerOf(ca);
    const revoked = await revokedNow(tx, issuer, (await last(tx, ca, true))?.this_update);
    const { highest } = await tx
      .selectFrom('crl')
      .select(({ fn }) => fn.max('number').as('highest'))
      .where('issuer', '=', issuer)
      .executeTakeFirstOrThrow();
    const number = BigInt(highest ?? 0) + 1n;
    const thisUpdate = wholeSecond(new Date(now.getTime() - clockMs));
    const end = (hours: number) =>
      earlier(wholeSecond(new Date(now.getTime() + 2 * hours * hourMs)), ca.certificate.notAfter);
    const content = {
      issuer: ca.certificate.subject,
      authorityKeyIdentifier:
        ca.certificate.subjectKeyIdentifier ?? keyIdentifierOf(ca.certificate.publicKey),
      number,
      thisUpdate,
    };
    const algorithm = signatureAlgorithmFor(ca.signer.algorithm);
    const [nextUpdate, deltaNext] = [end(settings.listHours), end(settings.deltaHours)];
    const freshest = [settings.origin + statusPaths.delta(ca.certificate)];
    const base = await baseFor(tx, issuer, now);
    const changes = base && changesSince(CertificateRevocationList.parse(base.der), revoked);
    await tx
      .insertInto('crl')
      .values({
        issuer,
        number: String(number),
        regular,
        this_update: thisUpdate,
        next_update: nextUpdate,
        tbs: buildTbsCrl({ ...content, nextUpdate, revoked, freshest }, algorithm),
        base_number: base?.number ?? null,
        delta_next_update: base ? deltaNext : null,
        delta_tbs:
          base && changes
            ? buildTbsCrl(
                { ...content, nextUpdate: deltaNext, baseNumber: BigInt(base.number), revoked: changes },
                algorithm,
              )
            : null,
        der: null,
        delta_der: null,
      })
      .execute();
    const data = { number: String(number), regular, revoked: revoked.length, base: base?.number ?? null };
    await record(tx, { actor: 'authority', action: 'crl.made', subject: `ca:${ca.name}`, data }, now);
  }

  /**
   * The oldest regular list that somebody may still hold for valid: whoever has it, or any list since, can go on from it.
   */
  async function baseFor(tx: Tx, issuer: string, now: Date) {
    const row = await tx
      .selectFrom('crl')
      .select(['number', 'der'])
      .where('issuer', '=', issuer)
      .where('regular', '=', true)
      .where('der', 'is not', null)
      .where('next_update', '>', now)
      .orderBy('number')
      .limit(1)
      .executeTakeFirst();
    return row?.der ? { number: row.number, der: row.der } : undefined;
  }

  /** Signs what is written down and not signed yet. */
  async function sign(ca: IssuingCa): Promise<void> {
    const open: Row[] = await db
      .selectFrom('crl')
      .selectAll()
      .where('issuer', '=', issuerOf(ca))
      .where('der', 'is', null)
      .orderBy('number')
      .execute();
    const algorithm = signatureAlgorithmFor(ca.signer.algorithm);
    const signed = async (tbs: Uint8Array) => assembleSigned(tbs, algorithm, await ca.signer.sign(tbs));
    for (const { number, tbs, delta_tbs } of open) {
      if (!tbs) continue;
      await db
        .updateTable('crl')
        .set({
          der: await signed(tbs),
          tbs: null,
          delta_der: delta_tbs && (await signed(delta_tbs)),
          delta_tbs: null,
        })
        .where('issuer', '=', issuerOf(ca))
        .where('number', '=', number)
        .where('der', 'is', null)
        .execute();
    }
  }

  async function make(ca: IssuingCa, changed: boolean): Promise<void> {
    await writeDown(ca, changed);
    await sign(ca);
  }

  async function keepUp(ca: IssuingCa): Promise<void> {
    await make(ca, false);
    // The first list has no delta list beside it: the second one follows at once.
    await make(ca, false);
  }

  async function current(ca: IssuingCa): Promise<PublishedLists> {
    if (!(await last(db, ca))) await keepUp(ca);
    const issuer = issuerOf(ca);
    const newest = await last(db, ca);
    const known = read.get(issuer);
    if (known && known.number === newest?.number) return known.lists;
    const row = await db
      .selectFrom('crl')
      .selectAll()
      .where('issuer', '=', issuer)
      .where('der', 'is not', null)
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    const { number, this_update: thisUpdate } = row;
    const found = {
      complete: { number, der: row.der as Uint8Array, thisUpdate, nextUpdate: row.next_update },
      delta:
        row.delta_der && row.delta_next_update
          ? { number, der: row.delta_der, thisUpdate, nextUpdate: row.delta_next_update }
          : undefined,
    };
    read.set(issuer, { number, lists: found });
    return found;
  }

  return {
    keepUp,
    current,
    publish: (ca) => make(ca, true),
    async newest(ca) {
      const row = await last(db, ca);
      return row && { thisUpdate: row.this_update, nextUpdate: row.next_update };
    },
    async sweep() {
      const before = new Date(clock().getTime() - keptMs);
      await db.deleteFrom('crl').where('next_update', '<', before).execute();
      await db.deleteFrom('ocsp_responder').where('not_after', '<', before).execute();
    },
  };
}

/**
 * What a complete list says. A certificate that has run out is left out once it stood on a regular list that was made after
 * its end (RFC 5280 §3.3).
 * @param lastRegular when the regular list before this one was made
 */
async function revokedNow(
  tx: Tx,
  issuer: string,
  lastRegular: Date | undefined,
): Promise<RevokedCertificate[]> {
  let query = tx
    .selectFrom('certificate')
    .select(['serial_number', 'state', 'state_changed_at', 'revocation_reason'])
    .where('issuer', '=', issuer)
    .where('state', 'in', ['suspended', 'revoked']);
  if (lastRegular) {
    query = query.where((e) =>
      e.or([e('not_after', '>=', lastRegular), e('state_changed_at', '>=', lastRegular)]),
    );
  }
  const rows = await query.orderBy('state_changed_at').orderBy('serial_number').execute();
  return rows.map((row) => ({
    serialNumber: row.serial_number,
    revocationDate: wholeSecond(row.state_changed_at),
    ...reasonIn(row),
  }));
}

/** The reason as lists and answers give it. */
export function reasonIn(row: { state: string; revocation_reason: string | null }): { reason?: CrlReason } {
  if (row.state === 'suspended') return { reason: 'certificateHold' };
  const reason = row.revocation_reason as CrlReason | null;
  return reason && reason !== 'unspecified' ? { reason } : {};
}

/** What a delta list says: what is new or other than in its base, and what is there no more. */
function changesSince(
  base: CertificateRevocationList,
  now: readonly RevokedCertificate[],
): RevokedCertificate[] {
  const serials = new Set(now.map(({ serialNumber }) => serialNumber));
  const changed = now.filter(({ serialNumber, reason, revocationDate }) => {
    const before = base.revoked.get(serialNumber);
    return before?.reason !== reason || before?.revocationDate.getTime() !== revocationDate.getTime();
  });
  const gone = [...base.revoked.values()].filter(({ serialNumber }) => !serials.has(serialNumber));
  return [
    ...changed,
    ...gone.map(({ serialNumber, revocationDate }) => ({
      serialNumber,
      revocationDate,
      reason: 'removeFromCRL' as const,
    })),
  ];
}
