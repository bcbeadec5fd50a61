import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { DeskError } from '../platform/error.ts';
import {
  configurationFileOf,
  databaseUrlOf,
  parseConfiguration,
  passphraseOf,
  readConfiguration,
  readPassphrase,
} from './configuration.ts';

const folder = await mkdtemp(join(tmpdir(), 'certdesk-configuration-'));
afterAll(() => rm(folder, { recursive: true }));

const origin = 'https://desk.example';
const parse = (json: unknown) => parseConfiguration(json, '/etc/certdesk/server.json');

async function fileOf(content: string | Uint8Array): Promise<string> {
  const path = join(await mkdtemp(join(folder, 'of-')), 'file');
  await writeFile(path, content);
  return path;
}

/** What is said of something that must be refused as a wrong configuration. */
async function refusal(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    expect(error.code).toBe('configuration-invalid');
    return String(error.details.where);
  }
  throw new Error('was not refused');
}

describe('the file', () => {
  test('needs nothing but the origin', () => {
    expect(parse({ publicOrigin: origin })).toEqual({
      publicOrigin: origin,
      deskName: { zh: '证书自助服务', en: 'Certificate desk' },
      listen: { host: '127.0.0.1', port: 8080 },
      authority: {
        kind: 'embedded',
        folder: '/etc/certdesk/authority',
        issuedBy: {},
        trustedRoots: [],
        intermediates: [],
      },
      audit: { key: '/etc/certdesk/audit.key', heads: '/etc/certdesk/audit-heads.jsonl' },
      orders: { key: '/etc/certdesk/order.key', seconds: 300, waitMinutes: 60, idleMinutes: 60 },
      agreement: {
        version: '1',
        zh: '/etc/certdesk/agreement.zh.txt',
        en: '/etc/certdesk/agreement.en.txt',
      },
      renewal: {
        windowMonths: 3,
        lateMonths: 6,
        terms: [1, 2, 3],
        caseDays: 30,
      },
      check: {
        offeredNumbers: ['uscc', 'socialInsurance', 'housingFund'],
        registryMaxAgeHours: 24,
        registryRetryMinutes: 5,
      },
      amendment: { caseDays: 30, lastDays: 28 },
      registry: { order: ['table'] },
      operators: { commandMaxAgeHours: 24, secondWithinDays: 7 },
      status: {
        origin: null,
        keys: '/etc/certdesk/ocsp',
        listHours: 24,
        deltaHours: 2,
        ocspMinutes: 60,
        responderDays: 30,
      },
      session: { minutes: 120, idleMinutes: 20 },
      assistant: { ports: expect.any(Array), minimumVersion: '0.1.0', download: null },
      served: { divisions: [], by: 'register' },
      http: {
        trustProxy: [],
        metricsFrom: ['127.0.0.1', '::1'],
        signInsPerMinute: 60,
        ordersPerMinute: 300,
        servicePointsPerMinute: 300,
        registrationsPerMinute: 6000,
      },
      databasePool: 16,
      logLevel: 'info',
      maintenance: false,
    });
  });

  test('names files from its own folder, or absolutely', async () => {
    const files = { folder: '../ca', trustedRoots: ['old/root.crt', '/srv/root.crt'], intermediates: ['i'] };
    const { authority, audit, orders, agreement } = parse({
      publicOrigin: origin,
      authority: files,
      audit: { key: 'keys/audit.key', heads: '/mnt/worm/heads' },
      orders: { key: './order.key' },
      agreement: { version: '2', zh: 'a/zh.txt', en: '../en.txt' },
    });
    expect(authority).toMatchObject({
      folder: '/etc/ca',
      trustedRoots: ['/etc/certdesk/old/root.crt', '/srv/root.crt'],
      intermediates: ['/etc/certdesk/i'],
    });
    expect(audit).toEqual({ key: '/etc/certdesk/keys/audit.key', heads: '/mnt/worm/heads' });
    expect(orders.key).toBe('/etc/certdesk/order.key');
    expect(agreement).toEqual({ version: '2', zh: '/etc/certdesk/a/zh.txt', en: '/etc/en.txt' });
  });

  test('is read from where it is said to be', async () => {
    const path = await fileOf(JSON.stringify({ publicOrigin: origin }));
    expect(await readConfiguration(path)).toEqual(parseConfiguration({ publicOrigin: origin }, path));
  });

  test('is told of whole: every wrong place, by its name', async () => {
    const said = await refusal(() =>
      parse({
        publicOrigin: 'https://desk.example/',
        listen: { port: 70_000 },
        renewal: { windowMonths: 0, terms: [], profiles: ['sm2'] },
        session: { minutes: 10, idleMinutes: 11 },
        deskName: { zh: '', en: 'a' },
        authority: { identityNumberOids: [{ kind: 'uscc', oid: '1.2.x' }] },
        http: { trustProxy: ['10.0.0.0/8', 'proxy.example'] },
        served: { divisions: ['31', '3x'], names: { zh: '', en: 'Shanghai' } },
        maintenance: 'yes',
      }),
    );
    const places = said.replace('/etc/certdesk/server.json: ', '').split('; ');
    expect(places.map((place) => place.split(': ')[0]).sort()).toEqual([
      'authority.identityNumberOids.0.oid',
      'deskName.zh',
      'http.trustProxy.1',
      'listen.port',
      'maintenance',
      'publicOrigin',
      'renewal.profiles',
      'renewal.terms',
      'renewal.windowMonths',
      'served.divisions.1',
      'served.names.zh',
      'session.idleMinutes',
    ]);
  });

  test.each([
    ['file', { publicOrigin: origin, datbasePool: 5 }, 'datbasePool'],
    ['session', { publicOrigin: origin, session: { idle: 5 } }, 'idle'],
    [
      'authority.identityNumberOids.0',
      { publicOrigin: origin, authority: { identityNumberOids: [{ fax: '1' }] } },
      'fax',
    ],
  ])('holds nothing that is not known: %s', async (place, json, key) => {
    expect(await refusal(() => parse(json))).toMatch(new RegExp(`${place}: Unrecognized key: "${key}"`));
  });

  test.each([[null], [[]], ['text'], [1], [undefined]])('is an object, not %j', async (json) => {
    expect(await refusal(() => parse(json))).toMatch(/^\/etc\/certdesk\/server\.json: file: /);
  });

  test.each(['http://localhost:8080', 'https://desk.example', 'https://desk.example:8443'])(
    'may stand under %s',
    (publicOrigin) => {
      expect(parse({ publicOrigin }).publicOrigin).toBe(publicOrigin);
    },
  );

  test.each([
    'desk.example',
    'ftp://desk.example',
    'https://desk.example/',
    'https://desk.example/pages',
    'https://DESK.example',
    'https://user@desk.example',
    '',
  ])('may not stand under “%s”, which is no origin', async (publicOrigin) => {
    expect(await refusal(() => parse({ publicOrigin }))).toContain('publicOrigin: ');
  });

  test('that is missing is named', async () => {
    const path = join(folder, 'none.json');
    expect(await refusal(() => readConfiguration(path))).toMatch(`${path}: ENOENT`);
    expect(await refusal(() => readConfiguration(folder))).toContain('EISDIR');
  });

  test.each([
    ['{\n  "publicOrigin": "https://desk.example",\n}\n', 'line 3 is not JSON'],
    ['{\n  "publicOrigin": "https://desk.example"\n  "maintenance": true\n}\n', 'line 3 is not JSON'],
    ['', 'is not JSON'],
  ])('that is not JSON is named, with the line where it is known', async (content, said) => {
    const path = await fileOf(content);
    expect(await refusal(() => readConfiguration(path))).toBe(`${path}: ${said}`);
  });
});

