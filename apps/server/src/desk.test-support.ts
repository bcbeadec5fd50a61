/** A desk for tests: the real parts on a database of the test's own, with a clock, a register and keys in software. */
import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AmendmentOrder,
  type IdentityNumber,
  type Order,
  type RenewalOrder,
  type SignedOrder,
  type SignedStatement,
  type SignedType,
  signedOctets,
  signedTypes,
} from '@certdesk/contract';
import {
  buildRequest,
  Certificate,
  certificateDigest,
  generateSoftwareKey,
  type KeyAlgorithm,
  publicKeyDigest,
  softwareSigner,
} from '@certdesk/pki';
import type { LightMyRequestResponse } from 'fastify';
import { onTestFinished } from 'vitest';
import { createTestDatabase } from '../../../test/support/database.ts';
import { type IssuingCa, openIssuingCa } from './authority/embedded/open.ts';
import { addSeries } from './authority/embedded/series.ts';
import { importCertificate } from './authority/import.ts';
import { trustedIssuers } from './commands/certificate.ts';
import { makeDesk } from './commands/init.ts';
import { type Desk, openDesk } from './desk.ts';
import { entityCertificate } from './entity-certificate.test-support.ts';
import { randomNonce } from './platform/random.ts';
import { createLog } from './platform/telemetry/log.ts';
import type { Registry, RegistryAnswer } from './registry/registry.ts';
import { type Db, openDatabase } from './schema/database.ts';
import { type Configuration, readConfiguration } from './setup/configuration.ts';

export const origin = 'https://desk.example';
const passphrase = '只用于测试的口令';
const cheap = { logN: 4, r: 1, p: 1 };
const day = 86_400_000;

let made: Promise<string> | undefined;

/** The files of a desk, made once per test file: keys take time. */
function deskFolder(): Promise<string> {
  made ??= (async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'certdesk-desk-')), 'desk');
    const now = new Date('2020-01-01T00:00:00Z');
    const names = { publicOrigin: origin, organisation: '测试证书中心', algorithm: 'sm2' as const };
    const secrets = { passphrase, rootPassphrase: passphrase, cost: cheap };
    await makeDesk({ folder, ...names, ...secrets, now });
    // For the holders whose keys an SM2 CA's signature does not go with.
    const web = { series: 'web', organisation: names.organisation, algorithm: 'p256' as const };
    await addSeries({ folder: join(folder, 'authority'), ...web, ...secrets, activeFrom: now, now });
    return folder;
  })();
  return made;
}

/** What the register says in a test. */
export type Register = (
  numbers: readonly IdentityNumber[],
  name?: string,
) => RegistryAnswer['kind'] | Partial<RegisterEntity>;
interface RegisterEntity {
  name: string;
  state: 'active' | 'closed';
  numbers: IdentityNumber[];
  division: string;
}

export interface TestDesk {
  readonly desk: Desk;
  readonly db: Db;
  readonly databaseUrl: string;
  readonly configuration: Configuration;
  readonly ca: IssuingCa;
  readonly logged: string[];
  /** What time it is; set it to let time pass. */
  time: Date;
  register: Register;
  /** Another node of the same desk. @param change of what it is configured to */
  node(change?: Partial<Configuration>, whenDone?: WhenDone): Promise<Desk>;
  /** A company whose certificate stands in the register, with its key. */
  company(options?: CompanyOptions): Promise<Company>;
  browser(desk?: Desk): Browser;
}

