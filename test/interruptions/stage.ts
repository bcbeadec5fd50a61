/** What all runs share: a database, the server's files, the network, and the processes as long as they live. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sm2PrivateKey, type Sm2PublicKey } from '@certdesk/gm';
import { certificateDigest, envelopKey } from '@certdesk/pki';
import type { Key } from '@certdesk/token';
import { sql } from 'kysely';
import { auditPublicKeyFile, readAuditPublicKey } from '../../apps/server/src/audit/key.ts';
import { type IssuingCa, openIssuingCa } from '../../apps/server/src/authority/embedded/open.ts';
import { importCertificate } from '../../apps/server/src/authority/import.ts';
import { defaultProfiles } from '../../apps/server/src/authority/profiles.ts';
import { trustedIssuers } from '../../apps/server/src/commands/certificate.ts';
import { makeDesk } from '../../apps/server/src/commands/init.ts';
import { trustedDesk } from '../../apps/server/src/commands/trust.ts';
import {
  type EntityCertificateOptions,
  entityCertificate,
} from '../../apps/server/src/entity-certificate.test-support.ts';
import { type Db, openDatabase } from '../../apps/server/src/schema/database.ts';
import { type Configuration, readConfiguration } from '../../apps/server/src/setup/configuration.ts';
import { createTestDatabase } from '../support/database.ts';
import type { AssistantSettings } from './assistant.test-child.ts';
import { buildPrograms, Child, type Listener, ProcessGone, type Programs } from './child.ts';
import type { DeskSettings } from './desk.test-child.ts';
import { type KeyManagementStand, keyPassphrase, openKeyManagementStand } from './key-management.ts';
import { type Network, openNetwork } from './network.ts';
import type { Point } from './point.ts';
import { type RegisterMood, usccOf } from './register.ts';
import { type KeyStand, type MakeStand, PIN } from './stands/stand.ts';
import { virtualStand } from './stands/virtual.ts';

const passphrase = '只用于测试的口令';
const cheap = { logN: 4, r: 1, p: 1 };
export const day = 86_400_000;

/** A profile of twins whose former container leaves the key, and whose pairs are never certified again. */
export const movingTwins = 'twins-that-move';

/** What a company's key holds when it comes. */
export interface CompanyKind {
  /** Its certificate has an encryption twin, with its pair. */
  readonly twin?: boolean;
  /** Until its certificate ends: 60, when it can be renewed, unless said. */
  readonly daysLeft?: number;
  /** Its certificate was issued by this profile; unless given, by a system before this one. */
  readonly profile?: string;
  /** No second container fits on its key. */
  readonly full?: boolean;
  /** The container that it came with is to stay for its encryption key. */
  readonly keepsOld?: boolean;
}

export interface Company extends CompanyKind {
  /** Digests of the certificates that it came with. */
  readonly certificate: string;
  readonly encryption: string | undefined;
}

/** Of containers of another authority, which nobody here has any business with. */
export const foreign = 'of another authority';

/** Told what happens in the processes; whoever runs a journey stands behind it. */
export interface Director {
  point(point: Point): Promise<boolean>;
  keyWanted(): void;
}

