import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Certificate, toPem } from '@certdesk/pki';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createTestDatabase } from '../../../../../../test/support/database.ts';
import { PIN, type SoftHsm, softHsmModule, startSoftHsm } from '../../../../../../test/support/softhsm.ts';
import { openDatabase } from '../../../schema/database.ts';
import { cheap, intentRequest, now, passphrase } from '../../authority.test-support.ts';
import { readProfiles } from '../../profiles.ts';
import { type AuthorityAlgorithm, createAuthority } from '../create.ts';
import { embeddedAuthority } from '../embedded.ts';
import { authorityFiles } from '../files.ts';
import { openIssuers } from '../issuers.ts';
import { rollSeries } from '../series.ts';
import type { Pkcs11KeyPlace } from './signer.ts';

const run = promisify(execFile);

describe.skipIf(!softHsmModule)('an issuing CA whose key is in an HSM', () => {
  let hsm: SoftHsm;
  let pins: string;
  let labels = 0;

  beforeAll(async () => {
    hsm = startSoftHsm('ca');
    // As a deployment tells a module where its settings are: by the service's environment.
    vi.stubEnv('SOFTHSM2_CONF', hsm.env.SOFTHSM2_CONF);
    pins = await mkdtemp(join(tmpdir(), 'certdesk-pins-'));
    await writeFile(join(pins, 'pin'), `${PIN}\n`);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    hsm?.dispose();
    await rm(pins, { recursive: true, force: true });
  });

  const place = (more: Partial<Pkcs11KeyPlace['pkcs11']> = {}): Pkcs11KeyPlace => {
    labels += 1;
    const pinFile = join(pins, 'pin');
    return {
      pkcs11: { module: hsm.module, tokenLabel: 'ca', keyLabel: `issuing-${labels}`, pinFile, ...more },
    };
  };

  async function newAuthority(algorithm: AuthorityAlgorithm, key?: Pkcs11KeyPlace): Promise<string> {
    const folder = join(await mkdtemp(join(tmpdir(), 'certdesk-hsm-')), 'authority');
    onTestFinished(() => rm(join(folder, '..'), { recursive: true }));
    const names = {
      folder,
      organisation: '测试',
      algorithm,
      passphrase,
      rootPassphrase: 'root',
      cost: cheap,
    };
    await createAuthority({ ...names, now: new Date('2020-01-01T00:00:00Z'), ...(key && { key }) });
    return folder;
  }

  const open = async (folder: string) => {
    const issuers = await openIssuers({ folder, passphrase, clock: () => now });
    onTestFinished(() => issuers.close());
    return issuers;
  };

  async function desk(folder: string) {
    const { url } = await createTestDatabase();
    const { db, end } = openDatabase(url);
    onTestFinished(end);
    const issuers = await open(folder);
    const authority = embeddedAuthority({ db, issuers, profiles: readProfiles(), clock: () => now });
    const intend = async () =>
      (
        await db
          .transaction()
          .execute((tx) => authority.intend(tx, intentRequest({ algorithm: 'p256' }), now))
      ).intentId;
    const state = async (id: string) =>
      (await db.selectFrom('issuance_intent').select('state').where('id', '=', id).executeTakeFirstOrThrow())
        .state;
    return { authority, issuers, intend, state };
  }

  /** Takes the HSM away from whoever asks, and ends the processes that have it open. */
  async function withoutHsm<T>(work: () => Promise<T>): Promise<T> {
    const tokens = join(hsm.folder, 'tokens');
    await rename(tokens, `${tokens}-away`);
    await killHosts();
    try {
      return await work();
    } finally {
      await rename(`${tokens}-away`, tokens);
    }
  }

  test.each([
    ['p256', 'p256'],
    ['rsa', 'rsa3072'],
  ] as const)('issues certificates that openssl verifies: %s', async (algorithm, kind) => {
    const folder = await newAuthority(algorithm, place());
    expect((await readdir(folder)).includes('issuing.key')).toBe(false);
    const { authority, issuers, intend } = await desk(folder);
    expect(issuers.active().signer.algorithm).toBe(kind);
    const { der } = await authority.finish(await intend());
    expect(Certificate.parse(der).verifiedBy(issuers.active().certificate)).toBe(true);
    const leaf = join(folder, 'leaf.pem');
    await writeFile(leaf, toPem('CERTIFICATE', der));
    const files = ['-CAfile', join(folder, 'root.crt'), '-untrusted', join(folder, 'issuing.crt')];
    const at = String(now.getTime() / 1000);
    const { stdout } = await run('openssl', ['verify', '-x509_strict', '-attime', at, ...files, leaf]);
    expect(stdout).toContain('OK');
  });

  test('goes on when the process that holds the HSM’s sessions was killed', async () => {
    const { authority, intend } = await desk(await newAuthority('p256', place()));
    await authority.finish(await intend());
    await killHosts();
    const ids = await Promise.all([intend(), intend(), intend()]);
    const issued = await Promise.all(ids.map((id) => authority.finish(id)));
    expect(new Set(issued.map(({ id }) => id)).size).toBe(3);
  });

  test('that is away: issuing is unavailable, the intent stays, and is finished once the HSM is back', async () => {
    const { authority, intend, state } = await desk(await newAuthority('p256', place()));
    await authority.finish(await intend());
    const id = await intend();
    await withoutHsm(async () => {
      const failed = await authority.finish(id).catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: 'authority-unavailable', cause: { code: 'hsm-unavailable' } });
      await expect(authority.finish(id)).rejects.toMatchObject({ code: 'authority-unavailable' });
      expect(await state(id)).toBe('intended');
    });
    await authority.finish(id);
    expect(await state(id)).toBe('issued');
  });

  test('that is away at start is named, with its token and key', async () => {
    const folder = await newAuthority('p256', place());
    await withoutHsm(async () => {
      await expect(open(folder)).rejects.toMatchObject({
        code: 'hsm-unavailable',
        details: {
          place: expect.stringContaining('ca/issuing-'),
          reason: expect.stringContaining('CKR_GENERAL_ERROR'),
        },
      });
    });
    await open(folder);
  });

  test.each([
    ['module', { module: '/no/such/module.so' }],
    ['token', { tokenLabel: 'nobody' }],
  ])('is not made where there is no such %s', async (_, more) => {
    await expect(newAuthority('p256', place(more))).rejects.toMatchObject({ code: 'hsm-unavailable' });
  });

  test('is not made for SM2, which PKCS#11 has not', async () => {
    await expect(newAuthority('sm2', place())).rejects.toThrow('SDF (GM/T 0018)');
  });

  test('takes over from one in a file', async () => {
    const folder = await newAuthority('p256');
    const rolled = { folder, passphrase, series: 'main', activeFrom: now, now, rootPassphrase: 'root' };
    const key = place();
    await rollSeries({ ...rolled, rootKey: authorityFiles(folder).rootKey, place: () => key });
    const { authority, issuers, intend } = await desk(folder);
    expect(issuers.all().map(({ name }) => name)).toEqual(['issuing', 'issuing-2']);
    const { der } = await authority.finish(await intend());
    expect(Certificate.parse(der).verifiedBy(issuers.active().certificate)).toBe(true);
    expect(JSON.parse(await readFile(authorityFiles(folder).issuers, 'utf8')).issuers[1].key).toEqual(key);
  });

  describe('a PIN that the HSM refuses', () => {
    const other = '11112222';
    const changePin = (from: string, to: string, label: string) =>
      hsm.tool('--token-label', label, '--login', '--pin', from, '--change-pin', '--new-pin', to);

    async function ownToken() {
      labels += 1;
      const label = `own-${labels}`;
      hsm.addToken(label);
      const pinFile = join(pins, label);
      await writeFile(pinFile, PIN);
      await utimes(pinFile, 1, 1);
      const key = place({ tokenLabel: label, pinFile });
      return { label, pinFile, folder: await newAuthority('p256', key) };
    }

    test('at start is tried once and never again, until somebody has changed its file', async () => {
      const { label, pinFile, folder } = await ownToken();
      changePin(PIN, other, label);
      const wrong = await open(folder).catch((error: unknown) => error);
      expect(wrong).toMatchObject({ code: 'hsm-pin', details: { token: label, file: pinFile } });
      expect(JSON.stringify(wrong) + String((wrong as Error).stack)).not.toContain(PIN);
      // Right by now, and not tried all the same: nobody has said that the file is another.
      changePin(other, PIN, label);
      await expect(open(folder)).rejects.toMatchObject({ code: 'hsm-pin' });
      // A server that is started anew knows it too.
      vi.resetModules();
      const anew = await import('./pin-refusals.ts');
      expect(await anew.pinRefusals(folder).has(`${hsm.module}|${label}`, 1000)).toBe(true);
      await utimes(pinFile, 2, 2);
      await open(folder);
    });

    test('while the desk runs, is not tried by every certificate; a corrected file needs no restart', async () => {
      const { label, pinFile, folder } = await ownToken();
      const { authority, intend } = await desk(folder);
      const id = await intend();
      changePin(PIN, other, label);
      await killHosts();
      const failed = await authority.finish(id).catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: 'authority-unavailable', cause: { code: 'hsm-pin' } });
      changePin(other, PIN, label);
      await expect(authority.finish(id)).rejects.toMatchObject({ cause: { code: 'hsm-pin' } });
      changePin(PIN, other, label);
      await writeFile(pinFile, other);
      expect((await authority.finish(id)).id).toBe(id);
    });
  });
});

/** Ends the processes in which this one has modules open. */
async function killHosts(): Promise<void> {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  for (const child of children.trim().split(' ').filter(Boolean).map(Number)) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('--native-host')) process.kill(child, 'SIGKILL');
  }
}
