import { randomBytes } from 'node:crypto';
import { sm4EncryptEcb } from '@certdesk/gm';
import { fromBase64, type State, toBase64, type UnblockRecord } from './state.ts';
import { StorageKey } from './storage-key.ts';

const CHALLENGE_LENGTH = 8;
const CONTEXT = new TextEncoder().encode('unblock key');

/**
 * What the CA answers to a virtual key's challenge: its 8 bytes, zero-padded to a block, under SM4 with the key that
 * both share: the way of SKF_DevAuth (GM/T 0016).
 * @param unblockKey 16 bytes
 * @param challenge 8 bytes
 */
export function unblockResponse(unblockKey: Uint8Array, challenge: Uint8Array): Uint8Array {
  const block = new Uint8Array(16);
  block.set(challenge.subarray(0, CHALLENGE_LENGTH));
  return sm4EncryptEcb(unblockKey, block, { padding: false });
}

export function encryptUnblockKey(storageKey: StorageKey, unblockKey: Uint8Array): string {
  return storageKey.encrypt(unblockKey, CONTEXT);
}

export function decryptUnblockKey(storageKey: StorageKey, encrypted: string): Uint8Array {
  return storageKey.decrypt(encrypted, CONTEXT);
}

/**
 * The next challenge, made while the storage key is at hand: the file holds that key only under the answer, so a
 * stolen file with an open challenge gives nothing away. Each challenge opens the key once.
 */
export function nextUnblock(storageKey: StorageKey, unblockKey: Uint8Array): UnblockRecord {
  const challenge = randomBytes(CHALLENGE_LENGTH);
  const sealed = storageKey.sealUnderAnswer(unblockResponse(unblockKey, challenge), challenge);
  return { challenge: toBase64(challenge), sealed };
}

/** The state with its challenge replaced, for a key that has one. */
export function withNextUnblock(state: State, storageKey: StorageKey): State {
  const { unblockKey } = state.contents;
  if (!unblockKey) return state;
  return { ...state, unblock: nextUnblock(storageKey, decryptUnblockKey(storageKey, unblockKey)) };
}

/** @returns undefined for a wrong answer */
export function openByAnswer(
  { challenge, sealed }: UnblockRecord,
  answer: Uint8Array,
): StorageKey | undefined {
  return StorageKey.openUnderAnswer(sealed, answer, fromBase64(challenge));
}
