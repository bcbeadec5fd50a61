import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Sm2PrivateKey } from '@certdesk/gm';
import {
  buildCertificate,
  Certificate,
  certificateDigest,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  generateSoftwareKey,
  identityNumberExtension,
  type KeyUsage,
  keyUsage,
  Name,
  openEnvelopedKey,
  readCsrResponse,
  toPem,
} from '@certdesk/pki';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { bundlePrograms } from '../../../../test/support/bundle.ts';
import { freePorts } from '../../../../tools/ports.mjs';
import { openIssuingCa } from '../authority/embedded/open.ts';
import { openKeyManagement } from '../keymanagement/open.ts';
import { openKeyDatabase } from '../keymanagement/service/database.ts';
import { createOperatorKey } from '../operators/key.ts';
import { insertOperator } from '../operators/register.ts';
import type { OperatorRole } from '../operators/roles.ts';
import { readConfiguration } from '../setup/configuration.ts';
import {
  fileOf,
  newDesk,
  origin,
  passphrase,
  run,
  testDatabase,
  testFolder,
} from './commands.test-support.ts';
import { makeDesk } from './init.ts';

const day = 86_400_000;
const keyPassphrase = '密钥管理自己的口令';
const secret = '操作员自己的口令';
const cheap = { logN: 4, r: 1, p: 1 };

/** As deep below the server's folder as its own build, where it finds its migrations. */
let programs: string;
beforeAll(async () => {
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  mkdirSync(dist, { recursive: true });
  programs = mkdtempSync(join(dist, 'recover-'));
  const certdesk = fileURLToPath(new URL('../certdesk.ts', import.meta.url));
  await bundlePrograms({ certdesk }, join(programs, 'bundle'));
}, 60_000);
afterAll(() => rmSync(programs, { recursive: true, force: true }));

/** The key management's process, as it is started where a desk runs. @returns when it listens */
async function serve(env: Record<string, string>): Promise<void> {
  const program = join(programs, 'bundle', 'certdesk.mjs');
  const child: ChildProcess = spawn(process.execPath, [program, 'keymanagement', 'serve'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    if (child.kill('SIGTERM')) await ended;
  });
  if (!child.stdout) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('"listening"')) return;
  throw new Error('the key management ended');
}

/** A person with a key of his own, as operator at the desk if he has roles there. */
async function person(id: string, algorithm: 'sm2' | 'p256' = 'sm2') {
  const keyFile = join(await testFolder(), `${id}.key`);
  const publicKey = await createOperatorKey(keyFile, secret, algorithm, cheap);
  const passphraseFile = await fileOf(secret);
  const as = ['--as', id, '--operator-key', keyFile, '--operator-passphrase-file', passphraseFile];
  const pem = await fileOf(toPem('PUBLIC KEY', publicKey));
  return {
    id,
    publicKey,
    as: [...as, '--because', '法院调取，函〔2027〕3 号'],
    asNew: ['--id', id, '--name', `恢复员 ${id}`, '--key', pem],
  };
}
type Person = Awaited<ReturnType<typeof person>>;

