import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, openTestDesk, orderOf, type TestDesk } from '../desk.test-support.ts';
import type { Desk } from '../desk.ts';
import { Registers } from '../registry/configuration.ts';
import { importRegisterFile } from '../registry/import/import.ts';

const names = { zh: '上海市', en: 'Shanghai' };
const shanghai = { by: 'register' as const, divisions: ['31'], names };
const listed = '91330100799655058B';

let world: TestDesk;
/** Nodes of the same desk that are configured otherwise. */
let byCode: Desk;
let withList: Desk;
let askingElsewhere: Desk;
const done: (() => Promise<void>)[] = [];
beforeAll(async () => {
  const whenDone = (work: () => Promise<void>) => void done.unshift(work);
  world = await openTestDesk({ served: shanghai }, whenDone);
  byCode = await world.node({ served: { ...shanghai, by: 'code' } }, whenDone);
  const codes = await fileOf(`${listed}\r\n\r\n`);
  withList = await world.node({ served: { ...shanghai, codes } }, whenDone);
  const http = {
    url: 'http://127.0.0.1/entities/{number}',
    authentication: { kind: 'signature', key: world.configuration.orders.key, keyId: 'desk' },
    answer: { name: '/name', state: { at: '/state', values: { on: 'active' } }, numbers: { uscc: '/code' } },
  };
  const registry = Registers.parse({ order: ['http', 'table'], http });
  askingElsewhere = await world.node({ registry }, whenDone);
  await importRegisterFile(
    world.db,
    await fileOf(
      ['name,uscc,division', '迁出公司,91310000631291289X,440300', '迁入公司,9144030071526726XG,310106'].join(
        '\n',
      ),
    ),
    { actor: 'operator', now: world.time },
  );
});
afterAll(async () => {
  for (const work of done) await work();
});

async function fileOf(content: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'certdesk-region-')), 'file.csv');
  await writeFile(file, content);
  return file;
}

const signIn = async (number: string, kind: 'uscc' | 'organizationCode' = 'uscc', desk = world.desk) =>
  codeOf(world.browser(desk).signIn(await world.company({ numbers: [{ kind, value: number }] })));

test('a region that is not served is told so, and nobody is signed in', async () => {
  expect(await signIn('91310106669433828F')).toBe('done');
  expect(await signIn('914403001922038216')).toBe('region-not-served');
  expect(await world.db.selectFrom('session').select('entity_id').execute()).toHaveLength(1);
});

test('the register’s division counts before the code’s, unless it is configured otherwise', async () => {
  expect(await signIn('91310000631291289X')).toBe('region-not-served');
  expect(await signIn('9144030071526726XG')).toBe('done');
  expect(await signIn('91310000631291289X', 'uscc', byCode)).toBe('done');
  expect(await signIn('9144030071526726XG', 'uscc', byCode)).toBe('region-not-served');
});

test('what was imported says nothing where a register elsewhere is asked first, and sign-in does not wait for that', async () => {
  expect(await signIn('91310000631291289X', 'uscc', askingElsewhere)).toBe('done');
  expect(await signIn('9144030071526726XG', 'uscc', askingElsewhere)).toBe('region-not-served');
});

test('an entity without a division is let in: the register decides when a case asks it', async () => {
  expect(await signIn('19220382-1', 'organizationCode')).toBe('done');
});

test('whoever stands on the list is let in', async () => {
  expect(await signIn(listed)).toBe('region-not-served');
  expect(await signIn(listed, 'uscc', withList)).toBe('done');
});

test('before signing in the pages say who is served, and a code can be asked about, of which nothing is kept', async () => {
  const browser = world.browser();
  expect(await browser.get('/desk')).toMatchObject({ served: names });
  const answer = async (code: string) => (await browser.post('/served', { code })) as { served: string };
  expect(await answer('9131 0106 6694 3382 8f')).toEqual({ served: 'yes' });
  expect(await answer('91330100716105852F')).toEqual({ served: 'no' });
  expect(await answer('91330100716105852A')).toEqual({ served: 'unknown' });
  // The register says otherwise, and is not asked for a stranger.
  expect(await answer('9144030071526726XG')).toEqual({ served: 'no' });
  expect(await codeOf(browser.post('/served', { code: '' }))).toBe('request-invalid');
  const kept = await world.db.selectFrom('audit_event').selectAll().execute();
  expect(world.logged.join('') + JSON.stringify(kept)).not.toContain('91330100716105852');
});

test('the sign-in order names the divisions where the code’s digits decide alone', async () => {
  const order = async (desk?: Desk) => orderOf(await world.browser(desk).signInOrder());
  expect(await order()).toMatchObject({ purpose: 'sign-in', served: null });
  expect(await order(byCode)).toMatchObject({ purpose: 'sign-in', served: ['31'] });
  expect(await order(withList)).toMatchObject({ purpose: 'sign-in', served: null });
});
