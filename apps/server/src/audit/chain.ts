/**
 * What the chain is made of, octet by octet, so that an auditor can recompute it with other tools.
 *
 * - Row: UTF-8 of the JSON array `[id, at, actor, action, subject, data]`, no spaces, object keys sorted by their UTF-16
 *   code units (RFC 8785). `id` is the decimal number as a string; `at` is RFC 3339 in UTC with six decimals.
 * - Link n: SM3(link n−1 ‖ SM3(row)), each 32 octets; link 0 is 32 zero octets. `seq` counts from 1 without a gap.
 * - Head: SM2 signature over `certdesk audit head v1`, a zero octet and the UTF-8 of `{"seq":…,"digest":"…","at":"…"}`.
 */
import { signedOctets } from '@certdesk/contract';
import { type Sm2PublicKey, sm3 } from '@certdesk/gm';

export interface AuditRow {
  id: string;
  at: string;
  actor: string;
  action: string;
  subject: string;
  data: unknown;
}

/** A point of the chain: all links up to `seq`. */
export interface Position {
  seq: number;
  /** Lower-case hex. */
  digest: string;
}

export interface Head extends Position {
  /** RFC 3339 in UTC with milliseconds. */
  at: string;
  /** DER, base64. */
  signature: string;
}

export const beginning: Position = { seq: 0, digest: '00'.repeat(32) };

/** `at` with all the digits that PostgreSQL keeps, for `AuditRow.at`. */
export const atText = `to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

export function rowOctets({ id, at, actor, action, subject, data }: AuditRow): Uint8Array {
  return new TextEncoder().encode(canonical([id, at, actor, action, subject, data]));
}

export function linked(before: Position, row: AuditRow): Position {
  const digest = sm3(Buffer.from(before.digest, 'hex'), sm3(rowOctets(row)));
  return { seq: before.seq + 1, digest: Buffer.from(digest).toString('hex') };
}

/** The octets that a head's signature covers. */
export function headOctets({ seq, digest, at }: Omit<Head, 'signature'>): Uint8Array {
  return signedOctets(
    'certdesk audit head v1',
    new TextEncoder().encode(JSON.stringify({ seq, digest, at })),
  );
}

export function headIsSigned(head: Head, key: Sm2PublicKey): boolean {
  return key.verify(headOctets(head), Buffer.from(head.signature, 'base64'));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
