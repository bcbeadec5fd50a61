/** A key management to be killed: the service as its command runs it, with each pair that it is asked for as a point. */
import { readKeySettings } from '../../apps/server/src/keymanagement/service/files.ts';
import { openKeyService } from '../../apps/server/src/keymanagement/service/service.ts';
import { createLog } from '../../apps/server/src/platform/telemetry/log.ts';
import { answer, reach, tell } from './child-side.ts';

export interface KeyManagementSettings {
  readonly settingsFile: string;
  readonly databaseUrl: string;
  readonly passphrase: string;
  readonly now: string;
}

const given = JSON.parse(process.argv[2] ?? '') as KeyManagementSettings;
let now = new Date(given.now);

const { databaseUrl, passphrase } = given;
const settings = await readKeySettings(given.settingsFile);
const service = await openKeyService({
  settings: { ...settings, listen: { host: '127.0.0.1', port: 0 } },
  databaseUrl,
  passphrase,
  log: createLog('error'),
  clock: () => now,
});
const give = service.pairs.give;
// Pairs are retired by a job, whenever it likes: that is no place in the order of things.
service.pairs.give = async (intent, signingKey) => {
  await reach({ kind: 'keymanagement', name: 'give', side: 'before' });
  const pair = await give(intent, signingKey);
  await reach({ kind: 'keymanagement', name: 'give', side: 'after' });
  return pair;
};
const address = new URL(await service.listen());
answer({
  setClock: (instant: string) => {
    now = new Date(instant);
  },
});
tell('listening', Number(address.port));