/** A desk with its key management in another process, two recovery officers, and a company that lost its key. */
async function world() {
  const folder = join(await testFolder(), 'desk');
  const [port = 0] = await freePorts(1);
  await makeDesk(newDesk(folder, { keyManagement: { passphrase: keyPassphrase, port, spare: 1 } }));
  const { db, env: database } = await testDatabase();
  const env = {
    ...database,
    CERTDESK_CONFIG: join(folder, 'server.json'),
    CERTDESK_PASSPHRASE_FILE: await fileOf(passphrase),
  };
  const keyEnv = {
    CERTDESK_KEYMANAGEMENT_CONFIG: join(folder, 'keymanagement', 'keymanagement.json'),
    CERTDESK_KEYMANAGEMENT_PASSPHRASE_FILE: await fileOf(keyPassphrase),
    KEYMANAGEMENT_DATABASE_URL: database.DATABASE_URL,
  };
  await serve(keyEnv);
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  const operator = (one: Person, ...roles: OperatorRole[]) =>
    db
      .transaction()
      .execute((tx) =>
        insertOperator(tx, { id: one.id, name: one.id, publicKey: one.publicKey, roles }, now),
      );
  const [alice, bob] = [await person('alice'), await person('bob', 'p256')];
  for (const one of [alice, bob]) {
    await operator(one, 'recovery');
    expect(await run(['keymanagement', 'officer', 'add', ...one.asNew], keyEnv)).toMatchObject({ code: 0 });
  }

  const ca = await openIssuingCa(join(folder, 'authority'), passphrase);
  const desk = (...argv: string[]) => run(argv, env);
  const issue = async (
    serialNumber: string,
    publicKey: Uint8Array,
    usage: readonly KeyUsage[],
    uscc: string,
  ) => {
    const der = await buildCertificate({
      serialNumber,
      issuer: ca.certificate.subject,
      subject: Name.of([{ type: 'CN', value: `${uscc} 有限公司` }]),
      notBefore: new Date(now.getTime() - 3600_000),
      notAfter: new Date(now.getTime() + 100 * day),
      publicKey,
      extensions: [
        keyUsage(usage),
        identityNumberExtension({ kind: 'uscc', value: uscc }, DEFAULT_IDENTITY_NUMBER_OIDS),
      ],
      signer: ca.signer,
    });
    const file = await fileOf(toPem('CERTIFICATE', der), `${serialNumber}.crt`);
    expect(await desk('certificate', 'import', file)).toMatchObject({ code: 0, err: '' });
    return { file, certificate: Certificate.parse(der) };
  };
  const signs: KeyUsage[] = ['digitalSignature', 'nonRepudiation'];
  const company = '91310106669433828F';
  const lost = generateSoftwareKey('sm2');
  const { keyManagement } = await readConfiguration(env.CERTDESK_CONFIG);
  if (!keyManagement) throw new Error('no key management');
  const keys = await openKeyManagement(keyManagement, passphrase, () => new Date());
  const given = await keys.give('case:1', lost.publicKey);
  await issue('5159', lost.publicKey, signs, company);
  const encryption = await issue('e7c4', given.publicKey, ['keyEncipherment', 'dataEncipherment'], company);
  const holder = generateSoftwareKey('sm2');
  const fresh = await issue('5160', holder.publicKey, signs, company);
  return { desk, db, env, keyEnv, folder, alice, bob, operator, encryption, fresh, holder, issue, signs };
}
type World = Awaited<ReturnType<typeof world>>;

const commandIn = (said: string) => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(said)?.[0] ?? '';

/** Ordered by two operators. @returns the second's command and the first's: the envelope is fetched by either */
async function ordered({ desk }: World, what: string[], first: Person, second: Person) {
  const one = await desk('key', 'recover', ...what, ...first.as);
  expect(one.out).toMatch(/^Waits for a second operator/);
  const two = await desk('command', 'second', commandIn(one.out), ...second.as);
  expect(two).toMatchObject({ code: 0, out: expect.stringContaining('is ordered: certdesk key envelope') });
  return [commandIn(two.out), commandIn(one.out)] as const;
}

