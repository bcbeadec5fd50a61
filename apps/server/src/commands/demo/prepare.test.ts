import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Certificate, generateSoftwareKey, toPem } from '@certdesk/pki';
import { virtualDriver } from '@certdesk/token';
import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../../setup/configuration.ts';
import { fileOf, run, testDatabase, testFolder } from '../commands.test-support.ts';
import { demoCompanies } from './companies.ts';

async function testDemo() {
  const folder = join(await testFolder(), 'demo');
  const { db, env } = await testDatabase();
  const prepare = (url = 'http://localhost:8080', more: Record<string, string> = {}) =>
    run(['demo', 'prepare', '--folder', folder, '--url', url], { ...env, ...more });
  const keys = join(folder, 'assistant', 'keys');
  const registered = async () => ({
    certificates: await db.selectFrom('certificate').select(['digest', 'state']).orderBy('digest').execute(),
    entities: await db.selectFrom('registry_entity').selectAll().orderBy('id').execute(),
    numbers: await db.selectFrom('registry_number').selectAll().orderBy('value').execute(),
    imports: await db.selectFrom('registry_import').selectAll().execute(),
    points: await db.selectFrom('service_point').selectAll().orderBy('name').execute(),
    audit: await db.selectFrom('audit_event').selectAll().orderBy('id').execute(),
  });
  const runHere = (args: readonly string[]) => run(args, env);
  return { folder, keys, prepare, registered, db, run: runHere };
}

async function contents(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readFile(path, 'hex')])),
  );
}

