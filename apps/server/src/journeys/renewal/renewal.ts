/** A renewal as its holder drives it: open, compare, confirm, choose the term, get an order, cancel. */
import { createHash } from 'node:crypto';
import type {
  Comparison,
  Leftover,
  RenewalCase,
  RenewalOffer,
  SignedOrder,
  WriteStep,
} from '@certdesk/contract';
import { Certificate, type IdentityNumberOid } from '@certdesk/pki';
import { holderActor as actorOf, type Holder } from '../../access/session.ts';
import type { Authority } from '../../authority/authority.ts';
import { entityNameOf, identityNumbersOf, summaryOf } from '../../authority/summary.ts';
import { caseOf } from '../../cases/case.ts';
import type { caseEngine } from '../../cases/engine.ts';
import type { CaseJourney } from '../../cases/journey.ts';
import type { KeyManagement } from '../../keymanagement/port.ts';
import type { OrderDesk } from '../../orders/orders.ts';
import type { Clock } from '../../platform/clock.ts';
import { DeskError } from '../../platform/error.ts';
import { enqueue } from '../../platform/jobs.ts';
import { randomId } from '../../platform/random.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Db, Tx } from '../../schema/database.ts';
import type { Agreement } from '../../setup/agreement.ts';
import type { Renewal, RenewalData, RequestInput } from './data.ts';
import { keyKindOf, type RenewalKind, type RenewalKinds, renewalKind } from './kinds.ts';
import { allMatch, compare, groupsOf, type RenewalSettings, renewalTiming, termsOnOffer } from './rules.ts';
import type { RenewalEffect, RenewalEvent } from './steps.ts';
import { encryptionInForce, type TwinSettings, twinRules } from './twins.ts';
import { renewalView } from './view.ts';

export const askRegisterJob = 'renewal-ask-register';

export type RenewalEngine = ReturnType<
  typeof caseEngine<Renewal['state'], RenewalEvent, RenewalEffect, RenewalData, RequestInput>
>;

export interface RenewalDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly engine: RenewalEngine;
  readonly orders: OrderDesk;
  readonly authority: Authority;
  readonly registry: Registry;
  readonly agreement: Agreement;
  /** Where encryption pairs come from; undefined: no profile in use asks for any. */
  readonly keys: KeyManagement | undefined;
  /** Undefined: the table that @certdesk/pki knows. */
  readonly identityNumberOids: readonly IdentityNumberOid[] | undefined;
  readonly settings: RenewalSettings & {
    readonly caseDays: number;
    readonly kinds: RenewalKinds;
    readonly twins: TwinSettings;
    /** How old the register's answer may be when the term is chosen. */
    readonly registryMaxAgeHours: number;
    /** A silent register is asked again so often. */
    readonly registryRetryMinutes: number;
  };
}

/** As many leftovers as one order names. */
const atMost = 8;

