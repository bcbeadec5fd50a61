import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asset, isSingleFile } from './assets.ts';
import { cacheFolder, unpack } from './unpack.ts';

const content = Buffer.from('the addon');
let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'certdesk-unpack-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('puts the file where its user alone can reach it, once', () => {
  const cache = join(folder, 'cache');
  const path = unpack(cache, 'a.node', content);
  expect(readFileSync(path)).toEqual(content);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  expect(statSync(path).mode & 0o777).toBe(0o500);
  const { ino } = statSync(path);
  expect(unpack(cache, 'a.node', content)).toBe(path);
  expect(statSync(path).ino).toBe(ino);
  expect(readdirSync(dirname(path))).toEqual(['a.node']);
});

it('another version goes beside it, and the former one is taken away', () => {
  const old = unpack(folder, 'a.node', content);
  const path = unpack(folder, 'a.node', Buffer.from('newer'));
  expect(path).not.toBe(old);
  expect(readdirSync(folder)).toHaveLength(1);
});

describe('what somebody put there is not loaded', () => {
  it('other content, or a file that others may write to, is replaced', () => {
    const path = unpack(folder, 'a.node', content);
    chmodSync(path, 0o700);
    writeFileSync(path, 'something else');
    expect(readFileSync(unpack(folder, 'a.node', content))).toEqual(content);
    chmodSync(path, 0o666);
    unpack(folder, 'a.node', content);
    expect(statSync(path).mode & 0o777).toBe(0o500);
  });

  it('a link is replaced, and what it points to stays', () => {
    const path = unpack(folder, 'a.node', content);
    const target = join(folder, 'target');
    writeFileSync(target, content);
    rmSync(path);
    symlinkSync(target, path);
    unpack(folder, 'a.node', content);
    expect(statSync(path).ino).not.toBe(statSync(target).ino);
    expect(readFileSync(target)).toEqual(content);
  });

  it('a folder that is open to others, a link or no folder is refused', () => {
    const path = unpack(folder, 'a.node', content);
    chmodSync(dirname(path), 0o755);
    expect(() => unpack(folder, 'a.node', content)).toThrow('open to others');
    rmSync(dirname(path), { recursive: true });
    mkdirSync(join(folder, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(folder, 'elsewhere'), dirname(path));
    expect(() => unpack(folder, 'a.node', content)).toThrow('is no folder');
  });

  it('nor from below a folder that others may change', () => {
    const open = join(folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    expect(() => unpack(join(open, 'cache'), 'a.node', content)).toThrow('Others may change');
    chmodSync(open, 0o1777);
    expect(readFileSync(unpack(join(open, 'cache'), 'a.node', content))).toEqual(content);
  });

  it.runIf(process.getuid?.() === 0)('a folder that belongs to somebody else is refused', async () => {
    const { chownSync } = await import('node:fs');
    const path = unpack(folder, 'a.node', content);
    chownSync(dirname(path), 65534, 65534);
    expect(() => unpack(folder, 'a.node', content)).toThrow('belongs to somebody else');
  });
});

it('the user’s cache is used, whatever a relative XDG_CACHE_HOME says', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/c' }, 'linux')).toBe('/c/certdesk-assistant');
  expect(cacheFolder({ XDG_CACHE_HOME: 'c' }, 'linux')).toMatch(/^\/.*\/\.cache\/certdesk-assistant$/);
});

it('Node that runs many files has no assets', () => {
  expect(isSingleFile).toBe(false);
  expect(asset('version')).toBeUndefined();
});
