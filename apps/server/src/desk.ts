/** The parts of the desk, wired together. main.ts runs it; tests run it with another clock, register or limits. */
import { fileURLToPath } from 'node:url';
import { addMonths } from '@certdesk/pki';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { sql } from 'kysely';
import { gate as buildGate, type Gate } from './access/gate.ts';
import { accessRoutes } from './access/routes.ts';
import { signInWith } from './access/sign-in.ts';
import { openAuditKey } from './audit/key.ts';
import { sealerLag, startSealer } from './audit/sealer.ts';
import { cmpAuthority } from './authority/cmp/cmp.ts';
import { type CmpSettings, cmpProfiles, openCmp } from './authority/cmp/settings.ts';
import { type BulkAuthority, embeddedAuthority } from './authority/embedded/embedded.ts';
import { fixedIssuers, type Issuers, openIssuers } from './authority/embedded/issuers.ts';
import type { IssuingCa } from './authority/embedded/open.ts';
import { recordIssuers } from './authority/embedded/record-issuers.ts';
import { endingSoon, issuable } from './authority/embedded/routing.ts';
import { readProfiles } from './authority/profiles.ts';
import { registrar } from './authority/registration/registrar.ts';
import { registrationRoutes } from './authority/registration/routes.ts';
import { authorityRoutes } from './authority/routes.ts';
import { caseRoutes } from './cases/routes.ts';
import { desksJobs } from './jobs.ts';
import { openJourneys } from './journeys.ts';
import { openKeyManagement } from './keymanagement/open.ts';
import { bearerOf } from './orders/bearer.ts';
import { orderDesk } from './orders/orders.ts';
import { orderRoutes } from './orders/routes.ts';
import { readOrderSigner } from './orders/signer.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import type { App } from './platform/http/app.ts';
import { eventStreams } from './platform/http/events.ts';
import { databaseLimiter, type Limiter, type RateLimit } from './platform/http/limits.ts';
import { buildHttp } from './platform/http/server.ts';
import { startWorker } from './platform/jobs.ts';
import { createListener, type Listener } from './platform/notifications.ts';
import { readCertificate } from './platform/read-certificate.ts';
import type { Log } from './platform/telemetry/log.ts';
import { createMetrics } from './platform/telemetry/metrics.ts';
import { configuredRegisters, openRegisters } from './registry/configured.ts';
import type { Registry } from './registry/registry.ts';
import { divisionInTable } from './registry/table/division.ts';
import type { ReissueParts } from './reissue/deps.ts';
import { type ReissueJourneys, reissueJourneyNamed } from './reissue/journey.ts';
import { checkRoutes, writeRoutes } from './reissue/routes.ts';
import { type Db, migrate, openDatabase } from './schema/database.ts';
import { readAgreement } from './setup/agreement.ts';
import type { Configuration } from './setup/configuration.ts';
import { recordConfiguration } from './setup/record-configuration.ts';
import { deskRoutes } from './setup/routes.ts';
import { readServedCodes } from './setup/served-codes.ts';
import { servicePointRoutes } from './setup/service-points/routes.ts';
import { statusAddresses } from './status/addresses.ts';
import { responderKeys } from './status/responder-keys.ts';
import { statusRoutes } from './status/routes.ts';
import { type Status, status } from './status/status.ts';
import { version } from './version.ts';

export interface DeskOptions {
  readonly configuration: Configuration;
  readonly databaseUrl: string;
  /** Opens the issuing key, the order key and the audit key. */
  readonly passphrase: string;
  readonly log: Log;
  readonly clock?: Clock;
  /** Folder of the holders' built pages; null: none. */
  readonly pages?: string | null;
  /** Another register than the configured ones. */
  readonly registry?: (db: Db) => Registry;
}

export interface Desk {
  readonly app: App;
  /** Answers what is under way, ends the jobs, seals the audit log, leaves the database. */
  stop(): Promise<void>;
}

const builtPages = fileURLToPath(new URL('../../portal/dist/pages/', import.meta.url)).replace(/\/$/, '');

/** How soon a node knows of an issuing CA that a command has added: sign-in has to know it, whoever has issued by it. */
const issuersSeconds = 5;

const perMinute = (count: number): RateLimit => ({ count, seconds: 60 });

/**
 * Opens keys and database, brings the database to this program's schema, and starts the jobs. Listens to nobody yet.
 * @throws DeskError `passphrase-wrong`, `configuration-invalid`, `database-unavailable`; MigrationError
 */