describe('a secret in the wrong place is not told', () => {
  const secret = 'hunter2-hunter2';

  test.each([
    secret,
    `{ "databaseUrl": ${secret} }`,
    `{ "publicOrigin": "${origin}", "databaseUrl": "postgres://desk:${secret}@db/desk" }`,
    `{ "publicOrigin": "postgres://desk:${secret}@db/desk" }`,
    `{ "publicOrigin": "${origin}" "${secret}" }`,
    `{ "${origin}: "${secret}" }`,
  ])('of a configuration: %s', async (content) => {
    const path = await fileOf(content);
    const error = await readConfiguration(path).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'configuration-invalid' });
    expect(JSON.stringify(error) + String(error) + (error as Error).stack).not.toContain('hunter2');
    expect((error as Error).cause).toBeUndefined();
  });

  test('wherever it stands as a value', () => {
    const values = fc.constantFrom<unknown>(secret, [secret], { zh: [secret] }, [[secret]]);
    const names = fc.constantFrom(...Object.keys(parse({ publicOrigin: origin })), 'other');
    fc.assert(
      fc.property(fc.dictionary(names, values, { minKeys: 1 }), (json) => {
        try {
          parse({ ...json, publicOrigin: 'not an origin' });
        } catch (error) {
          return !String(error).includes('hunter2');
        }
        return false;
      }),
    );
  });

  test('of the environment', async () => {
    const said = await refusal(() => databaseUrlOf({ DATABASE_URL: `mysql://desk:${secret}@db/desk` }));
    expect(said).toBe('DATABASE_URL does not begin with postgres://');
  });
});

describe('the environment', () => {
  test.each([
    ['CERTDESK_CONFIG', configurationFileOf],
    ['CERTDESK_PASSPHRASE_FILE', passphraseOf],
    ['DATABASE_URL', databaseUrlOf],
  ])('%s is needed', async (name, of) => {
    expect(await refusal(() => of({}))).toBe(`${name} is not set`);
    expect(await refusal(() => of({ [name]: '' }))).toBe(`${name} is not set`);
  });

  test('names the configuration from the working folder', () => {
    expect(configurationFileOf({ CERTDESK_CONFIG: 'server.json' })).toBe(resolve('server.json'));
  });

  test.each(['postgres://desk@db/desk', 'postgresql://desk@db:5433/desk'])(
    'names the database: %s',
    (DATABASE_URL) => {
      expect(databaseUrlOf({ DATABASE_URL })).toBe(DATABASE_URL);
    },
  );

  test.each([
    ['correct horse', 'correct horse'],
    ['correct horse\n', 'correct horse'],
    ['correct horse\r\n# kept by two people\r\n', 'correct horse'],
    [' 口令 \n', ' 口令 '],
  ])('the passphrase is a file’s first line: %j', async (content, passphrase) => {
    expect(await passphraseOf({ CERTDESK_PASSPHRASE_FILE: await fileOf(content) })).toBe(passphrase);
  });

  test.each(['', '\n', '\r\nsecond line'])('a passphrase of nothing is none: %j', async (content) => {
    const path = await fileOf(content);
    expect(await refusal(() => readPassphrase(path))).toBe(`${path}: the first line is empty`);
  });

  test('a passphrase file that is not there is named', async () => {
    const path = join(folder, 'none');
    expect(await refusal(() => readPassphrase(path))).toBe(`${path}: ENOENT`);
  });
});
