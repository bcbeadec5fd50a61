import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from './index.ts';

let folder = '';
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certdesk-atomic-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('writeFileAtomically', () => {
  it('creates a file, replaces it, and leaves nothing beside it', async () => {
    await writeFileAtomically(at('a'), 'one');
    await writeFileAtomically(at('a'), new TextEncoder().encode('two'));
    expect(await readFile(at('a'), 'utf8')).toBe('two');
    expect(await readdir(folder)).toEqual(['a']);
  });

  it.skipIf(process.platform === 'win32')(
    'sets the permissions asked for, whatever the umask or the old file say',
    async () => {
      const modeOf = async (name: string) => (await stat(at(name))).mode & 0o777;
      await writeFile(at('old'), 'old');
      await chmod(at('old'), 0o666);
      await writeFileAtomically(at('old'), 'new');
      expect(await modeOf('old')).toBe(0o600);
      await writeFileAtomically(at('public'), 'new', 0o666);
      expect(await modeOf('public')).toBe(0o666);
    },
  );

  it('keeps the old content, and no debris, when it cannot replace it', async () => {
    await mkdir(at('in-the-way'));
    await writeFile(at('in-the-way/old'), 'old');
    await expect(writeFileAtomically(at('in-the-way'), 'new')).rejects.toThrow();
    expect(await readFile(at('in-the-way/old'), 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['in-the-way']);
  });

  it('tells when the folder is missing', async () => {
    await expect(writeFileAtomically(at('missing/a'), 'new')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('writes whole files when many write at once', async () => {
    const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(50_000));
    await Promise.all(contents.map((content) => writeFileAtomically(at('a'), content)));
    expect(contents).toContain(await readFile(at('a'), 'utf8'));
    expect(await readdir(folder)).toEqual(['a']);
  });

  it.skipIf(process.platform === 'win32')(
    'replaces a symbolic link instead of writing where it points',
    async () => {
      await writeFile(at('elsewhere'), 'untouched');
      await symlink(at('elsewhere'), at('a'));
      await writeFileAtomically(at('a'), 'new');
      expect(await readFile(at('elsewhere'), 'utf8')).toBe('untouched');
      expect(await readFile(at('a'), 'utf8')).toBe('new');
    },
  );

  it('sweeps what a dead process left when it first writes into a folder', async () => {
    const remains = at('.a.0123456789abcdef.atomic-tmp');
    await writeFile(remains, 'half');
    await utimes(remains, 0, 0);
    await writeFile(at('.a.atomic-tmp'), 'somebody else’s');
    await utimes(at('.a.atomic-tmp'), 0, 0);
    await writeFileAtomically(at('a'), 'new');
    expect((await readdir(folder)).sort()).toEqual(['.a.atomic-tmp', 'a']);
  });
});
