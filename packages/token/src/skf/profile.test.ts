import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadSkfProfile, parseSkfProfile, softwareProfile, standardProfile } from './index.ts';

let folder: string | undefined;
afterEach(async () => {
  if (folder) await rm(folder, { recursive: true });
});

async function file(content: string): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), 'certdesk-profile-'));
  const path = join(folder, 'vendor.json');
  await writeFile(path, content);
  return path;
}

describe('a driver profile', () => {
  it('is one that is shipped, or a file that says what differs from the standard', async () => {
    expect(await loadSkfProfile('standard')).toBe(standardProfile);
    expect(await loadSkfProfile('software')).toBe(softwareProfile);
    const path = await file(
      JSON.stringify({
        name: 'vendor',
        library: {
          'win32-x64': 'C:\\Windows\\System32\\vendor.dll',
          'linux-loong64': '/usr/lib/libvendor.so',
        },
        packing: 'natural',
        containers: { max: 4, names: ['A', 'B'] },
      }),
    );
    expect(await loadSkfProfile(path)).toEqual({
      ...standardProfile,
      name: 'vendor',
      library: { 'win32-x64': 'C:\\Windows\\System32\\vendor.dll', 'linux-loong64': '/usr/lib/libvendor.so' },
      packing: 'natural',
      containers: { max: 4, names: ['A', 'B'], register: 'CERTDESK' },
    });
  });

  it('tells of a file that is none, and of every place that is wrong', async () => {
    await expect(loadSkfProfile('/no/such/vendor.json')).rejects.toThrow(
      'SKF profile /no/such/vendor.json: ENOENT; it is a JSON file, or one of standard, software',
    );
    await expect(loadSkfProfile(await file('{'))).rejects.toThrow('not JSON');
    const wrong = {
      name: 'vendor',
      library: { windows: 'x.dll' },
      packing: 'two',
      ulongBits: 16,
      sm2Algorithms: [],
      application: 'x'.repeat(33),
      containers: { max: 0, names: ['only one'] },
      sealFile: '印章',
      deviceKey: { factory: '1234' },
      deadlinesMs: { call: 0 },
      surprise: true,
    };
    const error = (() => {
      try {
        parseSkfProfile(wrong, 'vendor.json');
      } catch (thrown) {
        return thrown as Error;
      }
      return undefined;
    })();
    expect(error?.name).toBe('SkfProfileError');
    for (const place of [
      'library.windows',
      'packing',
      'ulongBits',
      'sm2Algorithms',
      'application',
      'containers.max',
      'containers.names',
      'sealFile',
      'deviceKey',
      'deadlinesMs.call',
      'surprise',
    ]) {
      expect(error?.message).toContain(place);
    }
  });
});