export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { configuration, databaseUrl, passphrase, log, clock = systemClock } = options;
  const { publicOrigin, session, http } = configuration;
  let noteIssuers: ((all: readonly IssuingCa[]) => void) | undefined;
  const [issuing, auditKey, signer, agreement, codes, opened] = await Promise.all([
    openIssuing(options, (all) => noteIssuers?.(all)),
    openAuditKey(configuration.audit.key, passphrase),
    readOrderSigner(configuration.orders.key, passphrase),
    readAgreement(configuration.agreement),
    configuration.served.codes === undefined ? undefined : readServedCodes(configuration.served.codes),
    openRegisters(configuration.registry, passphrase, clock()),
  ]);
  const { identityNumberOids } = configuration.authority;
  const { issuedBy } = configuration.authority;
  const issuers = issuing.issuers?.all() ?? [];
  const configured = readProfiles(configuration.authority.profiles, identityNumberOids);
  const profiles = issuing.cmp
    ? cmpProfiles(configured, configuration.authority.profiles !== undefined)
    : issuable(configured, configuration.authority.profiles !== undefined, issuers, issuedBy, clock());
  for (const said of endingSoon(profiles, issuers, issuedBy, clock())) log.warn(said);
  const answeringKeys = responderKeys(configuration.status.keys, passphrase);
  // Found to be wrong at start, and not by the first who asks.
  await Promise.all(issuers.map(({ signer: { algorithm } }) => answeringKeys.for(algorithm)));
  // Another CA publishes the status of what it issued itself.
  const publishing = issuing.issuers ?? fixedIssuers([], clock);
  const statusOrigin = configuration.status.origin ?? publicOrigin;
  const [trustedRoots, intermediates] = await Promise.all([
    Promise.all(configuration.authority.trustedRoots.map(readCertificate)),
    Promise.all(configuration.authority.intermediates.map(readCertificate)),
  ]);
  const keys =
    configuration.keyManagement && (await openKeyManagement(configuration.keyManagement, passphrase, clock));
  await migrate(databaseUrl);

  const onLoss = (error: unknown) => log.warn({ err: error }, 'a connection to the database was lost');
  const database = openDatabase(databaseUrl, { max: configuration.databasePool, onLoss });
  const { db } = database;
  const limiter = databaseLimiter(db, clock);
  const orders = orderDesk(signer, {
    publicOrigin,
    deskName: configuration.deskName.zh,
    orderSeconds: configuration.orders.seconds,
    orderWaitMinutes: configuration.orders.waitMinutes,
    orderIdleMinutes: configuration.orders.idleMinutes,
  });
  const authorityDeps = {
    ...{ db, profiles, trustedRoots, intermediates, clock },
    ...(identityNumberOids && { identityNumbers: identityNumberOids }),
  };
  const authority = issuing.cmp
    ? cmpAuthority({ ...authorityDeps, settings: issuing.cmp })
    : embeddedAuthority({
        ...authorityDeps,
        issuers: issuing.issuers,
        issuedBy,
        addressesOf: (issuer) => statusAddresses(statusOrigin, issuer),
      });
  const metrics = createMetrics();
  const registers = configuredRegisters(opened, {
    ...{ db, clock, onAnswer: metrics.register },
    onTrouble: (error) => log.warn({ err: error }, 'the legal-entity register gave no answer'),
    onBreaker: (open) =>
      open
        ? log.error('the legal-entity register failed too often in a row and is not asked for a while')
        : log.info('the legal-entity register answers again'),
  });
  const registry = options.registry?.(db) ?? registers;
  const served = { ...configuration.served, codes };
  const parts: ReissueParts = { db, clock, orders, authority, registry, served, keys, identityNumberOids };
  // Another CA issues one certificate for one request: no twins by way of it yet.
  const withTwins = keys !== undefined && !issuing.cmp;
  const { journeys, routes } = openJourneys(parts, configuration, profiles, agreement, withTwins);
  const published = status({
    db,
    clock,
    issuers: publishing,
    profiles,
    keys: answeringKeys,
    settings: { ...configuration.status, origin: statusOrigin },
    onTrouble: (error) =>
      log.error({ err: error }, 'a question for the status of a certificate cannot be answered'),
  });

  await recordConfiguration(db, configuration, agreement, clock());
  if (issuing.issuers) await recordIssuers(db, issuers, clock());
  noteIssuers = (all) => {
    log.info({ issuers: all.map(({ name }) => name) }, 'the issuing CAs have changed');
    recordIssuers(db, all, clock()).catch((error: unknown) =>
      log.error({ err: error }, 'the issuing CAs cannot be written into the audit log'),
    );
  };
  const listener = createListener(databaseUrl, { onLoss });
  const sealer = startSealer({
    db,
    key: auditKey,
    headsFile: configuration.audit.heads,
    clock,
    onTrouble: (error) => log.error({ err: error }, 'the audit log cannot be sealed'),
  });
  const worker = startWorker({
    pool: database.pool,
    ...desksJobs({ db, clock, log, authority, journeys, status: published, keys }),
    onDone: ({ task, seconds, error }) => {
      metrics.job(task, error === undefined, seconds);
      if (error !== undefined) log.warn({ task, err: error }, 'a job failed and will be tried again');
    },
    onTrouble: (error) => log.warn({ err: error }, 'jobs wait for the database'),
  });
  const following = setInterval(() => void issuing.issuers?.refresh(), issuersSeconds * 1000).unref();
  metrics.gauge('audit_lag_seconds', 'Age of the oldest audit row that is not sealed', () =>
    sealerLag(db, clock()),
  );

  metrics.gauge(
    'registry_resting',
    '1 while this node does not ask the register over HTTP, which failed too often in a row',
    async () => (registers.resting ? 1 : 0),
  );

  metrics.gauge('crl_age_seconds', 'Age of the newest CRL, of the CA where it is oldest', published.listAge);
  metrics.gauge(
    'crl_remaining_seconds',
    'Until the newest CRL runs out, of the CA where it does first',
    published.listRemaining,
  );

  const pages = options.pages === null ? {} : { pages: options.pages ?? builtPages };
  const app = await buildHttp({
    log,
    metrics,
    limiter,
    ready: async () => void (await sql`select 1`.execute(db)),
    api: {
      title: configuration.deskName.en,
      description:
        'The self-service desk of a certificate authority: what pages, assistants and other systems call.',
      version,
      publicOrigin,
    },
    trustProxy: http.trustProxy.length > 0 ? [...http.trustProxy] : false,
    metricsFrom: http.metricsFrom,
    ...pages,
  });
  const gate = buildGate({ db, clock, publicOrigin, session, maintenance: configuration.maintenance });
  await addRoutes(app, {
    ...parts,
    configuration,
    gate,
    limiter,
    journeys,
    routes: routes(gate),
    listener,
    bulk: authority,
    status: published,
    issuers: publishing,
  });

  return {
    app,
    async stop() {
      clearInterval(following);
      await app.close();
      await worker.stop();
      await sealer.stop();
      await listener.close();
      await issuing.issuers?.close();
      await registers.close();
      await database.end();
    },
  };
}

