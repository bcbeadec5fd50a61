import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sm2PrivateKey } from '@certdesk/gm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { openHome } from './home.ts';

let folder: string;
let path: string;
let defaults: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'certdesk-config-'));
  path = join(folder, 'config.json');
  defaults = join(folder, 'defaults.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const orderKey = () => Buffer.from(Sm2PrivateKey.generate().publicKey.toSpki()).toString('base64');
const deskAt = (origin: string) => ({ origin, server: origin, name: origin, orderKeys: [orderKey()] });
const virtual = (name: string) => ({ family: 'virtual' as const, folder: name });
const set = (file: string, content: object) => writeFileSync(file, JSON.stringify(content), { mode: 0o644 });

it('begins in the operator’s language, with a phrase of its own, and trusts the operator’s desks', async () => {
  const desk = deskAt('https://desk.example');
  set(defaults, { language: 'en', desks: [desk], drivers: [virtual('keys')] });
  const config = await loadConfig(path, defaults);
  expect(config).toMatchObject({ language: 'en', desks: [desk], drivers: [virtual('keys')] });
  expect(config.phrase).not.toBe('');
  // The user's own file holds none of it: what the operator changes later reaches everybody.
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    phrase: config.phrase,
    language: 'en',
    desks: [],
    drivers: [],
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('takes up what the operator changes, and keeps what the user added', async () => {
  const [shared, own] = [deskAt('https://desk.example'), deskAt('https://own.example')];
  set(path, {
    phrase: 'a',
    language: 'zh',
    desks: [shared, own],
    drivers: [virtual('own'), virtual('keys')],
  });
  const renewed = deskAt('https://desk.example');
  set(defaults, { language: 'en', ports: [5000], desks: [renewed], drivers: [virtual('keys')] });
  expect(await loadConfig(path, defaults)).toEqual({
    phrase: 'a',
    language: 'zh',
    ports: [5000],
    desks: [renewed, own],
    drivers: [virtual('keys'), virtual('own')],
  });
});

it('is the user’s alone where there is no operator’s file', async () => {
  set(path, { phrase: 'a', language: 'zh', desks: [], drivers: [] });
  expect(await loadConfig(path, defaults)).toEqual({ phrase: 'a', language: 'zh', desks: [], drivers: [] });
});

it('refuses an operator’s file that others can write to, or that is wrong, and says where', async () => {
  const refusal = async () => {
    const error: Error = await loadConfig(path, defaults).then(
      () => expect.unreachable(),
      (error) => error,
    );
    expect(error).toMatchObject({ code: 'configuration-invalid' });
    return JSON.stringify(error);
  };
  set(defaults, { desks: [] });
  chmodSync(defaults, 0o666);
  expect(await refusal()).toContain('others than the administrator may write to it');
  chmodSync(defaults, 0o644);
  set(defaults, { phrase: 'the same for all' });
  expect(await refusal()).toContain('phrase');
  writeFileSync(defaults, '{');
  expect(await refusal()).toContain('not JSON');
});

it('the operator’s file lies where only the administrator can write; a home of one’s own has none', () => {
  const home = (env: object, platform: string) =>
    openHome({ CERTDESK_ASSISTANT_HOME: folder, ...env }, platform);
  expect(home({}, 'linux').defaults).toBeUndefined();
  expect(home({ CERTDESK_ASSISTANT_DEFAULTS: '/a' }, 'linux').defaults).toBe('/a');
  expect(openHome({ XDG_STATE_HOME: folder }, 'linux').defaults).toBe('/etc/certdesk-assistant/config.json');
});
