/** The status of what the issuing CAs issued, put together: lists, answers, what jobs keep up. */
import type { CertificateProfile } from '@certdesk/pki';
import type { Issuers } from '../authority/embedded/issuers.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../schema/database.ts';
import { type AnswerOcsp, ocspAnswers } from './answers.ts';
import { type Lists, lists as listsOf } from './lists.ts';
import type { ResponderKeys } from './responder-keys.ts';
import { responders as respondersOf } from './responders.ts';
import type { StatusSettings } from './settings.ts';
import { revokeSuperseded } from './superseded.ts';

export interface StatusDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly issuers: Issuers;
  readonly profiles: ReadonlyMap<string, CertificateProfile>;
  readonly keys: ResponderKeys;
  readonly settings: StatusSettings;
  /** Told why an answer was not possible. */
  readonly onTrouble: (error: unknown) => void;
}

export interface Status {
  readonly lists: Lists;
  readonly answer: AnswerOcsp;
  /** Makes new lists of a CA of ours, by its name in certificates; nothing for others. */
  publish(issuer: string): Promise<void>;
  /** What is due at every CA: lists, responders. Goes on with the others where one fails. @returns what failed */
  keepUp(): Promise<{ ca: string; error: unknown }[]>;
  /** Revokes superseded certificates whose profile wants it. */
  revokeSuperseded(): Promise<number>;
  /** Age of the oldest newest list, in seconds. */
  listAge(): Promise<number>;
  /** Seconds until the first newest list runs out; negative: it has. */
  listRemaining(): Promise<number>;
}

export function status(deps: StatusDeps): Status {
  const { clock, issuers } = deps;
  const lists = listsOf(deps);
  const responders = respondersOf(deps);

  const running = () => issuers.all().filter(({ certificate }) => certificate.notAfter > clock());
  async function figures(of: (list: { thisUpdate: Date; nextUpdate: Date }) => number): Promise<number[]> {
    const newest = await Promise.all(running().map((ca) => lists.newest(ca)));
    return newest.flatMap((list) => (list ? [of(list)] : []));
  }

  return {
    lists,
    answer: ocspAnswers({ ...deps, responders }),
    async publish(issuer) {
      if (!issuers.withSubject(issuer)) await issuers.refresh();
      const ca = issuers.withSubject(issuer);
      if (ca) await lists.publish(ca);
    },
    async keepUp() {
      await issuers.refresh();
      const failed: { ca: string; error: unknown }[] = [];
      for (const ca of running()) {
        for (const work of [lists, responders]) {
          try {
            await work.keepUp(ca);
          } catch (error) {
            failed.push({ ca: ca.name, error });
          }
        }
      }
      return failed;
    },
    revokeSuperseded: () => revokeSuperseded(deps.db, deps, clock()),
    async listAge() {
      const ages = await figures(({ thisUpdate }) => clock().getTime() - thisUpdate.getTime());
      return Math.max(0, ...ages) / 1000;
    },
    async listRemaining() {
      const left = await figures(({ nextUpdate }) => nextUpdate.getTime() - clock().getTime());
      return left.length > 0 ? Math.min(...left) / 1000 : 0;
    },
  };
}
