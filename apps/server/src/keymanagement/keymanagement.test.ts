import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Sm2PrivateKey } from '@certdesk/gm';
import { generateSoftwareKey, openEnvelopedKey, publicKeyDigest } from '@certdesk/pki';
import fc from 'fast-check';
import { sql } from 'kysely';
import pg from 'pg';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { readAuditPublicKey } from '../audit/key.ts';
import { verifyAudit } from '../audit/verify.ts';
import { codeOf } from '../desk.test-support.ts';
import { createLog } from '../platform/telemetry/log.ts';
import { remoteKeyManagement } from './client.ts';
import { keyPassphrase, testKeyManagement } from './keymanagement.test-support.ts';
import { KeyAnswer, messageDigest, readMessage, signMessage } from './protocol.ts';
import { auditView, openKeyDatabase } from './service/database.ts';
import { readKeySettings } from './service/files.ts';
import { StorageKey } from './service/sealing.ts';
import { openKeyService } from './service/service.ts';

const holder = Sm2PrivateKey.generate();
const signingKey = holder.publicKey.toSpki();
const other = Sm2PrivateKey.generate();
const now = new Date('2027-03-01T08:00:00Z');
let time = now;
let databaseUrl: string;

beforeEach(async () => {
  time = now;
  databaseUrl = (await createTestDatabase({ migrated: false })).url;
});
const keyManagement = (spare?: number) => testKeyManagement(databaseUrl, () => time, spare);

function rows() {
  const { db, end } = openKeyDatabase(databaseUrl);
  onTestFinished(end);
  return db;
}

describe('an encryption pair', () => {
  test('comes in an envelope for the signing key, and again the same pair however often it is asked for', async () => {
    const { keys } = await keyManagement();
    const first = await keys.give('case:1', signingKey);
    const again = await keys.give('case:1', signingKey);
    expect({ ...again, envelope: 0 }).toEqual({ ...first, envelope: 0 });
    for (const { envelope, publicKey } of [first, again]) {
      const pair = openEnvelopedKey(envelope, holder);
      expect(Buffer.compare(pair.publicKey.toSpki(), publicKey)).toBe(0);
      expect(() => openEnvelopedKey(envelope, other)).toThrow();
    }
    expect((await keys.give('case:2', signingKey)).id).not.toBe(first.id);
  });

  test('is one, also when many ask at once, of two processes', async () => {
    const { keys, settings } = await keyManagement();
    const log = createLog('error');
    const second = await openKeyService({
      settings,
      databaseUrl,
      passphrase: keyPassphrase,
      log,
      clock: () => time,
    });
    onTestFinished(() => second.stop());
    const asks = Array.from({ length: 12 }, (_, at) =>
      (at % 2 ? keys : second.pairs).give('case:1', signingKey),
    );
    expect(new Set((await Promise.all(asks)).map(({ id }) => id)).size).toBe(1);
    const different = await Promise.all(
      Array.from({ length: 12 }, (_, at) => keys.give(`case:${at + 2}`, signingKey)),
    );
    expect(new Set(different.map(({ id }) => id)).size).toBe(12);
  });

  test('is never enveloped for another signing key than the first', async () => {
    const { keys } = await keyManagement();
    await keys.give('case:1', signingKey);
    expect(await codeOf(keys.give('case:1', other.publicKey.toSpki()))).toBe('encryption-pair-bound');
    const p256 = generateSoftwareKey('p256').publicKey;
    expect(await codeOf(keys.give('case:3', p256))).toBe('key-management-refused');
  });

  test('out of use goes into the history and is kept, and is not given again', async () => {
    const { keys } = await keyManagement();
    const { id } = await keys.give('case:1', signingKey);
    await keys.retire('case:1', 'withdrawn');
    await keys.retire('case:1', 'superseded');
    expect(await codeOf(keys.give('case:1', signingKey))).toBe('encryption-pair-bound');
    const db = rows();
    const pair = await db.selectFrom('encryption_pair').select('state').where('id', '=', id).execute();
    expect(pair).toEqual([{ state: 'history' }]);
    await expect(db.deleteFrom('encryption_pair').execute()).rejects.toThrow('never changed');
    // Ended before its answer came: the ask that is still under way gets nothing.
    await keys.retire('case:late', 'withdrawn');
    expect(await codeOf(keys.give('case:late', signingKey))).toBe('encryption-pair-bound');
  });
});

