import { mkdtemp } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Certificate } from '@certdesk/pki';
import { onTestFinished } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { intentRequest, passphrase, now as start, testCa } from '../authority/authority.test-support.ts';
import type { AuthorityAlgorithm } from '../authority/embedded/create.ts';
import { embeddedAuthority } from '../authority/embedded/embedded.ts';
import { fixedIssuers } from '../authority/embedded/issuers.ts';
import type { IssuingCa } from '../authority/embedded/open.ts';
import { readProfiles } from '../authority/profiles.ts';
import { testServer } from '../platform/http/http.test-support.ts';
import { openDatabase } from '../schema/database.ts';
import { statusAddresses } from './addresses.ts';
import { responderKeys } from './responder-keys.ts';
import { statusRoutes } from './routes.ts';
import { status } from './status.ts';

export const statusOrigin = 'http://status.example';
export const settings = {
  origin: statusOrigin,
  listHours: 24,
  deltaHours: 2,
  ocspMinutes: 60,
  responderDays: 30,
};

/** Folders with responders' keys, made once per test file: RSA takes time. */
const folders = new Map<string, Promise<string>>();
function keyFolder(name: string): Promise<string> {
  const known = folders.get(name) ?? mkdtemp(join(tmpdir(), 'certdesk-status-'));
  folders.set(name, known);
  return known;
}

/** A CA with its register and what it publishes, on nodes that share a database and, unless said otherwise, the keys. */
export async function statusWorld(algorithm: AuthorityAlgorithm = 'sm2', profiles = readProfiles()) {
  const { url } = await createTestDatabase();
  const { ca } = await testCa(algorithm);
  const world = { time: start };
  const clock = () => world.time;
  const troubles: unknown[] = [];

  async function node(more: { ca?: IssuingCa; keys?: string } = {}) {
    const database = openDatabase(url);
    onTestFinished(() => database.end());
    const issuers = fixedIssuers([more.ca ?? ca], clock);
    const published = status({
      db: database.db,
      clock,
      issuers,
      profiles,
      keys: responderKeys(await keyFolder(more.keys ?? 'shared'), passphrase),
      settings,
      onTrouble: (error) => void troubles.push(error),
    });
    const { app } = await testServer();
    await app.register(statusRoutes({ clock, issuers, lists: published.lists, answer: published.answer }));
    onTestFinished(() => app.close());
    return { ...database, published, app };
  }

  const first = await node();
  const authority = embeddedAuthority({
    db: first.db,
    issuers: fixedIssuers([ca], clock),
    profiles,
    clock,
    addressesOf: (issuer) => statusAddresses(statusOrigin, issuer),
  });
  return {
    ca,
    world,
    troubles,
    node,
    ...first,
    /** Issues a certificate, in force at once. */
    async issue(more: Parameters<typeof intentRequest>[0] = {}) {
      const key = algorithm === 'rsa' ? 'rsa2048' : algorithm;
      const profile = `entity-signing-${algorithm}`;
      const { intentId } = await first.db
        .transaction()
        .execute((tx) =>
          authority.intend(tx, intentRequest({ algorithm: key, profile, ...more }), world.time),
        );
      const { id, der, digest } = await authority.finish(intentId);
      return { id, digest, certificate: Certificate.parse(der) };
    },
    /** Where a node listens on the loopback interface. */
    async listen(): Promise<string> {
      await first.app.listen({ host: '127.0.0.1', port: 0 });
      return `http://127.0.0.1:${(first.app.server.address() as AddressInfo).port}`;
    },
    later: (ms: number) => {
      world.time = new Date(world.time.getTime() + ms);
    },
  };
}

export type StatusWorld = Awaited<ReturnType<typeof statusWorld>>;

/** The path of an address that a certificate carries. */
export function pathOf(address: string | undefined): string {
  return new URL(address ?? '').pathname;
}
