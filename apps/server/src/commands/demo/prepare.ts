import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Sm2PrivateKey } from '@certdesk/gm';
import { envelopKey } from '@certdesk/pki';
import { writeFileAtomically } from '@certdesk/safe';
import { createVirtualKey, virtualDriver } from '@certdesk/token';
import { readIssuersFile } from '../../authority/embedded/issuers-file.ts';
import { addSeries } from '../../authority/embedded/series.ts';
import { importCertificate } from '../../authority/import.ts';
import { keySettingsName } from '../../keymanagement/service/files.ts';
import { importRegisterFile } from '../../registry/import/import.ts';
import type { Db } from '../../schema/database.ts';
import { parseConfiguration, readConfiguration, readPassphrase } from '../../setup/configuration.ts';
import { readPointsFile } from '../../setup/service-points/file.ts';
import { importPoints } from '../../setup/service-points/import.ts';
import { currentList } from '../../setup/service-points/list.ts';
import { trustedIssuers } from '../certificate.ts';
import { type Command, type Env, needed } from '../command.ts';
import { configurationName, makeDesk, makeKeyManagement, randomPassphrase } from '../init.ts';
import { trustedDesk } from '../trust.ts';
import { demoCertificate, otherSeries } from './certificate.ts';
import { type DemoCompany, demoCompanies, ownKeyCompany } from './companies.ts';
import { demoPointsFile } from './service-points.ts';

/** Keys of a demo are guarded by nothing but the folder: opening them must not take a second each. */
const demoCost = { logN: 12, r: 8, p: 1 };

/**
 * Makes the demo in a folder, or finds it as it was left; then brings the database in step with it. Run at every
 * `npm start`, and cut off anywhere it is simply run again.
 */
export const demoPrepare: Command = {
  usage: 'demo prepare --folder DIR --url http://localhost:8080',
  does: 'Makes CA, companies, register and virtual keys for trying the desk; prints them as JSON',
  async run(context) {
    const folder = resolve(needed(context, 'folder'));
    const url = needed(context, 'url');
    const now = context.now();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const passphrase = await demoPassphrase(join(folder, 'passphrase'));
    const keyPort = Number(context.env.CERTDESK_KEYMANAGEMENT_PORT) || 8090;
    await demoDesk(folder, url, { assistant: assistantPorts(context.env), keys: keyPort }, passphrase, now);
    await demoKeyManagement(folder, passphrase, keyPort);
    const keys = join(folder, 'assistant', 'keys');
    await mkdir(keys, { recursive: true, mode: 0o700 });
    for (const company of demoCompanies) await demoKey(folder, keys, company, passphrase, now);
    await demoAssistant(folder, passphrase);
    const { db } = await context.database();
    await demoRegister(db, folder, now);
    await demoServicePoints(db, folder, now);
    await registerCertificates(db, folder, keys, passphrase, now);
    const companies = demoCompanies.map(({ key, name, shows, pin, locked }) => ({
      name,
      key: shows,
      ref: key,
      ...(!locked && { pin }),
    }));
    context.say(JSON.stringify({ companies }));
    return 0;
  },
};

async function demoPassphrase(file: string): Promise<string> {
  if (!existsSync(file)) await writeFileAtomically(file, Buffer.from(`${randomPassphrase()}\n`), 0o600);
  return readPassphrase(file);
}

/** Where the assistant was told to listen, if it was told: the pages look for it there. */
function assistantPorts(env: Env): number[] {
  return (env.CERTDESK_ASSISTANT_PORTS ?? '').split(',').map(Number).filter(Boolean);
}

