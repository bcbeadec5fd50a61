import { createHash } from 'node:crypto';
import { SafeError } from './errors.ts';
import { isAcceptableCost, type KdfCost, SALT_LENGTH } from './kdf.ts';

export const NONCE_LENGTH = 12;
export const TAG_LENGTH = 16;

const FORMAT = 'certdesk-safe';
const VERSION = 1;

/** What is known before decrypting. All of it is authenticated. */
export interface Header {
  readonly cost: KdfCost;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
}

/** A safe as it lies on the disk. */
export interface Envelope {
  readonly header: Header;
  /** AES-256-GCM ciphertext followed by its tag. */
  readonly content: Uint8Array;
}

/** The header's bytes as additional data of AES-GCM. */
export function authenticatedBytes(header: Header): Uint8Array {
  return Buffer.from(JSON.stringify(headerFields(header)), 'utf8');
}

/** The file: one JSON object in one fixed spelling, with a line end. */
export function serialize(envelope: Envelope): Uint8Array {
  const fields = { ...headerFields(envelope.header), content: toBase64(envelope.content) };
  return Buffer.from(`${JSON.stringify({ ...fields, sha256: digest(fields) }, null, 1)}\n`, 'utf8');
}

/**
 * Reads what {@link serialize} wrote, and only that: every altered byte is noticed, before any expensive derivation.
 * The plain digest is for accidents, so that a rotten disk is not taken for a wrong passphrase; it stops no attacker: GCM does.
 * @throws SafeError `damaged`, `unsupported-version`
 */
export function parse(bytes: Uint8Array): Envelope {
  const fields = parseJson(bytes);
  if (fields.format !== FORMAT || typeof fields.version !== 'number') {
    throw new SafeError('damaged', 'not a safe');
  }
  if (fields.version !== VERSION) {
    throw new SafeError('unsupported-version', 'the safe was written by another version of certdesk');
  }
  const kdf = isRecord(fields.kdf) ? fields.kdf : {};
  const cipher = isRecord(fields.cipher) ? fields.cipher : {};
  const cost = { logN: toNumber(kdf.logN), r: toNumber(kdf.r), p: toNumber(kdf.p) };
  if (!isAcceptableCost(cost))
    throw new SafeError('damaged', 'the safe asks for an unacceptable key derivation');
  const header = { cost, salt: fromBase64(kdf.salt), nonce: fromBase64(cipher.nonce) };
  const envelope = { header, content: fromBase64(fields.content) };
  if (
    header.salt.length !== SALT_LENGTH ||
    header.nonce.length !== NONCE_LENGTH ||
    envelope.content.length < TAG_LENGTH ||
    !Buffer.from(bytes).equals(serialize(envelope))
  ) {
    throw new SafeError('damaged', 'the safe is damaged');
  }
  return envelope;
}

function headerFields({ cost, salt, nonce }: Header): Record<string, unknown> {
  return {
    format: FORMAT,
    version: VERSION,
    kdf: { name: 'scrypt', logN: cost.logN, r: cost.r, p: cost.p, salt: toBase64(salt) },
    cipher: { name: 'aes-256-gcm', nonce: toBase64(nonce) },
  };
}

function digest(fields: Record<string, unknown>): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (isRecord(value)) return value;
  } catch {
    // The parser's message would quote the file.
  }
  throw new SafeError('damaged', 'not a safe');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function fromBase64(value: unknown): Uint8Array {
  return typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : new Uint8Array();
}
