/**
 * The desk's configuration: one JSON file, checked whole before anything starts. Secrets are not in it: the database's
 * address comes from `DATABASE_URL`, the passphrase from `CERTDESK_PASSPHRASE_FILE`. The reference in
 * docs/configuration.md is written from the descriptions here.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { assistantPorts, identityKinds, KeyAlgorithm, Origin } from '@certdesk/contract';
import { z } from 'zod';
import { DeskError } from '../platform/error.ts';
import { Registers, registerFilesAt } from '../registry/configuration.ts';
import { Cmp, cmpFilesAt } from './cmp-configuration.ts';

const File = z.string().min(1);
const Oid = z.string().regex(/^[0-2](\.\d+)+$/, 'not an object identifier');
const text = (max: number) => z.string().min(1).max(max);
const Network = z.string().regex(/^[0-9a-fA-F.:]+(\/\d{1,3})?$/, 'not an address or network (CIDR)');

const Listen = z.strictObject({
  host: text(255).default('127.0.0.1').describe('Address to listen on'),
  port: z.int().min(0).max(65535).default(8080).describe('Port; 0 takes any free one'),
});

const Authority = z
  .strictObject({
    kind: z
      .enum(['embedded', 'cmp'])
      .default('embedded')
      .describe(
        'Who issues: `embedded`, the CA in `authority.folder`; `cmp`, another CA, asked as `authority.cmp` says',
      ),
    cmp: Cmp.optional(),
    folder: File.default('authority').describe(
      'Folder that `certdesk init` made: certificates and sealed keys of the CA',
    ),
    trustedRoots: z.array(File).default([]).describe('Root certificates of the former system, PEM or DER'),
    intermediates: z.array(File).default([]).describe('CA certificates between those roots and the holders'),
    profiles: z
      .array(z.unknown())
      .optional()
      .describe(
        'Certificate profiles; without it the desk’s own: `entity-signing-sm2`, `-p256`, `-p384` and `-rsa`',
      ),
    issuedBy: z
      .partialRecord(KeyAlgorithm, text(32))
      .default({})
      .describe(
        'Which series of issuing CAs issues for a kind of key, such as {"p256": "web"}, where the profile names none; without it the first series whose signature goes with such keys',
      ),
    identityNumberOids: z
      .array(
        z.strictObject({
          kind: z.enum(identityKinds),
          oid: Oid,
          encoding: z.enum(['printable', 'utf8', 'ia5']).default('printable'),
        }),
      )
      .optional()
      .describe(
        'Which identity number stands in which extension; the first of a kind is the one that is issued',
      ),
  })
  .refine(({ kind, cmp }) => kind !== 'cmp' || cmp !== undefined, {
    path: ['cmp'],
    error: 'is needed where authority.kind is cmp',
  });

const Audit = z.strictObject({
  key: File.default('audit.key').describe('Sealed key that signs the heads of the audit chain'),
  heads: File.default('audit-heads.jsonl').describe(
    'File that heads are exported to; it belongs on a medium that the database’s administrator does not reach',
  ),
});

const Agreement = z.strictObject({
  version: text(32)
    .default('1')
    .describe('Version that holders sign; raise it with every change of the texts'),
  zh: File.default('agreement.zh.txt').describe('Subscriber agreement in Chinese, UTF-8'),
  en: File.default('agreement.en.txt').describe('Subscriber agreement in English, UTF-8'),
});

const Renewal = z.strictObject({
  windowMonths: z.int().min(1).max(24).default(3).describe('Renewal opens so many months before expiry'),
  lateMonths: z.int().min(0).max(60).default(6).describe('… and stays open so many months after it'),
  terms: z.array(z.int().min(1).max(10)).min(1).default([1, 2, 3]).describe('Terms on offer, in years'),
  twinProfile: text(64)
    .optional()
    .describe(
      'Profile where the old certificate has an encryption twin, itself one with a `twin`; without it such a renewal gives a signing certificate alone',
    ),
  profiles: z
    .record(text(64), text(64))
    .optional()
    .describe(
      'Profile of the renewed certificate by the old one’s profile or kind of key (sm2, p256, p384, rsa2048, rsa3072), such as {"rsa2048": "entity-signing-sm2"}; the new pair is of the old kind if that profile allows it, else of its first; what is not named cannot be renewed here. Without it like is renewed to like, as far as the default profiles go',
    ),
  caseDays: z
    .int()
    .min(1)
    .max(365)
    .default(30)
    .describe('A case that nobody continues ends after so many days'),
});

const Amendment = z.strictObject({
  lastDays: z
    .int()
    .min(1)
    .max(730)
    .default(28)
    .describe(
      'Numbers are added until so many days before the certificate’s end; after that renewal is the way, which adds them too',
    ),
  profiles: z
    .record(text(64), text(64))
    .optional()
    .describe(
      'Profile of the amended certificate by the old one’s profile or kind of key, as in `renewal.profiles`; it has to allow the old pair’s kind, because the pair stays. Without it `renewal.profiles` hold',
    ),
  caseDays: z
    .int()
    .min(1)
    .max(365)
    .default(30)
    .describe('A case that nobody continues ends after so many days'),
});

const Check = z.strictObject({
  offeredNumbers: z
    .array(z.enum(identityKinds))
    .refine((kinds) => new Set(kinds).size === kinds.length, 'names a kind twice')
    .default(['uscc', 'socialInsurance', 'housingFund'])
    .describe(
      'Numbers that a certificate may take in from the register, in the order in which holders are asked',
    ),
  registryMaxAgeHours: z
    .int()
    .min(1)
    .max(720)
    .default(24)
    .describe('How old the register’s answer may be when the holder decides on it'),
  registryRetryMinutes: z
    .int()
    .min(1)
    .max(1440)
    .default(5)
    .describe('A silent register is asked again so often'),
});

const KeyManagement = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Address of `certdesk keymanagement serve`'),
  key: File.default('keymanagement-client.key').describe('Sealed key by which this desk asks for pairs'),
  publicKey: File.default('keymanagement.pub').describe('Public key of the key management, PEM'),
});

const Session = z
  .strictObject({
    minutes: z.int().min(5).max(1440).default(120).describe('A session ends after so many minutes'),
    idleMinutes: z.int().min(1).max(1440).default(20).describe('… or after so many without a request'),
  })
  .refine(({ minutes, idleMinutes }) => idleMinutes <= minutes, {
    path: ['idleMinutes'],
    error: 'longer than session.minutes',
  });

const Orders = z.strictObject({
  key: File.default('order.key').describe('Sealed key that signs the orders to assistants'),
  seconds: z
    .int()
    .min(30)
    .max(3600)
    .default(300)
    .describe('An order is taken up, or renewed, within so many seconds'),
  waitMinutes: z
    .int()
    .min(1)
    .max(480)
    .default(60)
    .describe('A waiting window may renew its order for so long'),
  idleMinutes: z
    .int()
    .min(5)
    .max(60)
    .default(60)
    .describe('A token that is not used for so long is worth nothing'),
});

const Status = z
  .strictObject({
    origin: Origin.nullable()
      .default(null)
      .describe(
        'Origin of the addresses in certificates (CRL, OCSP, CA certificates), where whoever checks certificates reaches this server; http is usual, since all of it is signed; null: `publicOrigin`',
      ),
    keys: File.default('ocsp').describe(
      'Folder of the sealed keys that sign OCSP answers; made where there is none',
    ),
    listHours: z
      .int()
      .min(1)
      .max(168)
      .default(24)
      .describe(
        'A regular CRL is made so often, and is valid for twice as long; after a revocation one is made at once',
      ),
    deltaHours: z
      .int()
      .min(1)
      .max(168)
      .default(2)
      .describe('… and a delta CRL so often, valid for twice as long'),
    ocspMinutes: z.int().min(2).max(10_080).default(60).describe('An OCSP answer may be kept for so long'),
    responderDays: z
      .int()
      .min(2)
      .max(365)
      .default(30)
      .describe('Validity of the OCSP responder’s certificates; renewed when half of it is over'),
  })
  .refine(({ listHours, deltaHours }) => deltaHours <= listHours, {
    path: ['deltaHours'],
    error: 'longer than status.listHours',
  });

const Operators = z.strictObject({
  commandMaxAgeHours: z
    .int()
    .min(1)
    .max(168)
    .default(24)
    .describe('A signed command is submitted within so many hours'),
  secondWithinDays: z
    .int()
    .min(1)
    .max(90)
    .default(7)
    .describe('Where two people are needed, the second signs within so many days'),
});

const Assistant = z.strictObject({
  ports: z
    .array(z.int().min(1).max(65535))
    .min(1)
    .max(8)
    .default([...assistantPorts])
    .describe('Loopback ports on which pages look for the assistant'),
  minimumVersion: text(32).default('0.1.0').describe('Oldest assistant that is not told to update'),
  download: z
    .url()
    .nullable()
    .default(null)
    .describe('Where the assistant can be had; null: at a service point'),
});

const Http = z.strictObject({
  trustProxy: z
    .array(Network)
    .default([])
    .describe('Proxies whose X-Forwarded-For is believed; rate limits count the address behind them'),
  metricsFrom: z.array(Network).default(['127.0.0.1', '::1']).describe('Addresses that may read /metrics'),
  signInsPerMinute: z
    .int()
    .min(1)
    .default(60)
    .describe('Sign-ins from one address; a company may stand behind one'),
  ordersPerMinute: z
    .int()
    .min(1)
    .default(300)
    .describe('Orders taken up from one address, and calls under one order'),
  servicePointsPerMinute: z
    .int()
    .min(1)
    .default(300)
    .describe('Looks at the service points from one address'),
  registrationsPerMinute: z
    .int()
    .min(1)
    .default(6000)
    .describe('Registration clients’ requests from one address'),
});

const Served = z
  .strictObject({
    divisions: z
      .array(z.string().regex(/^\d{2,6}$/, 'two to six digits'))
      .default([])
      .describe('Divisions (GB/T 2260) that are served, or the first digits of them'),
    codes: File.optional().describe(
      'File of unified codes that are served wherever they are, one a line; without divisions nobody else is served, without both everybody is',
    ),
    by: z
      .enum(['register', 'code'])
      .default('register')
      .describe(
        'Whose division counts: `register`, the register’s where it gives one, else the unified code’s; `code`, the code’s digits first, so that the assistant tells others before it asks for the PIN',
      ),
    names: z
      .strictObject({ zh: text(200), en: text(200) })
      .optional()
      .describe('Whom this desk serves, as the pages say it; goes with divisions or codes'),
  })
  .refine(
    ({ divisions, codes, names }) => (names !== undefined) === (divisions.length > 0 || codes !== undefined),
    { path: ['names'], error: 'goes with served.divisions or served.codes' },
  );

export const ConfigurationFile = z.strictObject({
  publicOrigin: Origin.describe('Origin of the holders’ pages, as browsers and assistants reach it'),
  deskName: z
    .strictObject({ zh: text(100), en: text(100) })
    .default({ zh: '证书自助服务', en: 'Certificate desk' })
    .describe('Name of the desk on its pages and in the assistant’s window'),
  listen: Listen.prefault({}),
  authority: Authority.prefault({}),
  audit: Audit.prefault({}),
  orders: Orders.prefault({}),
  agreement: Agreement.prefault({}),
  operators: Operators.prefault({}),
  status: Status.prefault({}),
  registry: Registers.prefault({}),
  renewal: Renewal.prefault({}),
  amendment: Amendment.prefault({}),
  check: Check.prefault({}),
  keyManagement: KeyManagement.optional().describe(
    'Where encryption key pairs come from, for profiles with a `twin`',
  ),
  session: Session.prefault({}),
  assistant: Assistant.prefault({}),
  served: Served.prefault({}),
  http: Http.prefault({}),
  databasePool: z.int().min(2).max(200).default(16).describe('Connections to the database at most'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info').describe('What is logged'),
  maintenance: z
    .boolean()
    .default(false)
    .describe('Closes the desk for holders; assistants finish what they began'),
});

export type Configuration = z.infer<typeof ConfigurationFile>;

/**
 * Reads and checks a configuration. Relative files are found from the folder of the configuration.
 * @throws DeskError `configuration-invalid` naming every place that is wrong
 */
