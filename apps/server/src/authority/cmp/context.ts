/** What the parts of the CMP authority share. */
import {
  type Certificate,
  type CertificateProfile,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  type IdentityNumberOid,
} from '@certdesk/pki';
import { record } from '../../audit/record.ts';
import type { Clock } from '../../platform/clock.ts';
import { DeskError } from '../../platform/error.ts';
import type { Db, Tx } from '../../schema/database.ts';
import type { Intent } from '../intents.ts';
import type { Profiles } from '../profiles.ts';
import { exchangeWith, NoAnswer } from './exchange.ts';
import { requestId } from './request.ts';
import type { CmpSettings } from './settings.ts';
import { readTransaction } from './transactions.ts';

export interface CmpOptions {
  readonly db: Db;
  readonly settings: CmpSettings;
  readonly profiles: Profiles;
  readonly trustedRoots?: readonly Certificate[];
  readonly intermediates?: readonly Certificate[];
  readonly identityNumbers?: readonly IdentityNumberOid[];
  readonly clock: Clock;
}

/** The job that passes on revocations and rejections. */
export const tendAuthorityJob = 'tend-authority';

/** A pause that a waiting assistant sits out; after a longer one the case goes on later. */
const shortSeconds = 20;

export type CmpContext = ReturnType<typeof cmpContext>;

export function cmpContext({ db, settings, profiles, identityNumbers, clock }: CmpOptions) {
  const [ca] = settings.chain;
  const root = settings.chain.at(-1);
  if (!ca || !root) throw new Error('a CMP authority without its CA');

  /** "Not yet", in the words that fit how long it will take. */
  const notBefore = (seconds: number) =>
    new DeskError(seconds > shortSeconds ? 'issuing-waits' : 'issuing-not-yet', { seconds });

  return {
    ...{ db, settings, clock, ca, root, notBefore },
    /** Name of the CA, as certificates' rows have it. */
    issuer: ca.subject.toString(),
    exchange: exchangeWith(settings, clock),
    /** So long a node may talk to the CA about one intent. */
    leaseMs: settings.timeoutMs + 5000,
    oids: identityNumbers ?? DEFAULT_IDENTITY_NUMBER_OIDS,
    /** certReqId of a request whose answer never came (RFC 9480 §2.2 for PKCS#10). */
    assumedId: settings.request === 'p10cr' ? -1 : requestId,

    profileNamed(name: string): CertificateProfile {
      const profile = profiles.get(name);
      if (!profile) throw new DeskError('authority-unavailable', { profile: name });
      return profile;
    },

    /** Why a transaction cannot be taken now. */
    async notYet(intentId: string): Promise<DeskError> {
      const row = await readTransaction(db, intentId);
      const until = Math.max(row?.due_at.getTime() ?? 0, row?.busy_until?.getTime() ?? 0);
      return notBefore(Math.max(1, Math.ceil((until - clock().getTime()) / 1000)));
    },

    async note(tx: Tx, action: string, intent: Intent, data: Record<string, unknown>): Promise<void> {
      const who = { actor: 'authority', action, subject: `intent:${intent.id}` };
      await record(tx, { ...who, data: { case: intent.case_id, ...data } }, clock());
    },
  };
}

export const isOpen = (intent: Intent | undefined): intent is Intent => intent?.state === 'intended';

export function unavailableIfNoAnswer(error: unknown): unknown {
  return error instanceof NoAnswer ? new DeskError('authority-unavailable', {}, { cause: error }) : error;
}