export function renewalDesk(deps: RenewalDeps) {
  const { db, engine, settings } = deps;

  const certificateRow = (tx: Db | Tx, id: string) =>
    tx.selectFrom('certificate').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  /** Locks a case of this holder's line. Somebody else's case is simply not there. */
  async function lockOwn(tx: Tx, id: string, holder: Holder): Promise<Renewal> {
    const renewal = await engine.lock(tx, id);
    if (renewal.lineId !== holder.lineId) throw new DeskError('case-not-found');
    return renewal;
  }

  /** What this certificate is renewed to, if it can be here. */
  function kindOf(row: { profile: string; der: Uint8Array }) {
    const algorithm = keyKindOf(Certificate.parse(row.der));
    return { algorithm, kind: renewalKind(settings.kinds, { profile: row.profile, algorithm }) };
  }

  const endOfIssuer = ({ profile, algorithm }: RenewalKind) => deps.authority.notAfter(profile, algorithm);

  async function openCaseOf(tx: Db | Tx, lineId: string) {
    return tx
      .selectFrom('desk_case')
      .select(['id', 'number'])
      .where('line_id', '=', lineId)
      .where('open', '=', true)
      .where('changes_certificate', '=', true)
      .executeTakeFirst();
  }

  async function ordinalOf(tx: Db | Tx, lineId: string): Promise<number> {
    const line = await tx
      .selectFrom('certificate_line')
      .select('ordinal')
      .where('id', '=', lineId)
      .executeTakeFirstOrThrow();
    return line.ordinal;
  }

  /** What the register says beside the certificate; null while the register is silent. */
  async function askRegister(
    der: Uint8Array,
  ): Promise<{ comparison: Comparison; referral: Renewal['data']['referral'] } | null> {
    const certificate = Certificate.parse(der);
    const summary = {
      name: entityNameOf(certificate),
      numbers: identityNumbersOf(certificate, deps.identityNumberOids),
    };
    const answer = await deps.registry.find(summary.numbers, summary.name);
    if (answer.kind === 'silent') return null;
    const found =
      answer.kind === 'found' ? answer.entity : { name: '', numbers: [], state: 'active' as const };
    const rows = compare(
      summary,
      answer.kind === 'found' ? found : { name: summary.name, numbers: summary.numbers },
    );
    const digest = createHash('sha256').update(JSON.stringify(rows)).digest('hex');
    const comparison = { digest, askedAt: answer.askedAt.toISOString(), rows, groups: groupsOf(rows) };
    if (answer.kind === 'unknown')
      return { comparison: { ...comparison, rows: [] }, referral: 'unknown-entity' };
    if (found.state === 'closed') return { comparison, referral: 'closed-entity' };
    return { comparison, referral: allMatch(rows) ? null : 'mismatch' };
  }

  type Answer = Awaited<ReturnType<typeof askRegister>>;

  /** Moves a locked case by what the register said. Silent: nothing changes and a job asks again later. */
  async function takeAnswer(tx: Tx, renewal: Renewal, answer: Answer, actor: string): Promise<void> {
    const now = deps.clock();
    if (!answer) {
      if (renewal.state !== 'registry-silent') return;
      const runAt = new Date(now.getTime() + settings.registryRetryMinutes * 60_000);
      const job = { key: `ask:${renewal.id}`, runAt };
      await enqueue(tx, askRegisterJob, { caseId: renewal.id }, job);
      return;
    }
    const { comparison, referral } = answer;
    const same = renewal.state !== 'registry-silent' && renewal.data.comparison?.digest === comparison.digest;
    if (same && !referral) {
      await engine.keep(tx, renewal.id, { comparison });
      return;
    }
    const note = { registerDigest: comparison.digest, referral };
    const event = referral ? 'register-refused' : 'register-matched';
    await engine.move(tx, renewal, event, { actor, now, change: { comparison, referral }, note });
  }

  /** Asks the register and moves the case by its answer. */
  async function check(caseId: string, actor: string): Promise<void> {
    const before = await db
      .selectFrom('desk_case')
      .selectAll()
      .where('id', '=', caseId)
      .executeTakeFirstOrThrow();
    const { der } = await certificateRow(db, before.certificate_id);
    const answer = await askRegister(der);
    await db.transaction().execute(async (tx) => {
      const renewal = await engine.lock(tx, caseId);
      if (!['registry-silent', 'checking', 'confirmed'].includes(renewal.state)) return;
      await takeAnswer(tx, renewal, answer, actor);
    });
  }

  interface Remains {
    readonly leftovers: Leftover[];
    /** Former pairs whose containers stayed on the key, the newest first. */
    readonly kept: NonNullable<RenewalData['kept']>[];
    /** The certificates in force were not written to the pair that has them. */
    readonly unwritten: boolean;
  }

  /** What ended cases of this line left on its key. */
  async function remainsOf(tx: Db | Tx, lineId: string): Promise<Remains> {
    const rows = await tx
      .selectFrom('desk_case')
      .select('data')
      .where('line_id', '=', lineId)
      .where('journey', '=', 'renewal')
      .where('open', '=', false)
      .orderBy('created_at', 'desc')
      .limit(50)
      .execute();
    const all = rows.map(({ data }) => data as unknown as RenewalData);
    return {
      leftovers: all.flatMap(({ leftovers }) => leftovers).slice(0, atMost),
      kept: all.flatMap(({ kept }) => kept ?? []),
      unwritten: all.some(({ unwritten }) => unwritten),
    };
  }

  const rulesFor = async (kind: RenewalKind, { lineId }: Holder) =>
    twinRules(kind, settings.twins, (await encryptionInForce(db, lineId)) !== undefined);

  /** What an order says of twins, and what leaves the key beside the old container. */
  async function twinOrder(tx: Tx, renewal: Renewal, { leftovers, kept }: Remains) {
    const { twin, kept: own, oldKey, newKey } = renewal.data;
    if (!twin) return { twin: null, leftovers };
    const proved = renewal.state === 'proved';
    const hasOld = renewal.lineId !== null && (await encryptionInForce(tx, renewal.lineId)) !== undefined;
    const keepOld = proved ? own !== null : hasOld && twin.keep > 0 && newKey !== oldKey;
    const stay = twin.keep - (keepOld ? 1 : 0);
    // One that stayed and whose encryption key nobody else has does not leave any more.
    const leave = kept
      .slice(stay)
      .filter(({ inHistory }) => inHistory)
      .map(({ key }) => ({ key }));
    const may = kept.slice(0, stay).filter(({ inHistory }) => inHistory);
    const expendable = may.map(({ key }) => ({ key })).reverse();
    return { twin: { keepOld, expendable }, leftovers: [...leftovers, ...leave].slice(0, atMost) };
  }

  /** The line's certificates in force, signing first: what its key should carry. */
  async function certificatesInForce(tx: Tx, lineId: string): Promise<string[]> {
    const rows = await tx
      .selectFrom('certificate')
      .select('der')
      .where('line_id', '=', lineId)
      .where('state', '=', 'in-force')
      .orderBy('use', 'desc')
      .limit(2)
      .execute();
    return rows.map(({ der }) => der.toString('base64'));
  }

  const viewOf = (renewal: Renewal): Promise<RenewalCase> =>
    renewalView(
      db,
      renewal,
      {
        settings,
        authorityEnd: endOfIssuer(renewal.data),
        identityNumberOids: deps.identityNumberOids,
      },
      deps.clock(),
    );

  return {
    /** Asks the register for a case that still waits for it; any other is left alone. For a job. */
    async askIfSilent(caseId: string): Promise<void> {
      const row = await db
        .selectFrom('desk_case')
        .select('state')
        .where('id', '=', caseId)
        .executeTakeFirst();
      if (row?.state === 'registry-silent') await check(caseId, 'register');
    },

    /** The holder does not want to wait for the job. */
    async askAgain(holder: Holder, id: string): Promise<void> {
      const renewal = await db.transaction().execute((tx) => lockOwn(tx, id, holder));
      if (renewal.state === 'registry-silent') await check(id, 'register');
    },

    view: (row) => viewOf(caseOf(row)),

    async show(holder: Holder, id: string): Promise<RenewalCase> {
      const row = await db
        .selectFrom('desk_case')
        .selectAll()
        .where('id', '=', id)
        .where('line_id', '=', holder.lineId)
        .where('journey', '=', 'renewal')
        .executeTakeFirst();
      if (!row) throw new DeskError('case-not-found');
      return viewOf(caseOf(row));
    },

    async progress(id: string, step: WriteStep): Promise<void> {
      await engine.keep(db, id, { progress: { step, at: deps.clock().toISOString() } });
    },

    async runOut(id: string): Promise<void> {
      const now = deps.clock();
      await db.transaction().execute(async (tx) => {
        const renewal = await engine.lock(tx, id);
        // Continued since the job looked.
        if (!renewal.open || !renewal.endsAt || renewal.endsAt > now) return;
        await engine.move(tx, renewal, 'ran-out', { actor: 'clock', now });
      });
    },

    async certificateRevoked(id: string, certificateId: string): Promise<void> {
      await db.transaction().execute(async (tx) => {
        const renewal = await engine.lock(tx, id);
        // Once it is proved the case lives by its new certificate alone.
        const livesBy = [
          renewal.data.newCertificateId,
          ...(renewal.state === 'proved' ? [] : [renewal.certificateId]),
        ];
        if (!renewal.open || !livesBy.includes(certificateId)) return;
        await engine.move(tx, renewal, 'certificate-revoked', { actor: 'authority', now: deps.clock() });
      });
    },

    /** Whether the signed-in certificate can be renewed now, and why not. */
    async offer(holder: Holder): Promise<RenewalOffer> {
      const now = deps.clock();
      const row = await certificateRow(db, holder.certificateId);
      const timing = renewalTiming(row.not_after, now, settings);
      const open = await openCaseOf(db, holder.lineId);
      const paid = (await ordinalOf(db, holder.lineId)) > 1;
      const { kind } = kindOf(row);
      const renewable =
        row.state !== 'in-force'
          ? 'superseded'
          : !kind
            ? 'key-kind'
            : timing.renewable === 'now' && paid
              ? 'payment'
              : timing.renewable;
      const { version, digest, text } = deps.agreement;
      return {
        certificate: summaryOf(row, now, deps.identityNumberOids),
        renewable,
        from: timing.from.toISOString(),
        twin: kind !== undefined && (await rulesFor(kind, holder)).twin !== null,
        openCase: open?.id ?? null,
        agreement: { version, digest, text },
      };
    },

    /** Opens a case. `case-open` when another one changes this line; `agreement-outdated`, `renewal-key-kind`, … */
    async open(holder: Holder, agreement: { version: string; digest: string }): Promise<string> {
      const now = deps.clock();
      const current = deps.agreement;
      if (agreement.version !== current.version || agreement.digest !== current.digest) {
        throw new DeskError('agreement-outdated');
      }
      const row = await certificateRow(db, holder.certificateId);
      if (row.state !== 'in-force') throw new DeskError('certificate-superseded');
      const { kind, algorithm } = kindOf(row);
      if (!kind) throw new DeskError('renewal-key-kind', { algorithm });
      const timing = renewalTiming(row.not_after, now, settings);
      if (timing.renewable === 'too-early')
        throw new DeskError('renewal-too-early', { from: timing.from.toISOString() });
      if (timing.renewable === 'too-late') throw new DeskError('renewal-too-late');
      if ((await ordinalOf(db, holder.lineId)) > 1) throw new DeskError('payment-not-available');
      const taken = await openCaseOf(db, holder.lineId);
      if (taken) throw new DeskError('case-open', { number: taken.number, case: taken.id });

      const id = randomId();
      const data: RenewalData = {
        agreement: { version: agreement.version, digest: agreement.digest },
        oldKey: row.public_key_digest,
        ...(await rulesFor(kind, holder)),
        comparison: null,
        referral: null,
        years: null,
        notAfter: null,
        container: `certdesk-${id.slice(0, 13)}`,
        orderGiven: false,
        intentId: null,
        newKey: null,
        newCertificateId: null,
        pairs: [],
        encryptionIntentId: null,
        newEncryptionId: null,
        keysLost: 0,
        proofNonce: null,
        encryptionProof: null,
        progress: null,
        leftovers: [],
        kept: null,
        unwritten: false,
      };
      // Asked first, so that a node that stops meanwhile leaves no case behind that nobody asks for.
      const answer = await askRegister(row.der);
      await db.transaction().execute(async (tx) => {
        const opened = await engine.open(tx, 'opened', {
          id,
          prefix: 'R',
          entityId: holder.entityId,
          lineId: holder.lineId,
          certificateId: holder.certificateId,
          data,
          actor: actorOf(holder),
          now,
          endsAt: new Date(now.getTime() + settings.caseDays * 86_400_000),
        });
        await takeAnswer(tx, opened, answer, 'register');
      });
      return id;
    },

    /** The holder confirms what he was shown; `comparison-changed` if that is no longer what the register says. */
    async confirm(
      holder: Holder,
      id: string,
      seen: { comparison: string; groups: readonly string[] },
    ): Promise<void> {
      const now = deps.clock();
      await db.transaction().execute(async (tx) => {
        const renewal = await lockOwn(tx, id, holder);
        const { comparison } = renewal.data;
        // Confirmed already, by an answer that was lost: said again, it is no error.
        if (renewal.state === 'confirmed' && comparison?.digest === seen.comparison) return;
        if (renewal.state !== 'checking' || !comparison) throw new DeskError('case-state');
        if (comparison.digest !== seen.comparison) throw new DeskError('comparison-changed');
        if (comparison.groups.some((group) => !seen.groups.includes(group)))
          throw new DeskError('confirmations-missing');
        const note = { comparison: comparison.digest, groups: comparison.groups };
        await engine.move(tx, renewal, 'confirmed', { actor: actorOf(holder), now, note });
      });
    },

    /** The holder chooses the term; the register is asked again first if its answer has grown old. */
    async chooseTerm(holder: Holder, id: string, years: number): Promise<void> {
      const now = deps.clock();
      const before = await db.selectFrom('desk_case').select('data').where('id', '=', id).executeTakeFirst();
      const shown = (before?.data as unknown as RenewalData | undefined)?.comparison;
      const age = shown ? now.getTime() - Date.parse(shown.askedAt) : 0;
      if (shown && age > settings.registryMaxAgeHours * 3_600_000) await check(id, 'register');
      await db.transaction().execute(async (tx) => {
        const renewal = await lockOwn(tx, id, holder);
        if (renewal.state === 'checking' && shown) {
          throw new DeskError(
            renewal.data.comparison?.digest === shown.digest ? 'confirmations-missing' : 'comparison-changed',
          );
        }
        if (renewal.state === 'referred') throw new DeskError('comparison-differs');
        if (renewal.state === 'ordered' && renewal.data.years === years) return;
        const { not_after } = await certificateRow(tx, renewal.certificateId);
        const term = termsOnOffer(not_after, now, endOfIssuer(renewal.data), settings).find(
          (one) => one.years === years,
        );
        if (!term) throw new DeskError('term-not-offered');
        const change = { years, notAfter: term.notAfter.toISOString() };
        await engine.move(tx, renewal, 'term-chosen', { actor: actorOf(holder), now, change, note: change });
      });
    },

    /** An order to the assistant: to write, or, for a case that has ended, to remove what it left on the key. */
    async giveOrder(holder: Holder, id: string, browser: string): Promise<SignedOrder> {
      const now = deps.clock();
      return db.transaction().execute(async (tx) => {
        const renewal = await lockOwn(tx, id, holder);
        const { data } = renewal;
        const old = await certificateRow(tx, renewal.certificateId);
        const remains = await remainsOf(tx, holder.lineId);
        const reference = { id: renewal.id, number: renewal.number };
        const context = { browser, caseId: renewal.id, now };
        if (!renewal.open) {
          const { leftovers, unwritten } = remains;
          if (leftovers.length === 0 && !unwritten) throw new DeskError('case-state');
          const certificates = unwritten ? await certificatesInForce(tx, holder.lineId) : [];
          const present = await certificateRow(tx, holder.certificateId);
          const key = { key: present.public_key_digest, certificate: present.digest };
          return deps.orders.give(
            tx,
            { purpose: 'tidy', case: reference, ...key, leftovers, certificates },
            context,
          );
        }
        const writable = ['ordered', 'issuing', 'issued', 'proved'];
        if (!writable.includes(renewal.state) || !data.years || !data.notAfter)
          throw new DeskError('case-state');
        const summary = summaryOf(old, now, deps.identityNumberOids);
        if (!data.orderGiven) await engine.keep(tx, id, { orderGiven: true });
        return deps.orders.give(
          tx,
          {
            purpose: 'renewal',
            case: reference,
            key: old.public_key_digest,
            certificate: old.digest,
            newKey: data.newKey,
            container: data.container,
            algorithm: data.algorithm,
            confirmed: {
              entityName: summary.entityName,
              identityNumbers: summary.identityNumbers,
              years: data.years,
              agreement: data.agreement,
              twin: data.twin !== null,
            },
            notAfter: data.notAfter,
            recertify: data.recertify,
            ...(await twinOrder(tx, renewal, remains)),
          },
          context,
        );
      });
    },

    /** Ends the case and undoes what it made; `case-cannot-cancel` once the new certificate is proved. */
    async cancel(holder: Holder, id: string): Promise<void> {
      const now = deps.clock();
      await db.transaction().execute(async (tx) => {
        const renewal = await lockOwn(tx, id, holder);
        if (renewal.state === 'cancelled') return;
        if (renewal.state === 'proved' || renewal.state === 'done') throw new DeskError('case-cannot-cancel');
        await engine.move(tx, renewal, 'cancelled', { actor: actorOf(holder), now });
      });
    },
  } satisfies CaseJourney & Record<string, unknown>;
}

export type RenewalDesk = ReturnType<typeof renewalDesk>;