test('the pool is filled at the start and after pairs were taken', async () => {
  const { keys } = await keyManagement(4);
  await expect.poll(() => keys.count()).toEqual({ spare: 4, inUse: 0, history: 0 });
  const spare = (await rows().selectFrom('encryption_pair').select('id').execute()).map(({ id }) => id);
  expect(spare).toContain((await keys.give('case:1', signingKey)).id);
  await expect.poll(() => keys.count()).toEqual({ spare: 4, inUse: 1, history: 0 });
});

describe('at rest', () => {
  test('a private key opens in its own place alone: rows that were exchanged open nothing', async () => {
    const { keys, service } = await keyManagement();
    const [one, two] = [await keys.give('case:1', signingKey), await keys.give('case:2', signingKey)];
    await sql`update encryption_pair set sealed =
      (select sealed from encryption_pair as b where b.id = ${two.id}) where id = ${one.id}`.execute(rows());
    expect(await codeOf(service.pairs.give('case:1', signingKey))).not.toBe('done');
    expect(await codeOf(keys.give('case:1', signingKey))).toBe('key-management-unavailable');
    expect(await codeOf(keys.give('case:2', signingKey))).toBe('done');
  });

  test('neither tables nor log nor answers hold a private key', async () => {
    const { keys, logged } = await keyManagement();
    const { envelope } = await keys.give('case:1', signingKey);
    const secret = Buffer.from(openEnvelopedKey(envelope, holder).toScalar());
    const stored = JSON.stringify(await rows().selectFrom('encryption_pair').selectAll().execute());
    const sealed = await rows().selectFrom('encryption_pair').select('sealed').execute();
    for (const form of [secret.toString('hex'), secret.toString('base64')]) {
      expect(stored).not.toContain(form);
      expect(logged.join()).not.toContain(form);
    }
    for (const octets of [envelope, ...sealed.map((row) => row.sealed)])
      expect(Buffer.from(octets).includes(secret)).toBe(false);
    expect(logged.join()).not.toContain(keyPassphrase);
  });

  test('sealing: any pair comes out as it went in; altered, moved or under another key it does not', () => {
    const key = new StorageKey(StorageKey.generate());
    const name = { id: '1', publicKeyDigest: 'a' };
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const pair = Sm2PrivateKey.generate();
        const sealed = key.seal(name, pair);
        expect(key.open(name, sealed).toScalar()).toEqual(pair.toScalar());
        const altered = Uint8Array.from(sealed);
        altered[at % altered.length] = (altered[at % altered.length] ?? 0) ^ change;
        expect(() => key.open(name, altered)).toThrow();
        expect(() => key.open({ ...name, id: '2' }, sealed)).toThrow();
        expect(() => key.open({ ...name, publicKeyDigest: 'b' }, sealed)).toThrow();
        expect(() => new StorageKey(StorageKey.generate()).open(name, sealed)).toThrow();
      }),
      { numRuns: 30 },
    );
  });

  test('its passphrase is its own, and the desk’s database user has no right to its schema', async () => {
    const { settings } = await keyManagement();
    const log = createLog('error');
    const withDesks = openKeyService({ settings, databaseUrl, passphrase: 'the desk’s', log });
    expect(await codeOf(withDesks)).toBe('passphrase-wrong');
    const client = new pg.Client(databaseUrl);
    await client.connect();
    const role = `desk_${randomBytes(6).toString('hex')}`;
    onTestFinished(async () => {
      await client.query(`reset role; drop role ${role}`);
      await client.end();
    });
    await client.query(`create role ${role}; set role ${role}`);
    await expect(client.query('select sealed from keymanagement.encryption_pair')).rejects.toThrow(
      'permission denied for schema keymanagement',
    );
  });

  test('what it did stands in an audit chain of its own', async () => {
    const { keys, service, settings, folder } = await keyManagement();
    await keys.give('case:1', signingKey);
    await keys.retire('case:1', 'superseded');
    const db = rows();
    const actions = await db.selectFrom('audit_event').select('action').orderBy('id').execute();
    expect(actions.map(({ action }) => action)).toEqual(['pair.given', 'pair.retired']);
    await service.stop();
    const publicKey = await readAuditPublicKey(join(folder, 'audit.pub'));
    const verified = { db: auditView(db), headsFile: settings.audit.heads, publicKey, now: time };
    expect(await verifyAudit(verified)).toMatchObject({ links: 2 });
    expect((await verifyAudit(verified)).finding).toBeUndefined();
  });
});

