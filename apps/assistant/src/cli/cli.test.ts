import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Order } from '@certdesk/contract';
import { createVirtualKey, virtualDriver } from '@certdesk/token';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { FakeDesk } from '../test-support/fake-desk.test-support.ts';
import { buildProgram, type Program, temporaryHome } from '../test-support/program.test-support.ts';

const pin = 'Secret-2468';
let program: Program;
let home: string;
let desk: FakeDesk;

beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.dispose());

beforeEach(async () => {
  home = temporaryHome();
  desk = new FakeDesk();
  await desk.start();
  const folder = join(home, 'keys');
  mkdirSync(folder);
  const kdfCost = { logN: 1, r: 1, p: 1 };
  await createVirtualKey({
    folder,
    name: 'k1',
    serial: 'V-1',
    label: 'Key one',
    pin,
    adminPin: 'Admin-1357',
    kdfCost,
  });
  const key = await virtualDriver({ folder }).open('k1');
  await key.verifyPin(pin);
  await key.createContainer('old');
  await key.writeCertificate('old', 'signing', await desk.certify(await key.generateKeyPair('old', 'sm2')));
  await key.close();
  configure({});
});
afterEach(async () => {
  await desk.stop();
  rmSync(home, { recursive: true, force: true });
});

function configure(change: object): void {
  const config = {
    phrase: 'blue teapot',
    language: 'en',
    desks: [desk.trusted],
    drivers: [{ family: 'virtual', folder: 'keys' }],
    ...change,
  };
  writeFileSync(join(home, 'config.json'), JSON.stringify(config));
}

const run = (args: string[], input?: string) =>
  program.run(args, { home, ...(input !== undefined && { input }) });

function orderFile(order: Order = desk.renewalOrder()): string {
  const file = join(home, 'order.json');
  writeFileSync(file, JSON.stringify(desk.sign(order)));
  return file;
}

it('lists keys and shows certificates without a PIN, in the language of the configuration', async () => {
  const list = await run(['list']);
  expect(list).toMatchObject({ code: 0, err: '' });
  expect(list.out).toMatch(/virtual:k1 {2}Key one .* V-1 {2}10 PIN tries left/);
  const show = await run(['show', 'V-1']);
  expect(show.out).toContain('上海示例贸易有限公司 (signing)');
  configure({ language: 'zh' });
  expect((await run(['list'])).out).toContain('密码还可以输错 10 次');
});

it('verifies and changes the PIN from standard input, and says how many tries are left', async () => {
  expect(await run(['verify-pin', '--pin-stdin'], 'Wrong-1\n')).toMatchObject({
    code: 1,
    err: expect.stringContaining('9 PIN tries left'),
  });
  expect(await run(['verify-pin', '--pin-stdin'], `${pin}\n`)).toMatchObject({ code: 0 });
  const changed = await run(['change-pin', 'k1', '--pin-stdin'], `${pin}\nOther-8642\nOther-8642\n`);
  expect(changed).toMatchObject({ code: 0, err: '' });
  expect(await run(['verify-pin', '--pin-stdin'], `${pin}\n`)).toMatchObject({ code: 1 });
  expect(await run(['verify-pin', '--pin-stdin'], 'Other-8642\n')).toMatchObject({ code: 0 });
  const differing = await run(['change-pin', '--pin-stdin'], 'Other-8642\nThird-1111\nThird-2222\n');
  expect(differing).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was changed') });
});

it('never takes a PIN from its arguments', async () => {
  expect(await run(['verify-pin', 'k1', pin])).toMatchObject({ code: 1 });
  expect(await run(['verify-pin', 'k1', '--pin', pin])).toMatchObject({ code: 2 });
});

it('carries out a renewal from a file, and logs it without PIN or token', async () => {
  const ended = await run(['order', orderFile(), '--yes', '--pin-stdin'], `${pin}\n`);
  expect(ended.err).toContain('asks to renew a certificate, case R-1');
  expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('上海示例贸易有限公司') });
  expect(desk.state).toBe('done');
  const log = readFileSync(join(home, 'assistant.log'), 'utf8');
  expect(log).toContain('order done');
  for (const secret of [pin, ...desk.tokens]) {
    expect(log + ended.out + ended.err).not.toContain(secret);
  }
  expect(statSync(join(home, 'assistant.log')).mode & 0o777).toBe(0o600);
});

