import type { KeyAlgorithm, KeyInfo } from '../key.ts';
import { pinState } from './pins.ts';
import type { State } from './state.ts';

export const ALGORITHMS: readonly KeyAlgorithm[] = ['sm2', 'p256', 'p384', 'rsa2048', 'rsa3072'];

export function keyInfo(ref: string, state: State): KeyInfo {
  const { label, serial, maxContainers, containers } = state.contents;
  return {
    family: 'virtual',
    ref,
    label,
    manufacturer: 'certdesk',
    model: 'virtual key',
    serial,
    algorithms: ALGORITHMS,
    room: { containers: Math.max(0, maxContainers - containers.length) },
    pin: pinState(state, 'pin'),
    adminPin: pinState(state, 'adminPin'),
    can: { importEncryptionKey: true, files: true, unblockByChallenge: state.unblock !== undefined },
  };
}
