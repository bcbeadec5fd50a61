import { readFile } from 'node:fs/promises';
import { SM4_BLOCK_LENGTH, sm4EncryptEcb } from '@certdesk/gm';
import { KeyError } from '../errors.ts';
import type { InitialiseOptions } from '../key.ts';
import type { Connection } from './connection.ts';
import { USER } from './files.ts';
import { checkPinResult, needAdminTries, pinTypes } from './pins.ts';
import type { SkfProfile } from './profile.ts';

const CHALLENGE_LENGTH = 8;
/** SGD_SM4_ECB; keys that want SM1 need the maker's own tools. */
const SM4_ECB = 0x401;
const LABEL_LENGTH = 32;

/**
 * Deletes our application and makes it anew with both PINs. Cut off between the two, the key has none: initialise it again.
 * @throws KeyError `admin-pin-incorrect`, `admin-pin-locked`; `not-supported` without device key or name of an application
 */
export async function initialise(connection: Connection, options: InitialiseOptions): Promise<void> {
  const { profile, device } = connection;
  const present = await connection.application();
  if (present) {
    await needAdminTries(connection, present.handle);
    if (options.presentAdminPin === undefined) throw new KeyError('admin-pin-incorrect');
    const result = await connection.call('verifyPin', [
      present.handle,
      pinTypes.admin,
      options.presentAdminPin,
    ]);
    checkPinResult('SKF_VerifyPIN', result, 'admin');
  }
  const name = profile.application ?? present?.name;
  if (name === undefined) throw new KeyError('not-supported', { detail: 'the profile names no application' });
  const label = Buffer.from(options.label);
  if (label.length > LABEL_LENGTH)
    throw new KeyError('key-failed', { detail: `a label has at most ${LABEL_LENGTH} bytes` });

  await authenticateDevice(connection);
  connection.logins.clear();
  if (present) {
    await connection.call('closeApplication', [present.handle]).catch(() => undefined);
    connection.forgetApplication();
    await connection.call('deleteApplication', [device, present.name]);
  }
  const pins = {
    admin: options.adminPin,
    adminTries: profile.pinTries.admin,
    user: options.pin,
    userTries: profile.pinTries.user,
  };
  const made = await connection.call('createApplication', [device, name, pins, USER]);
  await connection.call('closeApplication', [made]).catch(() => undefined);
  await connection.call('setLabel', [device, label]);
}

/** Device authentication: 8 random bytes from the key, zero-padded to a block, under SM4 with the device key. */
async function authenticateDevice(connection: Connection): Promise<void> {
  const deviceKey = await deviceKeyOf(connection.profile);
  const { DevAuthAlgId } = await connection.deviceInfo();
  if (DevAuthAlgId !== 0 && DevAuthAlgId !== SM4_ECB)
    throw new KeyError('not-supported', {
      detail: `device authentication by algorithm 0x${DevAuthAlgId.toString(16)}`,
    });
  const block = new Uint8Array(SM4_BLOCK_LENGTH);
  block.set(await connection.call('genRandom', [connection.device, CHALLENGE_LENGTH]));
  await connection.call('devAuth', [connection.device, sm4EncryptEcb(deviceKey, block, { padding: false })]);
}

async function deviceKeyOf({ name, deviceKey }: SkfProfile): Promise<Uint8Array> {
  if (!deviceKey) throw new KeyError('not-supported', { detail: `profile ${name} has no device key` });
  const digits = 'factory' in deviceKey ? deviceKey.factory : (await readFile(deviceKey.file, 'utf8')).trim();
  if (!/^[0-9a-fA-F]{32}$/.test(digits))
    throw new KeyError('not-supported', {
      detail: `the device key of profile ${name} is not 32 hexadecimal digits`,
    });
  return Buffer.from(digits, 'hex');
}