it('carries out an amendment from a file: says which numbers come in and what stays, and logs none of them', async () => {
  const ended = await run(['order', orderFile(desk.amendmentOrder()), '--yes', '--pin-stdin'], `${pin}\n`);
  expect(ended.err).toContain('asks to add numbers to a certificate; its key pair and its validity stay');
  expect(ended.err).toContain('Comes in: Social insurance number: 00123456\n');
  expect(ended.err).toContain('Still valid until: 2027-01-01\n');
  expect(ended).toMatchObject({
    code: 0,
    out: expect.stringContaining('Social insurance number: 00123456\n'),
  });
  expect(desk.state).toBe('done');
  const log = readFileSync(join(home, 'assistant.log'), 'utf8');
  expect(
    log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ event: 'order done', purpose: 'amendment', desk: desk.base }]);
  for (const secret of [pin, ...desk.tokens, '00123456', '91310000631291289X'])
    expect(log).not.toContain(secret);
});

it('changes nothing without consent, with a wrong PIN, or for another origin', async () => {
  const file = orderFile();
  expect(await run(['order', file, '--pin-stdin'], 'n\n')).toMatchObject({ code: 1 });
  expect(await run(['order', file, '--yes', '--pin-stdin'], 'Wrong-1\nWrong-2\n')).toMatchObject({
    code: 1,
    err: expect.stringContaining('9 PIN tries left'),
  });
  expect(await run(['order', file, '--yes', '--origin', 'https://evil.example'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('[order-untrusted]'),
  });
  expect(await run(['order', join(home, 'config.json')])).toMatchObject({ code: 1 });
  expect(desk.calls).toEqual([]);
});

it('says what is wrong in the configuration, and writes a first one where there is none', async () => {
  configure({ language: 'de', desks: [{ ...desk.trusted, orderKeys: ['AAAA'] }] });
  const wrong = await run(['list']);
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('[configuration-invalid]') });
  expect(wrong.err).toContain('language');
  expect(wrong.err).toContain('desks.0.orderKeys.0');
  rmSync(join(home, 'config.json'));
  expect(await run(['desks'])).toMatchObject({ code: 0 });
  expect(statSync(join(home, 'config.json')).mode & 0o777).toBe(0o600);
});

it('serves once for each home, and stops on request', async () => {
  const child = program.start(['serve'], { home });
  try {
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const [line] = (await once(lines, 'line')) as [string];
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
    expect(statSync(join(home, 'instance.json')).mode & 0o777).toBe(0o600);
    expect((await fetch(`${address}/window`)).status).toBe(404);
    const second = await run(['serve']);
    expect(second).toMatchObject({ code: 0, out: expect.stringContaining(`already at ${address}`) });
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(statSync(join(home, 'instance.json'), { throwIfNoEntry: false })).toBeUndefined();
});

it.skipIf(process.platform === 'win32')(
  'opens the own window in the browser; where there is no browser it names the address',
  async () => {
    const path = join(home, 'programs');
    mkdirSync(path);
    const browser = (script: string) => {
      for (const name of ['xdg-open', 'open'])
        writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    };
    const open = () => program.run(['open'], { home, path });
    const opened = { code: 0, out: expect.stringContaining('open in your browser'), err: '' };
    const serving = program.start(['serve'], { home });
    try {
      await once(createInterface({ input: serving.stdout as NodeJS.ReadableStream }), 'line');
      browser(`echo "$1" > '${join(home, 'shown')}'`);
      expect(await open()).toMatchObject(opened);
      expect(readFileSync(join(home, 'shown'), 'utf8')).toMatch(
        /^http:\/\/127\.0\.0\.1:\d+\/own\?ticket=[\w-]{43}\n$/,
      );
      browser('exec /bin/sleep 5');
      expect(await open()).toMatchObject(opened);
      browser('exit 3');
      const named = { code: 0, out: expect.stringMatching(/Open this within a minute: http:/) };
      expect(await open()).toMatchObject(named);
      rmSync(path, { recursive: true });
      expect(await open()).toMatchObject(named);
    } finally {
      serving.kill('SIGTERM');
      await once(serving, 'exit');
    }
  },
);
