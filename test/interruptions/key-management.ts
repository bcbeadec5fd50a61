/** The key management beside the server: its process, as long as it lives, and what its database says. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { openKeyDatabase } from '../../apps/server/src/keymanagement/service/database.ts';
import { keySettingsName } from '../../apps/server/src/keymanagement/service/files.ts';
import { retirePairsJob } from '../../apps/server/src/reissue/effects.ts';
import type { Db } from '../../apps/server/src/schema/database.ts';
import { createTestDatabase } from '../support/database.ts';
import { Child, type Listener } from './child.ts';
import type { KeyManagementSettings } from './keymanagement.test-child.ts';
import { openNetwork } from './network.ts';

export const keyPassphrase = '密钥管理自己的口令';

export type KeyManagementStand = Awaited<ReturnType<typeof openKeyManagementStand>>;

/** Before the desk's files are made, which name its port. */
export async function openKeyManagementStand() {
  const network = await openNetwork();
  const { url: databaseUrl } = await createTestDatabase({ migrated: false });
  const { db, end } = openKeyDatabase(databaseUrl);
  let child: Child | undefined;
  let starting: Promise<void> | undefined;

  async function start(program: string, deskFolder: string, now: Date, director: Listener['point']) {
    const settings: KeyManagementSettings = {
      settingsFile: join(deskFolder, 'keymanagement', keySettingsName),
      databaseUrl,
      passphrase: keyPassphrase,
      now: now.toISOString(),
    };
    await new Promise<void>((resolve) => {
      const event = (_: string, port: unknown) => {
        network.to = port as number;
        resolve();
      };
      child = new Child(program, settings, { point: director, event });
    });
    starting = undefined;
  }

  return {
    port: network.port,

    /** Resolves when it listens; starts it if it does not run. */
    async running(...how: Parameters<typeof start>): Promise<void> {
      if (!child || child.gone) starting ??= start(...how);
      await starting;
    },
    async kill(): Promise<void> {
      await child?.kill();
    },
    async setClock(now: Date): Promise<void> {
      await child?.ask('setClock', now.toISOString());
    },

    /**
     * Resolves when the server has told it of every pair that is out of use. A job that failed while it was away is done
     * now and not after its pause.
     */
    async pairsRetired(desk: Db): Promise<void> {
      for (;;) {
        const { rows } = await sql<{ id: string; again: boolean }>`
          select id, attempts > 0 and locked_at is null as again
          from graphile_worker.jobs where task_identifier = ${retirePairsJob}`.execute(desk);
        if (rows.length === 0) return;
        const again = rows.filter((row) => row.again).map(({ id }) => id);
        if (again.length > 0)
          await sql`select graphile_worker.reschedule_jobs(${again}::bigint[], run_at := now())`.execute(
            desk,
          );
        await sleep(20);
      }
    },

    /** Digests of the public keys of the pairs that a case was given, by their state. */
    async pairsOf(cases: readonly string[]): Promise<{ state: string; digest: string }[]> {
      const given = await db
        .selectFrom('pair_intent')
        .innerJoin('encryption_pair', 'encryption_pair.id', 'pair_intent.pair_id')
        .select(['intent', 'state', 'public_key_digest as digest'])
        .execute();
      return given.filter(({ intent }) => cases.some((id) => intent.startsWith(`case:${id}:`)));
    },

    async close(): Promise<void> {
      await child?.kill();
      await end();
      await network.close();
    },
  };
}