/** Whoever issues: this desk's own CAs, or another CA that it asks. */
async function openIssuing(
  { configuration, passphrase, log, clock = systemClock }: DeskOptions,
  onChange: (all: readonly IssuingCa[]) => void,
): Promise<{ issuers: Issuers; cmp?: undefined } | { issuers?: undefined; cmp: CmpSettings }> {
  const { kind, cmp, folder } = configuration.authority;
  if (kind === 'cmp' && cmp) return { cmp: await openCmp(cmp, passphrase, clock()) };
  const onTrouble = (error: unknown) =>
    log.error({ err: error }, 'a change of the issuing CAs cannot be taken up');
  return { issuers: await openIssuers({ folder, passphrase, clock, onTrouble, onChange }) };
}

interface RouteDeps extends ReissueParts {
  readonly configuration: Configuration;
  readonly gate: Gate;
  readonly limiter: Limiter;
  readonly journeys: ReissueJourneys;
  readonly routes: readonly FastifyPluginAsyncZod[];
  readonly listener: Listener;
  readonly bulk: BulkAuthority;
  readonly status: Status;
  readonly issuers: Issuers;
}

async function addRoutes(app: App, deps: RouteDeps): Promise<void> {
  const { db, clock, orders, authority, gate, limiter, configuration, journeys } = deps;
  const { signInsPerMinute, ordersPerMinute, registrationsPerMinute, servicePointsPerMinute } =
    configuration.http;
  const limit = perMinute(ordersPerMinute);
  const bearer = bearerOf({ db, clock, orders, limiter, limit });
  const signIn = signInWith({
    db,
    orders,
    authority,
    limiter,
    publicOrigin: configuration.publicOrigin,
    session: configuration.session,
    lateUntil: (notAfter) => addMonths(notAfter, configuration.renewal.lateMonths),
    served: deps.served,
    // What was imported here says nothing where another register is asked first.
    registeredDivision: configuration.registry.order[0] === 'table' ? divisionInTable : async () => undefined,
  });
  await app.register(deskRoutes(configuration));
  await app.register(servicePointRoutes({ db, limit: perMinute(servicePointsPerMinute) }));
  await app.register(authorityRoutes(authority));
  await app.register(accessRoutes({ ...deps, signIn, limit: perMinute(signInsPerMinute) }));
  await app.register(
    orderRoutes({
      db,
      clock,
      orders,
      bearer,
      limit,
      progress: async ({ caseId, journey }, step) =>
        reissueJourneyNamed(journeys, journey).progress(caseId, step),
    }),
  );
  await app.register(caseRoutes({ db, gate, journeys, streams: eventStreams(app), listener: deps.listener }));
  await app.register(checkRoutes({ db, journeys, gate }));
  await app.register(writeRoutes({ journeys, bearer }));
  for (const routes of deps.routes) await app.register(routes);
  const { lists, answer } = deps.status;
  await app.register(statusRoutes({ clock, issuers: deps.issuers, lists, answer }));
  const clients = registrar({ db, authority: deps.bulk, clock });
  await app.register(registrationRoutes(clients, perMinute(registrationsPerMinute)));
}
