/** A key management for tests: the real service on a database of the test's own, listening on a free port. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sm2PrivateKey } from '@certdesk/gm';
import { writeSafe } from '@certdesk/safe';
import { onTestFinished } from 'vitest';
import { readAuditPublicKey } from '../audit/key.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { createLog } from '../platform/telemetry/log.ts';
import { remoteKeyManagement } from './client.ts';
import { createKeyManagement, keySettingsName, readKeySettings } from './service/files.ts';
import { openKeyService } from './service/service.ts';

export const keyPassphrase = '密钥管理自己的口令';
const cheap = { logN: 4, r: 1, p: 1 };

/** @param whenDone told what to do in the end; with another than the test's own end several tests share it */
export async function testKeyManagement(
  databaseUrl: string,
  clock: Clock = systemClock,
  spare = 3,
  whenDone: (work: () => Promise<void>) => void = onTestFinished,
  root?: Uint8Array,
) {
  const folder = await mkdtemp(join(tmpdir(), 'certdesk-keys-'));
  whenDone(() => rm(folder, { recursive: true }));
  const desk = Sm2PrivateKey.generate();
  await createKeyManagement({
    folder,
    deskKey: desk.publicKey.toSpki(),
    passphrase: keyPassphrase,
    port: 0,
    spare,
    cost: cheap,
    ...(root && { root }),
  });
  const settings = await readKeySettings(join(folder, keySettingsName));
  const logged: string[] = [];
  const service = await openKeyService({
    settings,
    databaseUrl,
    passphrase: keyPassphrase,
    log: createLog('debug', { write: (line) => void logged.push(line) }),
    clock,
  });
  whenDone(() => service.stop());
  const url = await service.listen();
  const publicKey = await readAuditPublicKey(join(folder, 'identity.pub'));
  // The desk's side of it, sealed as the desk seals its keys.
  const client = join(folder, 'client.key');
  await writeSafe(client, desk.toPkcs8(), '只用于测试的口令', cheap);
  const configuration = { url, key: client, publicKey: join(folder, 'identity.pub') };
  const access = { url, key: desk, publicKey, clock };
  return { folder, configuration, settings, service, logged, access, keys: remoteKeyManagement(access) };
}