/** The desk's files; its address follows the port that this start uses. */
async function demoDesk(
  folder: string,
  url: string,
  ports: { readonly assistant: readonly number[]; readonly keys: number },
  passphrase: string,
  now: Date,
): Promise<void> {
  const file = join(folder, configurationName);
  if (!existsSync(file)) {
    await makeDesk({
      folder,
      publicOrigin: url,
      organisation: '演示证书中心',
      algorithm: 'sm2',
      passphrase,
      rootPassphrase: passphrase,
      cost: demoCost,
      // Older than the certificates that it issued, which are years old.
      now: new Date(now.getTime() - 3 * 365 * 86_400_000),
    });
  }
  await demoSeries(join(folder, 'authority'), passphrase, now);
  const configuration = {
    publicOrigin: url,
    deskName: { zh: '演示证书自助服务', en: 'Demo certificate desk' },
    listen: { host: '127.0.0.1', port: Number(new URL(url).port || 80) },
    ...(ports.assistant.length > 0 && { assistant: { ports: ports.assistant } }),
    renewal: { twinProfile: 'entity-twin-sm2' },
    keyManagement: { url: `http://127.0.0.1:${ports.keys}` },
  };
  parseConfiguration(configuration, file);
  await writeFileAtomically(file, Buffer.from(`${JSON.stringify(configuration, null, 2)}\n`), 0o600);
}

/** The keeper of encryption keys, under a passphrase of its own; its port follows this start's. */
async function demoKeyManagement(folder: string, deskPassphrase: string, port: number): Promise<void> {
  const passphrase = await demoPassphrase(join(folder, 'keymanagement-passphrase'));
  await makeKeyManagement(folder, deskPassphrase, { passphrase, port, spare: 5 }, demoCost);
  const file = join(folder, 'keymanagement', keySettingsName);
  const known = JSON.parse(await readFile(file, 'utf8')) as object;
  const settings = Buffer.from(`${JSON.stringify({ ...known, listen: { port } }, null, 2)}\n`);
  await writeFileAtomically(file, settings, 0o644);
}

/** A CA for the keys that SM2's signature does not go with; demos from before there could be several get it as well. */
async function demoSeries(authority: string, passphrase: string, now: Date): Promise<void> {
  if ((await readIssuersFile(authority)).some(({ series }) => series === otherSeries)) return;
  const made = new Date(now.getTime() - 3 * 365 * 86_400_000);
  await addSeries({
    folder: authority,
    series: otherSeries,
    organisation: '演示证书中心',
    algorithm: 'p256',
    passphrase,
    rootPassphrase: passphrase,
    cost: demoCost,
    activeFrom: made,
    now: made,
  });
}

/** A virtual key with its company's certificate, made beside the slots and plugged in when it is whole. */
async function demoKey(
  folder: string,
  keys: string,
  company: DemoCompany,
  passphrase: string,
  now: Date,
): Promise<void> {
  if (existsSync(join(keys, `${company.key}.key`))) return;
  const draft = join(folder, 'drafts');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const serial = `DEMO-${String(demoCompanies.indexOf(company) + 1).padStart(4, '0')}`;
  const adminPin = randomPassphrase().slice(0, 16);
  const made = {
    folder: draft,
    name: company.key,
    serial,
    label: `演示 ${serial}`,
    pin: company.pin,
    adminPin,
  };
  await createVirtualKey({ ...made, kdfCost: demoCost });
  const key = await virtualDriver({ folder: draft }).open(company.key);
  try {
    await key.verifyPin(company.pin);
    await key.createContainer('signing-1');
    const publicKey = await key.generateKeyPair('signing-1', 'sm2');
    const certificate = await demoCertificate(folder, company, publicKey, passphrase, now);
    await key.writeCertificate('signing-1', 'signing', certificate);
    if (company.twin) {
      // As a former system of the CA would have delivered it.
      const pair = Sm2PrivateKey.generate();
      const spki = pair.publicKey.toSpki();
      const twin = await demoCertificate(folder, company, spki, passphrase, now, 'encryption');
      await key.importEncryptionKey('signing-1', {
        envelope: envelopKey(pair, publicKey),
        certificate: twin,
      });
    }
    await key.logout();
    if (company.locked) await lock(key.verifyPin.bind(key));
  } finally {
    await key.close();
  }
  await writeFile(join(folder, `${company.key}.admin-pin`), `${adminPin}\n`, { mode: 0o600 });
  await rename(join(draft, `${company.key}.key`), join(keys, `${company.key}.key`));
  await rm(draft, { recursive: true, force: true });
}

