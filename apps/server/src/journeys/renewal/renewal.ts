/** A renewal as its holder drives it: open, compare, confirm, choose the term, get an order, cancel. */
import { isDeepStrictEqual } from 'node:util';
import type { ConfirmRequest, RenewalCase, RenewalOffer, SignedOrder } from '@certdesk/contract';
import type { CertificateProfile } from '@certdesk/pki';
import { holderActor as actorOf, type Holder } from '../../access/session.ts';
import { summaryOf } from '../../authority/summary.ts';
import { caseOf } from '../../cases/case.ts';
import { ownCase } from '../../cases/own.ts';
import { DeskError } from '../../platform/error.ts';
import { certificateRow, kindOf, openCaseOf, reissueCases } from '../../reissue/cases.ts';
import { decisionNote, decisionOf, registerChecks } from '../../reissue/check.ts';
import { nothingDone } from '../../reissue/data.ts';
import type { RegisterSettings, ReissueParts } from '../../reissue/deps.ts';
import type { ReissueJourney } from '../../reissue/journey.ts';
import type { ReissueKind, ReissueKinds } from '../../reissue/kinds.ts';
import { twinOrder } from '../../reissue/remains.ts';
import { encryptionInForce, type TwinSettings, twinRules } from '../../reissue/twins.ts';
import { reissueWriter } from '../../reissue/write.ts';
import type { Db, Tx } from '../../schema/database.ts';
import type { Agreement } from '../../setup/agreement.ts';
import type { Renewal, RenewalData } from './data.ts';
import type { RenewalEngine } from './engine.ts';
import { type RenewalSettings, renewalTiming, termsOnOffer } from './rules.ts';
import { renewalStatement } from './statement.ts';
import { renewalView } from './view.ts';

export interface RenewalDeps extends ReissueParts {
  readonly engine: RenewalEngine;
  readonly profiles: ReadonlyMap<string, CertificateProfile>;
  readonly agreement: Agreement;
  readonly settings: RenewalSettings &
    RegisterSettings & {
      readonly kinds: ReissueKinds;
      readonly twins: TwinSettings;
    };
}

export function renewalDesk(given: RenewalDeps) {
  const { db, engine, settings } = given;
  const deps = { ...given, statement: renewalStatement };
  const { lockOwn: lockOwnReissue, giveOrder, ...shared } = reissueCases(deps);
  const lockOwn = async (tx: Tx, id: string, holder: Holder) =>
    (await lockOwnReissue(tx, id, holder)) as Renewal;
  const checks = registerChecks(deps, {
    open: ['registry-silent', 'checking', 'confirmed'],
    take: async (tx, renewal, { comparison, referral }, actor) => {
      const note = { registerDigest: comparison.digest, register: comparison.origin, referral };
      const event = referral ? 'register-refused' : 'register-matched';
      // Another answer is another question to the holder.
      const change = { comparison, referral, added: [], declined: [] };
      await engine.move(tx, renewal as Renewal, event, { actor, now: deps.clock(), change, note });
    },
  });

  const endOfIssuer = ({ profile, algorithm }: ReissueKind) => deps.authority.notAfter(profile, algorithm);

  async function ordinalOf(tx: Db | Tx, lineId: string): Promise<number> {
    const line = await tx
      .selectFrom('certificate_line')
      .select('ordinal')
      .where('id', '=', lineId)
      .executeTakeFirstOrThrow();
    return line.ordinal;
  }

  const rulesFor = async (kind: ReissueKind, { lineId }: Holder) =>
    twinRules(kind, settings.twins, (await encryptionInForce(db, lineId)) !== undefined);

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
    ...shared,
    writer: reissueWriter(deps),
    askIfSilent: checks.askIfSilent,

    askAgain: checks.askAgain,
    view: (row) => viewOf(caseOf(row)),
    show: async (holder: Holder, id: string) => viewOf(caseOf(await ownCase(db, holder, id))),

    /** Whether the signed-in certificate can be renewed now, and why not. */
    async offer(holder: Holder): Promise<RenewalOffer> {
      const now = deps.clock();
      const row = await certificateRow(db, holder.certificateId);
      const timing = renewalTiming(row.not_after, now, settings);
      const open = await openCaseOf(db, holder.lineId);
      const paid = (await ordinalOf(db, holder.lineId)) > 1;
      const { kind } = kindOf(settings.kinds, row);
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
      const { kind, algorithm } = kindOf(settings.kinds, row);
      if (!kind) throw new DeskError('renewal-key-kind', { algorithm });
      const timing = renewalTiming(row.not_after, now, settings);
      if (timing.renewable === 'too-early')
        throw new DeskError('renewal-too-early', { from: timing.from.toISOString() });
      if (timing.renewable === 'too-late') throw new DeskError('renewal-too-late');
      if ((await ordinalOf(db, holder.lineId)) > 1) throw new DeskError('payment-not-available');
      const rules = await rulesFor(kind, holder);
      return checks.open(holder, row, {
        prefix: 'R',
        dataOf: (id): RenewalData => ({
          ...nothingDone,
          ...rules,
          agreement: { version: agreement.version, digest: agreement.digest },
          oldKey: row.public_key_digest,
          years: null,
          container: `certdesk-${id.slice(0, 13)}`,
        }),
      });
    },

    async confirm(holder: Holder, id: string, seen: ConfirmRequest): Promise<void> {
      const now = deps.clock();
      await db.transaction().execute(async (tx) => {
        const renewal = await lockOwn(tx, id, holder);
        const { comparison } = renewal.data;
        if (!['checking', 'confirmed', 'ordered'].includes(renewal.state) || !comparison)
          throw new DeskError('case-state');
        const decision = decisionOf(comparison, seen);
        // Confirmed already, by an answer that was lost: said again, it is no error, and undoes no choice of term.
        const again =
          renewal.state !== 'checking' && isDeepStrictEqual(renewal.data.added ?? [], decision.added);
        if (again) return;
        const move = { actor: actorOf(holder), now, change: decision };
        const note = { ...decisionNote(comparison, decision), groups: comparison.groups };
        await engine.move(tx, renewal, 'confirmed', { ...move, note });
      });
    },

    /** The holder chooses the term; the register is asked again first if its answer has grown old. */
    async chooseTerm(holder: Holder, id: string, years: number): Promise<void> {
      const now = deps.clock();
      const shown = await checks.refresh(id);
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

    giveOrder: (holder: Holder, id: string, browser: string): Promise<SignedOrder> =>
      giveOrder(holder, id, browser, async (tx, reissue, remains, context) => {
        const renewal = reissue as Renewal;
        const { data } = renewal;
        const { years, notAfter, container } = data;
        if (!years || !notAfter || container === null) throw new DeskError('case-state');
        const old = await certificateRow(tx, renewal.certificateId);
        const summary = summaryOf(old, context.now, deps.identityNumberOids);
        const added = [...(data.added ?? [])];
        return deps.orders.give(
          tx,
          {
            purpose: 'renewal',
            case: { id: renewal.id, number: renewal.number },
            key: old.public_key_digest,
            certificate: old.digest,
            newKey: data.newKey,
            container,
            algorithm: data.algorithm,
            confirmed: {
              entityName: summary.entityName,
              identityNumbers: [...summary.identityNumbers, ...added],
              added,
              years,
              agreement: data.agreement,
              twin: data.twin !== null,
            },
            notAfter,
            recertify: data.recertify,
            ...(await twinOrder(tx, renewal, remains)),
          },
          context,
        );
      }),
  } satisfies ReissueJourney & Record<string, unknown>;
}

export type RenewalDesk = ReturnType<typeof renewalDesk>;
