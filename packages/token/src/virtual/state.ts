import { createHash } from 'node:crypto';
import type { KdfCost } from '@certdesk/safe';
import { KeyError } from '../errors.ts';
import type { KeyAlgorithm } from '../key.ts';

/** All byte strings in these records are base64. */
export interface StoredPair {
  readonly algorithm: KeyAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: string;
  /** PKCS#8, encrypted under the storage key. */
  readonly privateKey: string;
  readonly certificate?: string;
}

export interface StoredContainer {
  readonly name: string;
  readonly signing?: StoredPair;
  readonly encryption?: StoredPair;
}

/** What only somebody who is logged in can change: authenticated under the storage key. */
export interface Contents {
  readonly label: string;
  readonly serial: string;
  readonly maxTries: number;
  readonly maxAdminTries: number;
  readonly maxContainers: number;
  /** Bytes that all files together may take. */
  readonly fileSpace: number;
  readonly kdfCost: KdfCost;
  readonly containers: readonly StoredContainer[];
  readonly files: readonly { readonly name: string; readonly content: string }[];
  /** Shared with the CA, encrypted under the storage key. */
  readonly unblockKey?: string;
}

export interface PinRecord {
  /** The storage key in a safe whose passphrase is the PIN. */
  readonly sealed: string;
  readonly tries: number;
  readonly initial: boolean;
}

/** The storage key, encrypted under the only right answer to the challenge. */
export interface UnblockRecord {
  readonly challenge: string;
  readonly sealed: string;
}

export interface State {
  readonly contents: Contents;
  /** HMAC of the contents under the storage key. */
  readonly mac: string;
  readonly pin: PinRecord;
  readonly adminPin: PinRecord;
  readonly unblock?: UnblockRecord;
}

/** A state as it stands in the file. */
export interface Snapshot {
  readonly state: State;
  /** New at each write, so that a file put back is told from a file written by another process. */
  readonly revision: string;
}

const FORMAT = 'certdesk-virtual-key';
const VERSION = 1;

/** The bytes of a key's file: one JSON object in one fixed spelling, closed by a digest against accidents. */
export function serialize({ state, revision }: Snapshot): Uint8Array {
  const fields = { format: FORMAT, version: VERSION, revision, state };
  const sha256 = createHash('sha256').update(JSON.stringify(fields)).digest('hex');
  return Buffer.from(`${JSON.stringify({ ...fields, sha256 })}\n`, 'utf8');
}

/**
 * Reads what `serialize` wrote and nothing else: one changed byte is noticed.
 * @throws KeyError `key-failed`
 */
export function parse(bytes: Uint8Array): Snapshot {
  try {
    const { format, version, revision, state } = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (format === FORMAT && version === VERSION) {
      const snapshot: Snapshot = { state, revision };
      if (Buffer.from(bytes).equals(serialize(snapshot))) return snapshot;
    }
  } catch {
    // The parser's message would quote the file.
  }
  throw new KeyError('key-failed', { detail: 'the key file is damaged' });
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
