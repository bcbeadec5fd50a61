/** The key management's process: its own keys, schema, audit chain and address. */
import { fastify } from 'fastify';
import { sql } from 'kysely';
import { startSealer } from '../../audit/sealer.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { DeskError } from '../../platform/error.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { KeyManagement } from '../port.ts';
import {
  type Ask,
  clockMs,
  type KeyAnswer,
  KeyRequest,
  messageDigest,
  readMessage,
  signMessage,
} from '../protocol.ts';
import { auditView, migrateKeys, openKeyDatabase } from './database.ts';
import { type KeySettings, openKeys } from './files.ts';
import { type PairStore, pairStore } from './pairs.ts';
import { recoverer } from './recovery.ts';

export interface KeyServiceOptions {
  readonly settings: KeySettings;
  readonly databaseUrl: string;
  readonly passphrase: string;
  readonly log: Log;
  readonly clock?: Clock;
  /** Between looks at the pool. */
  readonly fillEveryMs?: number;
}

export interface KeyService {
  /** @returns its address */
  listen(): Promise<string>;
  readonly pairs: PairStore;
  stop(): Promise<void>;
}

/**
 * Opens keys and database and brings the schema up to date. Listens to nobody yet.
 * @throws DeskError `passphrase-wrong`, `configuration-invalid`, `database-unavailable`; MigrationError
 */
export async function openKeyService(options: KeyServiceOptions): Promise<KeyService> {
  const { settings, databaseUrl, log, clock = systemClock, fillEveryMs = 60_000 } = options;
  const keys = await openKeys(settings, options.passphrase);
  await migrateKeys(databaseUrl);
  const onLoss = (error: unknown) => log.warn({ err: error }, 'a connection to the database was lost');
  const { db, end } = openKeyDatabase(databaseUrl, { max: 8, onLoss });
  const pairs = pairStore({ db, storageKey: keys.storageKey, spare: settings.spare, clock });
  const recover = recoverer({
    db,
    storageKey: keys.storageKey,
    withinDays: settings.recovery.withinDays,
    roots: keys.roots,
    clock,
  });
  const sealer = startSealer({
    db: auditView(db),
    key: keys.audit,
    headsFile: settings.audit.heads,
    clock,
    onTrouble: (error) => log.error({ err: error }, 'the audit log cannot be sealed'),
  });
  const filler = keepFilled(pairs, fillEveryMs, log);

  const app = fastify({ bodyLimit: 128 * 1024, requestTimeout: 10_000, forceCloseConnections: true });
  app.get('/readyz', async (_, reply) => {
    try {
      await sql`select 1`.execute(db);
      return { status: 'ready' };
    } catch {
      return reply.code(503).send({ status: 'database-unavailable' });
    }
  });
  app.post('/requests', async (request, reply) => {
    const asked = readMessage(keys.desk, 'request', KeyRequest, request.body);
    const age = asked ? Math.abs(clock().getTime() - Date.parse(asked.at)) : 0;
    if (!asked || age > clockMs) {
      log.warn({ signed: asked !== undefined, address: request.ip }, 'a request that is not the desk’s');
      return reply.code(403).send({ status: 'refused' });
    }
    const result = await answerTo({ ...pairs, recover }, asked.ask, log);
    log.info({ ask: asked.ask.kind, result: result.kind }, 'answered');
    if (asked.ask.kind === 'give') filler.soon();
    const signed = request.body as Parameters<typeof messageDigest>[0];
    return signMessage(keys.identity, 'answer', { request: messageDigest(signed), result });
  });

  return {
    pairs,
    listen: () => app.listen(settings.listen),
    async stop() {
      await app.close();
      await filler.stop();
      await sealer.stop();
      await end();
    },
  };
}

async function answerTo(keys: KeyManagement, ask: Ask, log: Log): Promise<KeyAnswer['result']> {
  try {
    switch (ask.kind) {
      case 'give': {
        const { id, publicKey, envelope } = await keys.give(
          ask.intent,
          Buffer.from(ask.signingKey, 'base64'),
        );
        const given = { id, publicKey: base64(publicKey), envelope: base64(envelope) };
        return { kind: 'given', given };
      }
      case 'retire':
        await keys.retire(ask.intent, ask.reason);
        return { kind: 'retired' };
      case 'recover': {
        const { publicKey, envelope } = await keys.recover({
          commands: ask.commands,
          certificate: Buffer.from(ask.certificate, 'base64'),
          receiver: Buffer.from(ask.receiver, 'base64'),
          issuers: ask.issuers.map((issuer) => Buffer.from(issuer, 'base64')),
        });
        return { kind: 'recovered', recovered: { publicKey: base64(publicKey), envelope: base64(envelope) } };
      }
      case 'count':
        return { kind: 'counted', counted: await keys.count() };
    }
  } catch (error) {
    const refusal = refusalOf(ask, error);
    if (refusal) {
      if (ask.kind === 'recover') log.warn({ err: error }, 'a recovery was refused');
      return { kind: 'refused', ...refusal };
    }
    log.error({ err: error }, 'cannot answer');
    return { kind: 'refused', code: 'key-management-unavailable', reason: '' };
  }
}

type Refusal = Omit<Extract<KeyAnswer['result'], { kind: 'refused' }>, 'kind'>;

function refusalOf(ask: Ask, error: unknown): Refusal | undefined {
  if (!(error instanceof DeskError)) return undefined;
  const { code, details } = error;
  const { reason, certificate } = details as { reason?: string; certificate?: string };
  const short = (text: unknown) => String(text ?? '').slice(0, 200);
  if (code === 'recovery-pair-unknown') return { code, reason: short(certificate) };
  if (code === 'encryption-pair-bound' || code === 'key-management-refused' || code === 'recovery-refused')
    return { code, reason: short(reason) };
  // What a recovery's commands or certificates lack, in the words of the code.
  const said = /^(recovery|command|statement)-/.test(code);
  return ask.kind === 'recover' && said ? { code: 'recovery-refused', reason: code } : undefined;
}

/** The pool's job: at the start, every minute, and after pairs were taken. */
function keepFilled(pairs: PairStore, everyMs: number, log: Log) {
  let round: Promise<void> = Promise.resolve();
  const fill = () => {
    round = round.then(async () => {
      try {
        const made = await pairs.fill();
        if (made > 0) log.info({ made }, 'made spare pairs');
      } catch (error) {
        log.warn({ err: error }, 'spare pairs cannot be made');
      }
    });
  };
  fill();
  const timer = setInterval(fill, everyMs);
  return {
    soon: fill,
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}

const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');