export interface CompanyOptions {
  readonly name?: string;
  readonly numbers?: readonly IdentityNumber[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Not imported into the register of certificates. */
  readonly unknown?: boolean;
  /** Kind of its key; SM2. */
  readonly algorithm?: KeyAlgorithm;
  /** Issued by somebody else. */
  readonly ca?: IssuingCa;
  /** With an encryption certificate beside it, whose pair did not come from the key management. */
  readonly twin?: boolean;
}

let companies = 0;

/** Changes a test desk's configuration; its CA, whose files lie in `configuration.authority.folder`, is there already. */
export type Change = (made: {
  configuration: Configuration;
  ca: IssuingCa;
  passphrase: string;
  clock: () => Date;
}) => Promise<Partial<Configuration>>;

type WhenDone = (work: () => Promise<void>) => void;

/** @param whenDone told what to do in the end; with another than the test's own end several tests share a desk */
export async function openTestDesk(
  change: Partial<Configuration> | Change = {},
  whenDone: WhenDone = onTestFinished,
): Promise<TestDesk> {
  const folder = await deskFolder();
  const { url: databaseUrl } = await createTestDatabase();
  const read = await readConfiguration(join(folder, 'server.json'));
  const heads = join(await mkdtemp(join(tmpdir(), 'certdesk-heads-')), 'heads.jsonl');
  const logged: string[] = [];
  const ca = await openIssuingCa(read.authority.folder, passphrase);
  const clock = () => test.time;
  const changed =
    typeof change === 'function' ? await change({ configuration: read, ca, passphrase, clock }) : change;
  const configuration = { ...read, audit: { ...read.audit, heads }, ...changed };
  const database = openDatabase(databaseUrl);
  const test: TestDesk = {
    time: new Date('2027-03-01T08:00:00Z'),
    register: () => ({}),
    logged,
    databaseUrl,
    configuration,
    ca,
    db: database.db,
    node: open,
    company,
    browser: (desk = test.desk) => new Browser(desk),
    desk: undefined as unknown as Desk,
  };

  async function open(more: Partial<Configuration> = {}, ofNode = whenDone): Promise<Desk> {
    const whole = { ...configuration, ...more };
    const saying: Registry = {
      async find(numbers, name) {
        const said = test.register(numbers, name);
        const askedAt = test.time;
        if (said === 'silent') return { kind: 'silent', askedAt };
        if (said === 'unknown') return { kind: 'unknown', reason: 'no-such-number', askedAt };
        const entity = { name: name ?? '', state: 'active' as const, numbers: [...numbers] };
        return {
          kind: 'found',
          entity: typeof said === 'object' ? { ...entity, ...said } : entity,
          askedAt,
          origin: { register: 'table', reference: 'test', saidAt: askedAt },
        };
      },
    };
    const desk = await openDesk({
      configuration: whole,
      databaseUrl,
      passphrase,
      pages: null,
      log: createLog('debug', { write: (line) => void logged.push(line) }),
      clock,
      // A test that configures registers asks those.
      ...(whole.registry === read.registry && { registry: () => saying }),
    });
    ofNode(() => desk.stop());
    return desk;
  }

  async function company(options: CompanyOptions = {}): Promise<Company> {
    companies += 1;
    const name = options.name ?? `上海示例第${companies}有限公司`;
    const numbers = options.numbers ?? [
      { kind: 'uscc', value: `9131010666943${String(companies).padStart(4, '0')}F` },
      { kind: 'socialInsurance', value: `00${companies}` },
    ];
    const notAfter = options.notAfter ?? new Date(test.time.getTime() + 40 * day);
    const key = generateSoftwareKey(options.algorithm ?? 'sm2');
    const der = await entityCertificate(options.ca ?? ca, {
      name,
      numbers,
      publicKey: key.publicKey,
      notAfter,
      ...(options.notBefore && { notBefore: options.notBefore }),
    });
    const all = [der];
    let encryptionKey: Uint8Array | undefined;
    if (options.twin) {
      const { publicKey, privateKey } = generateSoftwareKey('sm2');
      encryptionKey = privateKey;
      const validity = { notAfter, ...(options.notBefore && { notBefore: options.notBefore }) };
      const twin = { name, numbers, publicKey, ...validity, profile: 'entity-encryption-sm2' };
      all.push(await entityCertificate(options.ca ?? ca, twin));
    }
    if (!options.unknown) {
      const trusted = await trustedIssuers(configuration, passphrase);
      for (const each of all)
        await database.db
          .transaction()
          .execute((tx) => importCertificate(tx, trusted, each, 'test', test.time));
    }
    return new Company(der, key.privateKey, encryptionKey);
  }

  Object.assign(test, { desk: await open() });
  whenDone(() => database.end());
  return test;
}

/** A holder's key in software: signs what an assistant signs. */
export class Company {
  readonly certificate: Uint8Array;
  readonly pair: { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array };
  readonly #signer: ReturnType<typeof softwareSigner>;
  /** Of the encryption certificate beside it, PKCS#8. */
  readonly encryptionKey: Uint8Array | undefined;
  constructor(certificate: Uint8Array, privateKey: Uint8Array, encryptionKey?: Uint8Array) {
    this.certificate = certificate;
    this.encryptionKey = encryptionKey;
    this.pair = { privateKey, publicKey: Certificate.parse(certificate).publicKey };
    this.#signer = softwareSigner(privateKey);
  }
  get digest(): string {
    return certificateDigest(this.certificate);
  }
  get keyDigest(): string {
    return publicKeyDigest(Certificate.parse(this.certificate).publicKey);
  }
  async sign(type: SignedType, statement: object): Promise<SignedStatement> {
    const payload = Buffer.from(JSON.stringify(statement));
    const signature = await this.#signer.sign(signedOctets(type, payload));
    return { payload: payload.toString('base64'), signature: Buffer.from(signature).toString('base64') };
  }
  /** What the assistant's window hands to the page. @param change of the statement that is signed */
  async signIn(signed: SignedOrder, change: object = {}, type: SignedType = signedTypes.signIn) {
    const order = orderOf(signed);
    const statement = { origin, order: order.id, nonce: order.nonce, certificate: this.digest, ...change };
    return {
      statement: await this.sign(type, statement),
      certificate: Buffer.from(this.certificate).toString('base64'),
    };
  }
}

export function orderOf(signed: SignedOrder): Order {
  return JSON.parse(Buffer.from(signed.payload, 'base64').toString()) as Order;
}

/** A browser: its cookies, its origin. */
export class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #desk: Desk;
  constructor(desk: Desk) {
    this.#desk = desk;
  }
  /** The same browser, sent to another node. */
  at(desk: Desk): Browser {
    const other = new Browser(desk);
    for (const [name, value] of this.#cookies) other.#cookies.set(name, value);
    return other;
  }
  cookie(name: string): string | undefined {
    return this.#cookies.get(name);
  }
  async ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
    headers: Record<string, string> = { origin },
  ): Promise<LightMyRequestResponse> {
    const answer = await this.#desk.app.inject({
      method,
      url: `/api${path}`,
      headers,
      cookies: Object.fromEntries(this.#cookies),
      ...(body && { payload: body }),
    });
    for (const { name, value } of answer.cookies as { name: string; value: string }[]) {
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }
  /** @returns the answer's JSON, or throws its code */
  async get<T>(path: string): Promise<T> {
    return taken(await this.ask('GET', path));
  }
  async post<T>(path: string, body: object = {}): Promise<T> {
    return taken(await this.ask('POST', path, body));
  }
  async signInOrder(): Promise<SignedOrder> {
    return this.post('/sign-in/orders');
  }
  async signIn(company: Company): Promise<void> {
    await this.post('/sign-in', await company.signIn(await this.signInOrder()));
  }
}