test('two operators recover a key for its holder’s new key, and what was encrypted to it opens again', async () => {
  const w = await world();
  const { desk, alice, bob, encryption, fresh, holder, folder } = w;
  const document = join(folder, 'document.sm2');
  const text = '只有这把密钥能解开';
  const certificateFile = encryption.file;
  const publicKey = await fileOf(toPem('PUBLIC KEY', encryption.certificate.publicKey));
  const encrypting = ['pkeyutl', '-encrypt', '-pubin', '-inkey', publicKey, '-out', document];
  execFileSync('openssl', encrypting, { input: text });

  const [command, first] = await ordered(w, ['e7c4', '--for', '5160'], alice, bob);
  const file = join(folder, 'recovered.der');
  expect(await desk('key', 'envelope', command, '--out', file)).toMatchObject({ code: 0, err: '' });
  const response = readCsrResponse(readFileSync(file));
  expect(response.signCertificates.map(certificateDigest)).toEqual([
    certificateDigest(fresh.certificate.der),
  ]);
  expect(response.encryptCertificates.map(certificateDigest)).toEqual([
    certificateDigest(encryption.certificate.der),
  ]);
  const opener = Sm2PrivateKey.fromPkcs8(holder.privateKey);
  const pair = openEnvelopedKey(response.encryptedPrivateKey ?? Buffer.of(), opener);
  const key = await fileOf(toPem('PRIVATE KEY', pair.toPkcs8()));
  expect(execFileSync('openssl', ['pkeyutl', '-decrypt', '-inkey', key, '-in', document]).toString()).toBe(
    text,
  );

  // Answers and files get lost: the same commands fetch it again, and overwrites nothing.
  expect((await desk('key', 'envelope', command, '--out', file)).err).toContain('[file-exists]');
  const again = join(folder, 'again.der');
  expect(await desk('key', 'envelope', first, '--out', again)).toMatchObject({ code: 0 });
  const { encryptedPrivateKey = Buffer.of() } = readCsrResponse(readFileSync(again));
  expect(openEnvelopedKey(encryptedPrivateKey, opener).toScalar()).toEqual(pair.toScalar());
  const rows = await w.db
    .selectFrom('audit_event')
    .select(['action', 'data'])
    .where('action', 'like', 'key.%')
    .orderBy('id')
    .execute();
  const fetched = ['key.envelope-asked', 'key.recovered'];
  expect(rows.map(({ action }) => action)).toEqual(['key.recovery-ordered', ...fetched, ...fetched]);
  expect(rows[0]?.data).toMatchObject({ command, operators: ['alice', 'bob'] });
  const { db, end } = openKeyDatabase(w.env.DATABASE_URL);
  onTestFinished(end);
  const own = await db.selectFrom('audit_event').select('action').orderBy('id').execute();
  expect(own.map(({ action }) => action)).toEqual([
    ...['officer.added', 'officer.added', 'pair.given', 'pair.recovered'],
  ]);

  // On a machine without a desk, the certificates come in files; then the second one need not see the first one's.
  const away = ['--url', origin, '--out', join(folder, 'order.json')];
  const files = [certificateFile, '--for', fresh.file];
  expect(await run(['key', 'recover', ...files, ...alice.as, ...away])).toMatchObject({
    code: 0,
    err: expect.stringContaining('certificate e7c4'),
  });
  expect((await run(['key', 'recover', 'e7c4', '--for', fresh.file, ...alice.as, ...away])).code).toBe(2);
  expect((await desk('command', 'submit', join(folder, 'order.json'))).out).toContain('Waits for a second');
  // By its signing certificate and a day.
  const today = new Date().toISOString().slice(0, 10);
  const byDay = await desk('key', 'recover', '5159', '--on', today, '--for', '5160', ...bob.as);
  expect(byDay.out).toContain('is ordered');
}, 60_000);