/** What somebody who has forgotten the PIN does to a key. */
async function lock(verify: (pin: string) => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 10; tries += 1) await verify('00000000').catch(() => undefined);
}

async function demoAssistant(folder: string, passphrase: string): Promise<void> {
  const configuration = await readConfiguration(join(folder, configurationName));
  const assistant = {
    phrase: '青花瓷 茶壶',
    language: 'zh',
    ...(configuration.assistant.ports.length > 0 && { ports: configuration.assistant.ports }),
    desks: [await trustedDesk(configuration, passphrase)],
    drivers: [{ family: 'virtual', folder: 'keys' }],
  };
  const file = join(folder, 'assistant', 'config.json');
  if (existsSync(file)) {
    // The user's own choices stay; the desk's address follows the port.
    const known = JSON.parse(await readFile(file, 'utf8')) as typeof assistant;
    Object.assign(assistant, { ...known, ports: assistant.ports, desks: assistant.desks });
  }
  await writeFileAtomically(file, Buffer.from(`${JSON.stringify(assistant, null, 2)}\n`), 0o600);
}

/** The register as the demo's companies stand in it, by the command that an operator uses. */
async function demoRegister(db: Db, folder: string, now: Date): Promise<void> {
  const file = join(folder, 'register.csv');
  const kinds = ['uscc', 'socialInsurance', 'housingFund'] as const;
  const companies: readonly Pick<DemoCompany, 'name' | 'numbers' | 'register'>[] = [
    ...demoCompanies,
    ownKeyCompany,
  ];
  const lines = companies.map(({ name, numbers, register }) => [
    name,
    ...kinds.map((kind) => register?.[kind] ?? numbers.find((number) => number.kind === kind)?.value ?? ''),
  ]);
  const csv = [['name', ...kinds], ...lines].map((line) => line.join(',')).join('\n');
  const content = Buffer.from(`${csv}\n`);
  await writeFileAtomically(file, content, 0o644);
  // A demo from before knows fewer companies; what was imported into it since stays.
  const known = await db
    .selectFrom('registry_import')
    .select('id')
    .where('digest', '=', createHash('sha256').update(content).digest('hex'))
    .limit(1)
    .executeTakeFirst();
  if (!known) await importRegisterFile(db, file, { actor: 'demo', now });
}

/** The demo's counters, by the import that an operator uses; a list of another's own stays. */
async function demoServicePoints(db: Db, folder: string, now: Date): Promise<void> {
  const file = join(folder, 'service-points.csv');
  await writeFileAtomically(file, Buffer.from(demoPointsFile), 0o644);
  if (await currentList(db)) return;
  await importPoints(db, await readPointsFile(file), { actor: 'demo', now });
}

/** Takes in what is on the keys, so that another database knows them too. */
async function registerCertificates(
  db: Db,
  folder: string,
  keys: string,
  passphrase: string,
  now: Date,
): Promise<void> {
  const trusted = await trustedIssuers(await readConfiguration(join(folder, configurationName)), passphrase);
  const driver = virtualDriver({ folder: keys });
  for (const file of await readdir(keys)) {
    if (!file.endsWith('.key')) continue;
    const key = await driver.open(file.slice(0, -'.key'.length));
    try {
      for (const { signing, encryption } of await key.containers()) {
        for (const der of [signing?.certificate, encryption?.certificate])
          if (der) await db.transaction().execute((tx) => importCertificate(tx, trusted, der, 'demo', now));
      }
    } finally {
      await key.close();
    }
  }
}
