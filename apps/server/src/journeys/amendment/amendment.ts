/** An amendment as its holder drives it: open, compare, decide about each number, get an order, cancel. */
import { isDeepStrictEqual } from 'node:util';
import type { AmendmentCase, AmendmentOffer, ConfirmRequest, SignedOrder } from '@certdesk/contract';
import { addMonths, type CertificateProfile } from '@certdesk/pki';
import { holderActor as actorOf, type Holder } from '../../access/session.ts';
import type { CertificateRow } from '../../authority/certificates.ts';
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
import { encryptionInForce, type TwinSettings, twinRules } from '../../reissue/twins.ts';
import { reissueView } from '../../reissue/view.ts';
import { reissueWriter } from '../../reissue/write.ts';
import type { Tx } from '../../schema/database.ts';
import type { Amendment } from './data.ts';
import type { AmendmentEngine } from './engine.ts';
import { type AmendmentSettings, amendmentTiming, eventFor } from './rules.ts';
import { amendmentStatement } from './statement.ts';
import { amendmentView } from './view.ts';

export interface AmendmentDeps extends ReissueParts {
  readonly engine: AmendmentEngine;
  readonly profiles: ReadonlyMap<string, CertificateProfile>;
  readonly settings: AmendmentSettings &
    RegisterSettings & {
      readonly kinds: ReissueKinds;
      readonly twins: TwinSettings;
    };
}

