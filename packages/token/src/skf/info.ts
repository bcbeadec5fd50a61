import type { KeyInfo, PinState } from '../key.ts';
import type { Connection } from './connection.ts';
import { ContainerNames } from './container-names.ts';
import { textIn } from './library.ts';
import { pinState } from './pins.ts';

const unknown: PinState = { flag: 'unknown' };

/** What a key says of itself, without any PIN. */
export async function keyInfo(connection: Connection): Promise<KeyInfo> {
  const { profile, ref } = connection;
  const device = await connection.deviceInfo();
  const application = await connection.application();
  const names = application && (await ContainerNames.read(connection, application.handle));
  const free = names ? names.room : profile.containers.max;
  return {
    family: 'skf',
    ref,
    label: textIn(device.Label),
    manufacturer: textIn(device.Manufacturer),
    // DEVINFO names no model.
    model: `HW ${versionIn(device.HWVersion)}, FW ${versionIn(device.FirmwareVersion)}`,
    serial: textIn(device.SerialNumber),
    algorithms: ['sm2'],
    room: free === undefined || free === null ? 'unknown' : { containers: free },
    pin: application ? await pinState(connection, application.handle, 'user') : unknown,
    adminPin: application ? await pinState(connection, application.handle, 'admin') : unknown,
    can: { importEncryptionKey: true, files: true, unblockByChallenge: profile.unblock === 'remote' },
  };
}

function versionIn([major = 0, minor = 0]: Uint8Array): string {
  return `${major}.${minor}`;
}