export class Stage {
  readonly db: Db;
  readonly configuration: Configuration;
  readonly network: Network;
  readonly wayToDatabase: Network;
  readonly origin: string;
  readonly audit: Sm2PublicKey;
  now = new Date('2027-03-01T08:00:00Z');
  /** The present one. */
  company: Company = { certificate: '', encryption: undefined };
  director: Director = { point: async () => false, keyWanted: () => undefined };
  #register: RegisterMood = 'matches';
  #desk: Child | undefined;
  #assistant: Child | undefined;
  #starting: Promise<void> | undefined;
  #companies = 0;
  /** How far the clock of the holder's machine is off; for the assistants that are started from now on. */
  holdersClockOffMs = 0;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.db = parts.db;
    this.configuration = parts.configuration;
    this.network = parts.network;
    this.wayToDatabase = parts.wayToDatabase;
    this.origin = parts.configuration.publicOrigin;
    this.audit = parts.audit;
  }

  // ── the server ──

  /** Resolves when it listens; starts it if it does not run. */
  async server(): Promise<Child> {
    if (!this.#desk || this.#desk.gone) this.#starting ??= this.#startServer();
    await this.#starting;
    return this.#desk as Child;
  }

  async #startServer(): Promise<void> {
    const settings: DeskSettings = {
      configurationFile: join(this.#parts.folder, 'desk', 'server.json'),
      databaseUrl: this.#parts.serversDatabaseUrl,
      passphrase,
      now: this.now.toISOString(),
      register: this.#register,
      pages: false,
    };
    await new Promise<void>((resolve) => {
      const event = (_: string, port: unknown) => {
        this.network.to = port as number;
        resolve();
      };
      this.#desk = new Child(this.#parts.programs.desk, settings, this.#listener(event));
    });
    this.#starting = undefined;
  }

  async killServer(): Promise<void> {
    await this.#desk?.kill();
    if (!this.#parts.keyManagement) return;
    // What a worker that was killed had taken is taken up after four hours, which nobody waits for here.
    await sql`select graphile_worker.force_unlock_workers(array_agg(distinct locked_by))
      from graphile_worker.jobs where locked_by is not null`.execute(this.db);
  }

  // ── the key management ──

  /** Undefined where keys cannot take encryption keys. */
  get twins(): KeyManagementStand | undefined {
    return this.#parts.keyManagement;
  }

  /** Resolves when it listens; starts it if it does not run. */
  async keyManagement(): Promise<void> {
    const { keyManagement, programs, folder } = this.#parts;
    const point: Listener['point'] = (reached) => this.director.point(reached);
    await keyManagement?.running(programs.keyManagement, join(folder, 'desk'), this.now, point);
  }

  async killKeyManagement(): Promise<void> {
    await this.#parts.keyManagement?.kill();
  }

  /** Resolves when it knows of every pair that is out of use. */
  async pairsRetired(): Promise<void> {
    await Promise.all([this.server(), this.keyManagement()]);
    await this.#parts.keyManagement?.pairsRetired(this.db);
  }

  /** The graceful way. */
  async stopServer(): Promise<void> {
    await (await this.server()).ask('stop', null);
    await this.killServer();
  }

  /** After a run that went wrong: nothing of it is left running. */
  async restart(): Promise<void> {
    await this.killAssistant();
    await this.killServer();
    await this.db.updateTable('desk_case').set({ open: false, ends_at: null }).execute();
    await this.server();
  }

  async setClock(now: Date): Promise<void> {
    // A request that is under way would be too old for the key management.
    await this.pairsRetired();
    this.now = now;
    await this.#parts.keyManagement?.setClock(now);
    await (await this.server()).ask('setClock', now.toISOString());
  }

  async setRegister(mood: RegisterMood): Promise<void> {
    this.#register = mood;
    await (await this.server()).ask('setRegister', mood);
  }

  /** Has the server do a job now. Resolves when what it is for has come true; rejects when the server is killed at it. */
  async runJob(task: string, done: () => Promise<boolean>): Promise<void> {
    const server = await this.server();
    await sql`select graphile_worker.add_job(${task}::text)`.execute(this.db);
    while (!(await done())) {
      if (server.gone) throw new ProcessGone(task);
      await sleep(20);
    }
  }

  // ── the assistant ──

  assistant(): Child {
    if (!this.#assistant || this.#assistant.gone) this.#assistant = this.anotherAssistant();
    return this.#assistant;
  }

  /** Whoever starts it kills it. */
  anotherAssistant(keyWanted = () => this.director.keyWanted()): Child {
    const { desk, programs, keys } = this.#parts;
    const { driver } = keys;
    const settings: AssistantSettings = { driver, pin: PIN, desk, clockOffMs: this.holdersClockOffMs };
    const event = (name: string) => name === 'key-wanted' && keyWanted();
    return new Child(programs.assistant, settings, this.#listener(event));
  }

  async killAssistant(): Promise<void> {
    await this.#assistant?.kill();
  }

  #listener(event: Listener['event']): Listener {
    return { point: (point) => this.director.point(point), event };
  }

  // ── the key ──

  /** A company whose certificate stands in the register, with its key plugged in and no other. */
  async newCompany(kind: CompanyKind = {}): Promise<void> {
    this.#companies += 1;
    const name = `上海示例第${this.#companies}有限公司`;
    const { keys, ca } = this.#parts;
    if (keys.libraryMayCrash) await this.killAssistant();
    const names = { label: name, serial: String(this.#companies) };
    await keys.newKey({ ...names, ...(kind.full && { containers: 1 }) });
    await this.withKey(async (key) => {
      await key.createContainer('old');
      const publicKey = await key.generateKeyPair('old', keys.algorithm);
      const content = {
        name,
        numbers: [{ kind: 'uscc', value: usccOf(this.#companies) }],
        notAfter: new Date(this.now.getTime() + (kind.daysLeft ?? 60) * day),
      } as const;
      const der = await entityCertificate(ca, { ...content, publicKey });
      await key.writeCertificate('old', 'signing', der);
      await this.#import(der, kind.profile);
      const twin = kind.twin ? await this.#importTwin(key, publicKey, content) : undefined;
      if (kind.full) await fillUp(key);
      this.company = { ...kind, certificate: certificateDigest(der), encryption: twin };
    });
  }

  /** Gives the pair in `old` an encryption twin. @returns its certificate's digest */
  async #importTwin(
    key: Key,
    signingKey: Uint8Array,
    content: Omit<EntityCertificateOptions, 'publicKey'>,
  ): Promise<string> {
    const pair = Sm2PrivateKey.generate();
    const publicKey = pair.publicKey.toSpki();
    const profile = 'entity-encryption-sm2';
    const certificate = await entityCertificate(this.#parts.ca, { ...content, publicKey, profile });
    await key.importEncryptionKey('old', { envelope: envelopKey(pair, signingKey), certificate });
    await this.#import(certificate);
    return certificateDigest(certificate);
  }

  /** @param profile by which it was issued here earlier */
  async #import(der: Uint8Array, profile?: string): Promise<void> {
    const trusted = await trustedIssuers(this.configuration, passphrase);
    await this.db.transaction().execute(async (tx) => {
      await importCertificate(tx, trusted, der, 'test', this.now);
      const digest = certificateDigest(der);
      if (profile)
        await tx.updateTable('certificate').set({ profile }).where('digest', '=', digest).execute();
    });
  }

  /** Opens the key wherever it is, with its PIN. */
  async withKey<T>(work: (key: Key) => Promise<T>): Promise<T> {
    const key = await this.#parts.keys.open();
    try {
      await key.verifyPin(PIN);
      return await work(key);
    } finally {
      await key.close();
    }
  }

  get libraryMayCrash(): boolean {
    return this.#parts.keys.libraryMayCrash === true;
  }

  pullKey(): Promise<void> {
    return this.#parts.keys.pull();
  }
  plugKey(): Promise<void> {
    return this.#parts.keys.plug();
  }

  async close(): Promise<void> {
    await this.killAssistant();
    await this.killServer();
    await this.#parts.keyManagement?.close();
    await this.network.close();
    await this.wayToDatabase.close();
    await this.#parts.keys.close();
    await this.#parts.end();
    this.#parts.programs.dispose();
    await rm(this.#parts.folder, { recursive: true, force: true });
  }
}

interface Parts {
  readonly folder: string;
  /** By the way that can be cut. */
  readonly serversDatabaseUrl: string;
  readonly db: Db;
  end(): Promise<void>;
  readonly configuration: Configuration;
  readonly network: Network;
  readonly wayToDatabase: Network;
  readonly programs: Programs;
  readonly ca: IssuingCa;
  readonly audit: Sm2PublicKey;
  readonly desk: AssistantSettings['desk'];
  readonly keys: KeyStand;
  readonly keyManagement: KeyManagementStand | undefined;
}

/** Leaves no room for another container. */
async function fillUp(key: Key): Promise<void> {
  for (let at = 1; ; at += 1) {
    const { room } = await key.info();
    if (room === 'unknown') throw new Error('the key does not tell its room');
    if (room.containers === 0) return;
    const name = `${foreign} ${at}`;
    await key.createContainer(name);
    await key.generateKeyPair(name, 'sm2');
  }
}

/** Profiles and settings for keys that take encryption keys. */
function withTwins() {
  const forSm2 = (defaultProfiles as { name: string; keyAlgorithms: string[] }[]).filter(
    ({ keyAlgorithms }) => keyAlgorithms.includes('sm2'),
  );
  const twins = forSm2.find(({ name }) => name === 'entity-twin-sm2');
  const twin = { encryption: 'entity-encryption-sm2', keepContainers: 0 };
  const moving = { ...twins, name: movingTwins, twin, recertify: false };
  const profiles = { sm2: 'entity-signing-sm2', [movingTwins]: movingTwins };
  return {
    authority: { profiles: [...forSm2, moving] },
    renewal: { twinProfile: 'entity-twin-sm2', profiles },
  };
}

/** @param standOf the kind of keys that its companies have, made in a folder of their own */
export async function openStage(standOf: MakeStand = virtualStand): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'certdesk-interruptions-'));
  const keys = await standOf(join(folder, 'keys'));
  const desk = join(folder, 'desk');
  const network = await openNetwork();
  const names = { publicOrigin: `http://localhost:${network.port}`, organisation: '测试证书中心' };
  const now = new Date('2020-01-01T00:00:00Z');
  const made = { folder: desk, ...names, algorithm: keys.algorithm, passphrase, rootPassphrase: passphrase };
  const keyManagement = keys.algorithm === 'sm2' ? await openKeyManagementStand() : undefined;
  const twins = keyManagement && {
    keyManagement: { port: keyManagement.port, passphrase: keyPassphrase, spare: 3 },
  };
  await makeDesk({ ...made, ...twins, cost: cheap, now });
  const file = join(desk, 'server.json');
  // The clock stands still in a run, so that nothing would ever leak out of a rate limit.
  const http = { signInsPerMinute: 1e6, ordersPerMinute: 1e6 };
  await writeFile(
    file,
    JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), http, ...(twins && withTwins()) }),
  );
  const configuration = await readConfiguration(file);
  const { url: databaseUrl } = await createTestDatabase();
  const { db, end } = openDatabase(databaseUrl);
  const serversDatabase = new URL(databaseUrl);
  const wayToDatabase = await openNetwork(Number(serversDatabase.port));
  serversDatabase.port = String(wayToDatabase.port);
  return new Stage({
    folder,
    serversDatabaseUrl: serversDatabase.href,
    db,
    end,
    configuration,
    network,
    wayToDatabase,
    programs: await buildPrograms(),
    ca: await openIssuingCa(configuration.authority.folder, passphrase),
    audit: await readAuditPublicKey(auditPublicKeyFile(configuration.audit.key)),
    desk: await trustedDesk(configuration, passphrase),
    keys,
    keyManagement,
  });
}