test('no key for a receiver that is revoked, another entity’s, or not ordered by two with the role', async () => {
  const w = await world();
  const { desk, alice, bob, db, keyEnv, folder, issue, signs } = w;
  const out = ['--out', join(folder, 'recovered.der')];
  const recover = (what: string[], who: Person = alice) => desk('key', 'recover', ...what, ...who.as);
  await issue('c0', generateSoftwareKey('sm2').publicKey, signs, '11310000000000001X');
  await issue('c1', generateSoftwareKey('p256').publicKey, signs, '91310106669433828F');
  const refusals = [
    [['e7c4', '--for', 'c0'], 'recovery-other-holder'],
    [['e7c4', '--for', 'c0', '--for-authority', '别的法院'], 'recovery-other-holder'],
    [['e7c4', '--for', 'c1'], 'recovery-receiver'],
    [['5159', '--for', '5160'], 'recovery-certificate'],
    [['5159', '--on', '2001-01-01', '--for', '5160'], 'recovery-certificate'],
    [['beef', '--for', '5160'], 'certificate-not-found'],
  ] as const;
  for (const [what, code] of refusals) expect((await recover([...what])).err).toContain(`[${code}]`);
  expect((await recover(['5159', '--on', 'today', '--for', '5160'])).code).toBe(2);

  const carol = await person('carol');
  await w.operator(carol, 'operators', 'revocation');
  expect((await recover(['e7c4', '--for', '5160'], carol)).err).toContain('[operator-role]');
  const waiting = await recover(['e7c4', '--for', '5160']);
  expect((await recover(['e7c4', '--for', '5160'])).err).toContain('[command-same-operator]');
  for (const id of [commandIn(waiting.out), 'nonsense'])
    expect((await desk('key', 'envelope', id, ...out)).err).toContain('[recovery-not-ordered]');

  // Whoever writes to the desk's database makes himself an operator there; the key management does not know him.
  const mallory = await person('mallory');
  await w.operator(mallory, 'recovery');
  const invented = commandIn((await desk('command', 'second', commandIn(waiting.out), ...mallory.as)).out);
  const answer = await desk('key', 'envelope', invented, ...out);
  expect(answer.err).toContain('mallory is no recovery officer here');
  expect(answer.err).toContain('[recovery-refused]');

  // In force when it was ordered, and not any more.
  const [command] = await ordered(w, ['e7c4', '--for', '5160'], bob, alice);
  await db.updateTable('certificate').set({ state: 'revoked' }).where('serial_number', '=', '5160').execute();
  expect((await desk('key', 'envelope', command, ...out)).err).toContain('[certificate-state]');
  await db
    .updateTable('certificate')
    .set({ state: 'in-force' })
    .where('serial_number', '=', '5160')
    .execute();

  const list = () => run(['keymanagement', 'officer', 'list'], keyEnv);
  expect((await list()).out).toMatch(/^alice {2}enabled {2}[0-9a-f]{64} {2}恢复员 alice\nbob {2}enabled/);
  const twice = ['--id', 'alice2', '--name', 'x', ...alice.asNew.slice(4)];
  expect((await run(['keymanagement', 'officer', 'add', ...twice], keyEnv)).err).toContain(
    '[operator-exists]',
  );
  const unrooted = join(folder, 'keymanagement', 'unrooted.json');
  await writeFile(unrooted, '{}');
  const early = { ...keyEnv, CERTDESK_KEYMANAGEMENT_CONFIG: unrooted };
  const dave = await person('dave');
  const added = await run(['keymanagement', 'officer', 'add', ...dave.asNew], early);
  expect(added.err).toContain('names no root certificate yet');
  const wrong = { ...keyEnv, CERTDESK_KEYMANAGEMENT_PASSPHRASE_FILE: await fileOf(passphrase) };
  const byDesk = await run(['keymanagement', 'officer', 'add', ...mallory.asNew], wrong);
  expect(byDesk.err).toContain('[passphrase-wrong]');
  expect(await run(['keymanagement', 'officer', 'disable', 'bob'], keyEnv)).toMatchObject({ code: 0 });
  expect((await run(['keymanagement', 'officer', 'disable', 'bob'], keyEnv)).err).toContain(
    '[operator-unknown]',
  );
  expect((await list()).out).toContain('bob  disabled');
  expect((await desk('key', 'envelope', command, ...out)).err).toContain('bob is no recovery officer here');
  await sql`update keymanagement.recovery_officer set disabled_at = null`.execute(db);
  expect((await list()).out).toContain('bob  not vouched for');
  const configuration = JSON.parse(readFileSync(w.env.CERTDESK_CONFIG, 'utf8')) as object;
  const away = { ...configuration, keyManagement: { url: 'http://127.0.0.1:1' } };
  await writeFile(w.env.CERTDESK_CONFIG, JSON.stringify(away));
  expect((await desk('key', 'envelope', command, ...out)).err).toContain('[recovery-unavailable]');
  await writeFile(w.env.CERTDESK_CONFIG, JSON.stringify({ publicOrigin: origin }));
  expect((await desk('key', 'envelope', command, ...out)).err).toContain('keyManagement: is missing');
}, 60_000);