describe('between desk and key management', () => {
  const ask = {
    kind: 'give',
    intent: 'case:1',
    signingKey: Buffer.from(signingKey).toString('base64'),
  } as const;
  const request = (key: Sm2PrivateKey, at = time) =>
    signMessage(key, 'request', { nonce: randomBytes(32).toString('base64url'), at: at.toISOString(), ask });
  const send = (url: string, body: unknown) =>
    fetch(new URL('/requests', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('nobody but the desk is answered, and nothing that is old', async () => {
    const { access, keys } = await keyManagement();
    const good = request(access.key);
    const altered = {
      ...good,
      payload: Buffer.from(`${Buffer.from(good.payload, 'base64')} `).toString('base64'),
    };
    const wrong = [
      request(other),
      altered,
      request(access.key, new Date(time.getTime() - 6 * 60_000)),
      {},
      null,
    ];
    for (const body of wrong) {
      const answer = await send(access.url, body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(await answer.text()).not.toContain('payload');
    }
    expect(await keys.count()).toMatchObject({ inUse: 0 });
    const answer = await (await send(access.url, good)).json();
    expect(readMessage(access.publicKey, 'answer', KeyAnswer, answer)).toMatchObject({
      request: messageDigest(good),
      result: { kind: 'given' },
    });
    const foreign = remoteKeyManagement({ ...access, key: other });
    expect(await codeOf(foreign.count())).toBe('key-management-refused');
  });

  test('an answer of somebody else, or to another request, is none', async () => {
    const { access } = await keyManagement();
    const earlier = await (await send(access.url, request(access.key))).json();
    let answer: unknown = earlier;
    const server = createServer((_, response) => response.end(JSON.stringify(answer)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const keys = remoteKeyManagement({ ...access, url });
    expect(await codeOf(keys.give('case:1', signingKey))).toBe('key-management-refused');
    answer = { sign: 'here' };
    expect(await codeOf(keys.give('case:1', signingKey))).toBe('key-management-refused');
  });

  test('away, it is said to be away; back, it goes on', async () => {
    const { access, keys, service } = await keyManagement();
    const { id } = await keys.give('case:1', signingKey);
    await service.stop();
    expect(await codeOf(keys.give('case:1', signingKey))).toBe('key-management-unavailable');
    expect(await codeOf(remoteKeyManagement({ ...access, timeoutMs: 1 }).count())).toBe(
      'key-management-unavailable',
    );
    const { keys: others } = await keyManagement();
    // Another storage key: what is in the database is of no use to it.
    expect(await codeOf(others.give('case:1', signingKey))).toBe('key-management-unavailable');
    const found = await rows().selectFrom('pair_intent').select('pair_id').execute();
    expect(found).toEqual([{ pair_id: id }]);
  });
});

test('its public key is what the desk was told, and its settings are checked', async () => {
  const { folder, keys } = await keyManagement();
  const { publicKey } = await keys.give('case:1', signingKey);
  expect(publicKeyDigest(publicKey)).toMatch(/^[0-9a-f]{64}$/);
  expect(await codeOf(readKeySettings(join(folder, 'missing.json')))).toBe('configuration-invalid');
  expect(await codeOf(readKeySettings(join(folder, 'storage.key')))).toBe('configuration-invalid');
});
