/** The desk's jobs: what goes on when nobody asks. Each may run again at any time, on any node. */
import { z } from 'zod';
import { sweepSessions } from './access/session.ts';
import type { Authority } from './authority/authority.ts';
import { certificateStoppedJob, publishListsJob } from './authority/certificates.ts';
import { finishOpenIntents } from './authority/finish-open-intents.ts';
import { runOutCases } from './cases/run-out.ts';
import { certificateStopped } from './cases/stopped.ts';
import type { KeyManagement } from './keymanagement/port.ts';
import { sweepOrders } from './orders/orders.ts';
import type { Clock } from './platform/clock.ts';
import { DeskError } from './platform/error.ts';
import { sweepLimits } from './platform/http/limits.ts';
import type { CronJob, Task } from './platform/jobs.ts';
import type { Log } from './platform/telemetry/log.ts';
import { sweepAnswers } from './registry/http/kept.ts';
import { askRegisterJob } from './reissue/check.ts';
import { retirePairsJob } from './reissue/effects.ts';
import { type ReissueJourneys, reissueJourneyOf } from './reissue/journey.ts';
import type { Db } from './schema/database.ts';
import type { Status } from './status/status.ts';

export interface JobDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly authority: Authority;
  readonly journeys: ReissueJourneys;
  readonly status: Status;
  readonly keys: KeyManagement | undefined;
}

const RetiredPairs = z.object({
  pairs: z.array(z.string()),
  reason: z.enum(['superseded', 'withdrawn']),
});
const OneCase = z.object({ caseId: z.uuid() });
const OneIssuer = z.object({ issuer: z.string() });
const OneCertificate = z.object({ certificateId: z.uuid() });

export function desksJobs(deps: JobDeps): { tasks: Record<string, Task>; crons: CronJob[] } {
  const { db, clock, log, authority, journeys, status, keys } = deps;

  /** Withdrawn meanwhile, refused by the CA, or with a CA that takes its time: there is nothing to finish now. */
  const nothingNow: readonly string[] = ['case-state', 'issuing-refused', 'issuing-not-yet', 'issuing-waits'];
  async function orNothing(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof DeskError && nothingNow.includes(error.code))) throw error;
    }
  }
  const writerOf = async (caseId: string) => (await reissueJourneyOf(db, journeys, caseId)).writer;
  const finishIntent = async (caseId: string, intentId: string) =>
    orNothing((await writerOf(caseId)).finishIntent(caseId, intentId));

  /** Certificates that were proved and that their CA has not confirmed, and those that it has withdrawn meanwhile. */
  async function confirmIssued(): Promise<void> {
    for (const { intentId, caseId } of await authority.unconfirmed(clock(), 1000)) {
      try {
        await orNothing(
          caseId === null
            ? authority.confirm(intentId)
            : (await writerOf(caseId)).confirmIntent(caseId, intentId),
        );
      } catch (error) {
        log.error({ intentId, err: error }, 'a certificate cannot be confirmed');
      }
    }
  }

  const tasks: Record<string, Task> = {
    [askRegisterJob]: async (payload) => {
      const { caseId } = OneCase.parse(payload);
      await (await reissueJourneyOf(db, journeys, caseId)).askIfSilent(caseId);
    },
    [retirePairsJob]: async (payload) => {
      const { pairs, reason } = RetiredPairs.parse(payload);
      if (!keys) throw new DeskError('configuration-invalid', { where: 'keyManagement is missing' });
      for (const pair of pairs) await keys.retire(pair, reason);
    },
    'finish-open-intents': async () => {
      const now = clock();
      const before = new Date(now.getTime() - 15_000);
      const { failed } = await finishOpenIntents(db, authority, { before, now, continueCase: finishIntent });
      for (const { intentId, error } of failed)
        log.error({ intentId, err: error }, 'an intent cannot be finished');
    },
    'confirm-issued': confirmIssued,
    'tend-authority': async () => {
      for (const { what, error } of await authority.tend())
        log.error({ what, err: error }, 'the authority cannot be told');
    },
    'run-out-cases': async () => {
      for (const { id, error } of await runOutCases(db, journeys, clock())) {
        log.error({ case: id, err: error }, 'a case cannot be ended');
      }
    },
    [publishListsJob]: async (payload) => status.publish(OneIssuer.parse(payload).issuer),
    [certificateStoppedJob]: async (payload) =>
      certificateStopped(db, journeys, OneCertificate.parse(payload).certificateId),
    'keep-up-status': async () => {
      await status.revokeSuperseded();
      for (const { ca, error } of await status.keepUp()) {
        log.error({ ca, err: error }, 'the status of a CA cannot be published');
      }
    },
    sweep: async () => {
      const now = clock();
      await status.lists.sweep();
      await sweepLimits(db, now);
      await sweepSessions(db, now);
      await sweepOrders(db, now);
      await sweepAnswers(db, now);
    },
  };
  const crons = [
    { task: 'finish-open-intents', pattern: '* * * * *' },
    { task: 'confirm-issued', pattern: '* * * * *' },
    { task: 'tend-authority', pattern: '* * * * *' },
    { task: 'run-out-cases', pattern: '* * * * *' },
    { task: 'keep-up-status', pattern: '* * * * *' },
    { task: 'sweep', pattern: '17 * * * *' },
  ];
  return { tasks, crons };
}