export function amendmentDesk(given: AmendmentDeps) {
  const { db, engine, settings } = given;
  const deps = { ...given, statement: amendmentStatement };
  const { lockOwn: lockOwnReissue, giveOrder, ...shared } = reissueCases(deps);
  const lockOwn = async (tx: Tx, id: string, holder: Holder) =>
    (await lockOwnReissue(tx, id, holder)) as Amendment;
  const checks = registerChecks(deps, {
    open: ['registry-silent', 'checking'],
    take: async (tx, amendment, answer, actor) => {
      const { comparison, referral } = answer;
      const note = { registerDigest: comparison.digest, register: comparison.origin, referral };
      const change = { comparison, referral };
      await engine.move(tx, amendment as Amendment, eventFor(answer), {
        actor,
        now: deps.clock(),
        change,
        note,
      });
    },
  });

  /**
   * What the amended certificate will be, if it can be here: for the pair that is there, with the same end of validity, which
   * neither the profile nor the issuing CA may cut short.
   */
  function amendedKind(row: CertificateRow, now: Date): ReissueKind | undefined {
    const { algorithm, kind } = kindOf(settings.kinds, row);
    const profile = kind && deps.profiles.get(kind.profile);
    if (!profile || kind.algorithm !== algorithm) return undefined;
    const latest = addMonths(now, profile.validity.maxMonths);
    const fits = row.not_after <= latest && row.not_after <= deps.authority.notAfter(kind.profile, algorithm);
    return fits ? kind : undefined;
  }

  /** An encryption certificate that is there is amended too; none is added. */
  async function rulesFor(kind: ReissueKind, { lineId }: Holder) {
    const hasTwin = (await encryptionInForce(db, lineId)) !== undefined;
    const rules = twinRules(kind, settings.twins, hasTwin);
    return { ...rules, twin: hasTwin && rules.twin ? { ...rules.twin, keep: 0 } : null, recertify: true };
  }

  const viewOf = async (amendment: Amendment): Promise<AmendmentCase> =>
    amendmentView(amendment, await reissueView(db, amendment, deps.identityNumberOids, deps.clock()));

  return {
    ...shared,
    writer: reissueWriter(deps),
    askIfSilent: checks.askIfSilent,

    askAgain: checks.askAgain,
    view: (row) => viewOf(caseOf(row)),
    show: async (holder: Holder, id: string) => viewOf(caseOf(await ownCase(db, holder, id))),

    /** Whether numbers can be added to the signed-in certificate now, and why not. */
    async offer(holder: Holder): Promise<AmendmentOffer> {
      const now = deps.clock();
      const row = await certificateRow(db, holder.certificateId);
      const validity = { notBefore: row.not_before, notAfter: row.not_after };
      const { amendable, until } = amendmentTiming(validity, now, settings);
      const kind = amendedKind(row, now);
      const open = await openCaseOf(db, holder.lineId);
      return {
        certificate: summaryOf(row, now, deps.identityNumberOids),
        amendable:
          row.state !== 'in-force' ? 'superseded' : amendable === 'now' && !kind ? 'key-kind' : amendable,
        until: until.toISOString(),
        twin: kind !== undefined && (await rulesFor(kind, holder)).twin !== null,
        openCase: open?.id ?? null,
      };
    },

    /**
     * Opens a case and asks the register. `case-open` when another one changes this line; `amendment-near-end`,
     * `amendment-not-possible`, `session-renewal-only`, …
     */
    async open(holder: Holder): Promise<string> {
      const now = deps.clock();
      const row = await certificateRow(db, holder.certificateId);
      if (row.state !== 'in-force') throw new DeskError('certificate-superseded');
      const validity = { notBefore: row.not_before, notAfter: row.not_after };
      const { amendable } = amendmentTiming(validity, now, settings);
      if (holder.mode === 'renewal-only' || amendable === 'expired')
        throw new DeskError('session-renewal-only');
      if (amendable === 'not-yet-valid')
        throw new DeskError('certificate-not-yet-valid', { from: row.not_before.toISOString() });
      if (amendable === 'near-end')
        throw new DeskError('amendment-near-end', { on: row.not_after.toISOString() });
      const kind = amendedKind(row, now);
      if (!kind) throw new DeskError('amendment-not-possible');
      const rules = await rulesFor(kind, holder);
      return checks.open(holder, row, {
        prefix: 'A',
        dataOf: () => ({
          ...nothingDone,
          ...rules,
          keepsPairs: true,
          oldKey: row.public_key_digest,
          container: null,
        }),
      });
    },

    /** Something taken in: the case goes on to the key. Nothing: it ends, and the certificate stays as it is. */
    async confirm(holder: Holder, id: string, seen: ConfirmRequest): Promise<void> {
      const now = deps.clock();
      await checks.refresh(id);
      await db.transaction().execute(async (tx) => {
        const amendment = await lockOwn(tx, id, holder);
        const { comparison } = amendment.data;
        if (amendment.state === 'referred') throw new DeskError('comparison-differs');
        if (!['checking', 'ordered'].includes(amendment.state) || !comparison)
          throw new DeskError('case-state');
        const decision = decisionOf(comparison, seen);
        // Confirmed already, by an answer that was lost: said again, it is no error, and closes no order.
        if (amendment.state === 'ordered' && isDeepStrictEqual(amendment.data.added, decision.added)) return;
        const move = { actor: actorOf(holder), now, note: decisionNote(comparison, decision) };
        if (decision.added.length === 0) {
          await engine.move(tx, amendment, 'all-declined', { ...move, change: decision });
          return;
        }
        const { not_after } = await certificateRow(tx, amendment.certificateId);
        const change = { ...decision, notAfter: not_after.toISOString() };
        await engine.move(tx, amendment, 'confirmed', { ...move, change });
      });
    },

    giveOrder: (holder: Holder, id: string, browser: string): Promise<SignedOrder> =>
      giveOrder(holder, id, browser, async (tx, amendment, remains, context) => {
        const { data } = amendment;
        const old = await certificateRow(tx, amendment.certificateId);
        // Left lying until the certificate ran out: there is no validity left to keep.
        if (amendment.state === 'ordered' && old.not_after <= context.now)
          throw new DeskError('session-renewal-only');
        if (!data.notAfter || !data.added) throw new DeskError('case-state');
        const summary = summaryOf(old, context.now, deps.identityNumberOids);
        const added = [...data.added];
        return deps.orders.give(
          tx,
          {
            purpose: 'amendment',
            case: { id: amendment.id, number: amendment.number },
            key: old.public_key_digest,
            certificate: old.digest,
            algorithm: data.algorithm,
            confirmed: {
              entityName: summary.entityName,
              identityNumbers: [...summary.identityNumbers, ...added],
              added,
              twin: data.twin !== null,
            },
            notAfter: data.notAfter,
            leftovers: remains.leftovers,
          },
          context,
        );
      }),
  } satisfies ReissueJourney & Record<string, unknown>;
}

export type AmendmentDesk = ReturnType<typeof amendmentDesk>;
