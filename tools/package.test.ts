import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualKey } from '@certdesk/token';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packDebian, stageDebian } from './package/deb.mjs';
import { version } from './package/executable.mjs';
import { type Account, account, runPackaged, servePackaged } from './package/run.mjs';
import { makeToken, TOKEN_LABEL, TOKEN_PIN, whyNoToken } from './package/token.mjs';
import { inProject } from './project.mjs';

const folder = mkdtempSync(join(tmpdir(), 'certdesk-package-'));
const executable = join(folder, 'certdesk-assistant');
let user: Account;

beforeAll(async () => {
  const window = join(folder, 'window');
  mkdirSync(window);
  writeFileSync(join(window, 'window.js'), 'console.log("the window")');
  writeFileSync(join(window, 'window.css'), 'body{}');
  // In a process of its own: the injector takes a gigabyte.
  const args = [inProject('tools/package.mjs'), '--executable', '--out', folder, '--window', window];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  user = account({ drivers: [{ family: 'virtual', folder: 'keys' }] });
  const keys = join(user.config, '..', 'keys');
  mkdirSync(keys);
  const kdfCost = { logN: 1, r: 1, p: 1 };
  const pins = { pin: 'Secret-2468', adminPin: 'Admin-1357' };
  await createVirtualKey({ folder: keys, name: 'k1', serial: 'V-1', label: 'Key one', ...pins, kdfCost });
}, 240_000);
afterAll(() => {
  user?.remove();
  rmSync(folder, { recursive: true });
});

describe('the single executable, in an empty environment', () => {
  it('says its version and lists keys', () => {
    expect(runPackaged(executable, ['--version'], user)).toMatchObject({ code: 0, out: `${version}\n` });
    expect(runPackaged(executable, ['list'], user)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/virtual:k1 {2}Key one/),
    });
    expect(runPackaged(executable, ['no-such-command'], user).code).toBe(2);
  });

  it('serves the window that it carries, and stops in order', async () => {
    const serving = await servePackaged(executable, user);
    try {
      expect(await serving.ownWindow()).toContain('console.log("the window")');
    } finally {
      expect(await serving.stop()).toBe(0);
    }
  });

  it('starts itself in the background to open its window', async () => {
    expect(runPackaged(executable, ['open'], user)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/http:\/\/127\.0\.0\.1:\d+\/own\?ticket=/),
    });
    const instance = join(user.config, '..', 'instance.json');
    process.kill(JSON.parse(readFileSync(instance, 'utf8')).pid, 'SIGTERM');
    await expect.poll(() => existsSync(instance), { timeout: 20_000 }).toBe(false);
  });

  it('says in the holder’s words when a maker’s library is missing, having loaded its addon', () => {
    const missing = join(folder, 'no-such-library.so');
    const other = account({ drivers: [{ family: 'skf', profile: 'standard', library: missing }] });
    try {
      const listed = runPackaged(executable, ['list'], other);
      expect(listed).toMatchObject({ code: 1, err: expect.stringContaining('[key-library-missing]') });
      const unpacked = readdirSync(join(other.home, '.cache', 'certdesk-assistant'), { recursive: true });
      expect(unpacked).toContainEqual(expect.stringMatching(/^[0-9a-f]{64}.koffi\.node$/));
    } finally {
      other.remove();
    }
  });

  it.skipIf(whyNoToken)('reaches a token through PKCS#11, and its PIN', () => {
    const other = account({ drivers: [makeToken(join(folder, 'softhsm'))] });
    try {
      expect(runPackaged(executable, ['list'], other).out).toContain(TOKEN_LABEL);
      const verify = ['verify-pin', '--pin-stdin'];
      expect(runPackaged(executable, verify, other, `${TOKEN_PIN}\n`)).toMatchObject({ code: 0 });
    } finally {
      other.remove();
    }
  });

  it('knows at once when it is to hold a library, which nobody starts by hand', () => {
    expect(runPackaged(executable, ['--native-host', 'x'], user)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not for people'),
    });
  });
});

const dpkgDeb = (...args: string[]) => spawnSync('dpkg-deb', args, { encoding: 'utf8' });

describe.skipIf(dpkgDeb('--version').status !== 0)('the Debian package', () => {
  const pack = (defaults?: string) => {
    const program = join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n');
    const staged = join(folder, 'staged');
    stageDebian(staged, { executable: program, defaults });
    return packDebian(staged, folder, { compression: 'none' });
  };

  it('installs program, autostart, menu entry, manual and the operator’s file, all of them root’s', () => {
    const lines = dpkgDeb('--contents', pack()).stdout.split('\n').filter(Boolean);
    const files = new Map(lines.map((line) => [line.split(/\s+/)[5] ?? '', line]));
    for (const path of [
      './usr/bin/certdesk-assistant',
      './etc/xdg/autostart/certdesk-assistant.desktop',
      './usr/share/applications/certdesk-assistant.desktop',
      './usr/share/man/man1/certdesk-assistant.1.gz',
      './usr/share/doc/certdesk-assistant/copyright',
      './usr/share/doc/certdesk-assistant/changelog.gz',
      './etc/certdesk-assistant/config.json',
    ])
      expect([...files.keys()]).toContain(path);
    expect(files.get('./usr/bin/certdesk-assistant')).toMatch(/^-rwxr-xr-x root\/root/);
    expect(files.get('./etc/certdesk-assistant/config.json')).toMatch(/^-rw-r--r-- root\/root/);
    for (const line of lines) expect(line).not.toMatch(/^.{8}w/);
  });

  it('says what it is and needs, and has no scripts that run as root', () => {
    const path = pack();
    expect(dpkgDeb('--field', path, 'Package', 'Version').stdout).toBe(
      `Package: certdesk-assistant\nVersion: ${version}\n`,
    );
    expect(dpkgDeb('--field', path, 'Depends').stdout).toContain('libc6');
    expect(dpkgDeb('--ctrl-tarfile', path).stdout).not.toMatch(/(post|pre)(inst|rm)/);
  });

  it('carries the operator’s configuration, which an update does not overwrite', () => {
    const defaults = join(folder, 'defaults.json');
    writeFileSync(defaults, '{"language":"en"}', { mode: 0o600 });
    const unpacked = join(folder, 'unpacked');
    const path = pack(defaults);
    dpkgDeb('--raw-extract', path, unpacked);
    const installed = join(unpacked, 'etc/certdesk-assistant/config.json');
    expect(statSync(installed).mode & 0o777).toBe(0o644);
    expect(dpkgDeb('--info', path, 'conffiles').stdout).toContain('/etc/certdesk-assistant/config.json\n');
  });
});