export async function readConfiguration(path: string): Promise<Configuration> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new DeskError(
      'configuration-invalid',
      { where: `${path}: ${(cause as Error).message}` },
      { cause },
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new DeskError('configuration-invalid', { where: `${path}: ${notJson(error as Error, text)}` });
  }
  return parseConfiguration(json, path);
}

/** Without the parser's own words, which quote the file: it may be the passphrase's, named by mistake. */
function notJson({ message }: Error, text: string): string {
  const at = /position (\d+)/.exec(message)?.[1];
  return at ? `line ${text.slice(0, Number(at)).split('\n').length} is not JSON` : 'is not JSON';
}

/** @param path stands in the error, and relative files are found beside it */
export function parseConfiguration(json: unknown, path: string): Configuration {
  const parsed = ConfigurationFile.safeParse(json);
  if (!parsed.success) {
    const places = parsed.error.issues.map(
      ({ path: at, message }) => `${at.join('.') || 'file'}: ${message}`,
    );
    throw new DeskError('configuration-invalid', { where: `${path}: ${places.join('; ')}` });
  }
  const { authority, audit, orders, agreement, keyManagement, registry, served, status, ...rest } =
    parsed.data;
  const at = (file: string) => resolve(dirname(path), file);
  return {
    ...rest,
    authority: {
      ...authority,
      folder: at(authority.folder),
      ...(authority.cmp && { cmp: cmpFilesAt(authority.cmp, at) }),
      trustedRoots: authority.trustedRoots.map(at),
      intermediates: authority.intermediates.map(at),
    },
    audit: { key: at(audit.key), heads: at(audit.heads) },
    status: { ...status, keys: at(status.keys) },
    orders: { ...orders, key: at(orders.key) },
    served: { ...served, ...(served.codes !== undefined && { codes: at(served.codes) }) },
    registry: registerFilesAt(registry, at),
    ...(keyManagement && {
      keyManagement: {
        ...keyManagement,
        key: at(keyManagement.key),
        publicKey: at(keyManagement.publicKey),
      },
    }),
    agreement: { ...agreement, zh: at(agreement.zh), en: at(agreement.en) },
  };
}