describe('the demo', () => {
  test('is made once: prepared again, no file and no row changes', async () => {
    const { folder, prepare, registered } = await testDemo();
    const first = await prepare();
    expect(first).toMatchObject({ code: 0, err: '' });
    const [files, rows] = [await contents(folder), await registered()];
    expect(await prepare()).toEqual(first);
    expect(await contents(folder)).toEqual(files);
    expect(await registered()).toEqual(rows);
    expect(rows).toMatchObject({ imports: [{ rows: String(demoCompanies.length + 1) }] });
    expect(rows.points).toHaveLength(8);
    const twins = demoCompanies.filter(({ twin }) => twin).length;
    expect(rows.certificates).toHaveLength(demoCompanies.length + twins);
  });

  test('tells its companies with the PINs that open their keys; the locked one is locked', async () => {
    const { keys, prepare } = await testDemo();
    const { companies } = JSON.parse((await prepare()).out);
    expect(companies.map(({ name }: { name: string }) => name)).toEqual(
      demoCompanies.map(({ name }) => name),
    );
    const driver = virtualDriver({ folder: keys });
    for (const { ref, pin, name } of companies) {
      const key = await driver.open(ref);
      try {
        const [{ signing } = { signing: undefined }] = await key.containers();
        const certificate = Certificate.parse(signing?.certificate ?? new Uint8Array());
        expect(certificate.subject.get('CN')).toBe(name);
        if (pin) await expect(key.verifyPin(pin)).resolves.toBeUndefined();
        else await expect(key.verifyPin('99887766')).rejects.toMatchObject({ code: 'pin-locked' });
      } finally {
        await key.close();
      }
    }
    expect(companies.filter(({ pin }: { pin?: string }) => !pin)).toMatchObject([{ ref: 'locked-factory' }]);
  });

  test('cut off, it is completed and what was made is kept', async () => {
    const { folder, keys, prepare, registered } = await testDemo();
    await prepare();
    const [before, rows] = [await contents(folder), await registered()];
    const lost = join(keys, 'moved-school.key');
    const files = ['server.json', 'order.key', 'register.csv', 'assistant/config.json'];
    for (const path of [...files.map((name) => join(folder, name)), lost]) await rm(path);
    await mkdir(join(folder, 'drafts'));
    await writeFile(join(folder, 'drafts', 'moved-school.key'), 'half of it');
    expect(await prepare()).toMatchObject({ code: 0, err: '' });
    const after = await contents(folder);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    const renewed = [lost, 'order.key', 'assistant/config.json', 'moved-school.admin-pin'];
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed.every((path) => renewed.some((name) => path.endsWith(name)))).toBe(true);
    expect((await registered()).certificates).toHaveLength(rows.certificates.length + 1);
  });

  test('from before, it learns of companies that came later, and leaves what an operator imported since', async () => {
    const { prepare, registered, db, run: runHere } = await testDemo();
    await prepare();
    const { entities } = await registered();
    const last = entities.at(-1);
    await db
      .deleteFrom('registry_number')
      .where('entity_id', '=', last?.id ?? '')
      .execute();
    await db
      .deleteFrom('registry_entity')
      .where('id', '=', last?.id ?? '')
      .execute();
    await db
      .updateTable('registry_import')
      .set({ digest: '0'.repeat(64) })
      .execute();
    await prepare();
    const names = async () => (await registered()).entities.map(({ name }) => name).sort();
    expect(await names()).toEqual(entities.map(({ name }) => name).sort());

    const file = await fileOf('name,uscc\n上海示例科技有限公司,91310106669433828F\n', 'register.csv');
    expect(await runHere(['registry', 'import', file])).toMatchObject({ code: 0 });
    await prepare();
    expect(await names()).toContain('上海示例科技有限公司');
  });

  test('follows its address, and leaves the assistant what its user chose', async () => {
    const { folder, prepare } = await testDemo();
    await prepare();
    const file = join(folder, 'assistant', 'config.json');
    const known = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...known, phrase: '白鹭', language: 'en' }));
    await prepare('http://localhost:9090', { CERTDESK_ASSISTANT_PORTS: '50001,50002' });
    const configuration = await readConfiguration(join(folder, 'server.json'));
    expect(configuration).toMatchObject({
      publicOrigin: 'http://localhost:9090',
      listen: { host: '127.0.0.1', port: 9090 },
      assistant: { ports: [50_001, 50_002] },
    });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      phrase: '白鹭',
      language: 'en',
      ports: [50_001, 50_002],
      desks: [{ origin: 'http://localhost:9090', orderKeys: known.desks[0].orderKeys }],
    });
  });

  test('on another database is the same demo', async () => {
    const { folder, prepare, registered } = await testDemo();
    await prepare();
    const { certificates } = await registered();
    const other = await testDatabase();
    await run(['demo', 'prepare', '--folder', folder, '--url', 'http://localhost:8080'], other.env);
    expect(
      await other.db.selectFrom('certificate').select(['digest', 'state']).orderBy('digest').execute(),
    ).toEqual(certificates);
  });

  test("certifies keys of one's own, whatever their kind, and knows them", async () => {
    const { folder, prepare, registered, run: runHere } = await testDemo();
    await prepare();
    const certify = (key: string) => runHere(['demo', 'certificate', '--folder', folder, '--key', key]);
    const { entities, certificates } = await registered();
    for (const algorithm of ['sm2', 'p256', 'rsa2048'] as const) {
      const { publicKey } = generateSoftwareKey(algorithm);
      const { code, out, err } = await certify(await fileOf(toPem('PUBLIC KEY', publicKey), 'public.pem'));
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const certificate = Certificate.parse(out);
      expect(Buffer.from(certificate.publicKey).equals(publicKey)).toBe(true);
      expect(entities.map(({ name }) => name)).toContain(certificate.subject.get('CN'));
    }
    expect((await registered()).certificates).toHaveLength(certificates.length + 3);
    expect(await certify(await fileOf('no key', 'none.pem'))).toMatchObject({ code: 2 });
  });

  test('has an address that a desk can have', async () => {
    const { folder, prepare } = await testDemo();
    const { code, err } = await prepare('http://localhost:8080/');
    expect(code).toBe(1);
    expect(err).toContain('publicOrigin');
    expect(await readdir(folder)).toEqual(['passphrase']);
  });
});