function taken<T>(answer: LightMyRequestResponse): T {
  if (answer.statusCode >= 300) throw new Error(answer.json().code);
  return answer.json() as T;
}

/** The code that a promise ends with, or `done`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'done',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
}

/** An assistant that carries out a renewal's order, or an amendment's, step by step, as the test says. */
export class Assistant<O extends RenewalOrder | AmendmentOrder = RenewalOrder> {
  readonly signed: SignedOrder;
  readonly order: O;
  readonly #desk: Desk;
  token = '';
  constructor(desk: Desk, signed: SignedOrder) {
    this.#desk = desk;
    this.signed = signed;
    this.order = orderOf(signed) as O;
  }
  async call<T>(path: string, body: object): Promise<T> {
    return taken(
      await this.#desk.app.inject({
        method: 'POST',
        url: `/api${path}`,
        headers: this.token ? { authorization: `Bearer ${this.token}` } : {},
        payload: body,
      }),
    );
  }
  async take(attempt = randomNonce()): Promise<string> {
    const { token, state } = await this.call<{ token: string; state: string }>('/orders/take', {
      order: this.signed,
      attempt,
    });
    this.token = token;
    return state;
  }
  /** The key that the order is for: another one in a renewal, the same in an amendment. */
  #keyFor(company: Company) {
    return this.order.purpose === 'amendment' ? company.pair : generateSoftwareKey(this.order.algorithm);
  }
  /** @param change of the statement that the old key signs */
  async requestFor(company: Company, key = this.#keyFor(company), change: object = {}) {
    const { purpose } = this.order;
    const request = await buildRequest({
      subject: Certificate.parse(company.certificate).subject,
      signer: softwareSigner(key.privateKey),
    });
    const statement = await company.sign(signedTypes[purpose], {
      origin,
      order: this.order.id,
      case: this.order.case.id,
      nonce: this.order.nonce,
      certificate: this.order.certificate,
      request: createHash('sha256').update(request).digest('hex'),
      ...(purpose === 'renewal' && {
        pair: publicKeyDigest(key.publicKey) === this.order.key ? 'present' : 'new',
      }),
      confirmed: this.order.confirmed,
      ...change,
    });
    return { key, body: { request: Buffer.from(request).toString('base64'), statement } };
  }
  async certify(company: Company, key = this.#keyFor(company), change: object = {}): Promise<Company> {
    const { body } = await this.requestFor(company, key, change);
    const { certificate } = await this.call<{ certificate: string }>('/orders/certificate', body);
    return new Company(Buffer.from(certificate, 'base64'), key.privateKey);
  }
  /** @param change of the statement that the new key signs */
  async prove(fresh: Company, change: object = {}, type: SignedType = signedTypes.proof): Promise<string> {
    const { nonce } = await this.call<{ nonce: string }>('/orders/proof-challenge', {});
    const statement = {
      origin,
      case: this.order.case.id,
      nonce,
      certificate: fresh.digest,
      twin: null,
      ...change,
    };
    const { state } = await this.call<{ state: string }>('/orders/proof', {
      statement: await fresh.sign(type, statement),
    });
    return state;
  }
  async finish(gone: number[] = []): Promise<string> {
    return (await this.call<{ state: string }>('/orders/finish', { gone })).state;
  }
}