type Env = Readonly<Record<string, string | undefined>>;

/** `CERTDESK_CONFIG`: where the configuration is. @throws DeskError `configuration-invalid` */
export function configurationFileOf(env: Env): string {
  return resolve(needed(env, 'CERTDESK_CONFIG'));
}

/** `DATABASE_URL`; holds a password and is never told. @throws DeskError `configuration-invalid` */
export function databaseUrlOf(env: Env): string {
  const url = needed(env, 'DATABASE_URL');
  if (/^postgres(ql)?:\/\//.test(url)) return url;
  throw new DeskError('configuration-invalid', { where: 'DATABASE_URL does not begin with postgres://' });
}

/** `CERTDESK_PASSPHRASE_FILE`: what opens the desk’s keys. @throws DeskError `configuration-invalid` */
export async function passphraseOf(env: Env): Promise<string> {
  return readPassphrase(needed(env, 'CERTDESK_PASSPHRASE_FILE'));
}

function needed(env: Env, name: string): string {
  const value = env[name];
  if (!value) throw new DeskError('configuration-invalid', { where: `${name} is not set` });
  return value;
}

/** The first line of a file; other lines are ignored, so that an editor's final newline does no harm. */
export async function readPassphrase(file: string): Promise<string> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    throw new DeskError('configuration-invalid', {
      where: `${file}: ${(cause as NodeJS.ErrnoException).code}`,
    });
  }
  const [line = ''] = content.split(/\r?\n/);
  if (line === '')
    throw new DeskError('configuration-invalid', { where: `${file}: the first line is empty` });
  return line;
}
