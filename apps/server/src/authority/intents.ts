/** Intents: what the authority means to sign, committed before anything is signed. One becomes at most one certificate. */
import { certificateDigest, publicKeyDigest } from '@certdesk/pki';
import { type InsertType, type Selectable, sql } from 'kysely';
import { record, recordAll } from '../audit/record.ts';
import { insertOf } from '../platform/database/bulk.ts';
import { DeskError } from '../platform/error.ts';
import { randomId } from '../platform/random.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { CertificateTable, IssuanceIntentTable } from '../schema/tables.ts';
import type { IntentContent, IntentRequest, IssuedRecord } from './authority.ts';
import { randomSerialNumber } from './serial-number.ts';

export type Intent = Omit<Selectable<IssuanceIntentTable>, 'content'> & { readonly content: IntentContent };

/** A request whose content is complete. */
export type CompleteRequest = Omit<IntentRequest, 'content'> & {
  readonly content: IntentContent;
  /** Name of the CA that is to sign it, whichever issues by then. */
  readonly issuingCa: string;
  /** Another CA signs it: it chooses the serial number itself, and may want the holder's request. */
  readonly foreign?: true;
};

/** `fresh`: written now, not found. */
export interface Intended {
  readonly intentId: string;
  /** Null where the CA chooses it. */
  readonly serialNumber: string | null;
  readonly fresh: boolean;
}

/** A whole row to be inserted. */
type Row<Table> = {
  [Column in keyof Table]: Column extends 'content' ? IntentContent : InsertType<Table[Column]>;
};

/** One parameter however many there are, so that batches of all sizes are one statement to prepare. */
function anyOf(values: readonly string[]) {
  return sql<string>`any(${values})`;
}

/**
 * Writes intents down, or finds those that are there under the same idempotency key.
 * @returns one answer per request, in their order; a DeskError where a request is refused
 */
export async function writeIntents(
  tx: Tx,
  requests: readonly CompleteRequest[],
  now: Date,
): Promise<(Intended | DeskError)[]> {
  if (requests.length === 0) return [];
  const rows = requests.map(
    (request): Row<IssuanceIntentTable> => ({
      id: randomId(),
      idempotency_key: request.idempotencyKey,
      profile: request.profile,
      issuing_ca: request.issuingCa,
      public_key: request.publicKey,
      public_key_digest: publicKeyDigest(request.publicKey),
      request_digest: request.requestDigest,
      serial_number: request.foreign ? null : randomSerialNumber(),
      request: (request.foreign && request.request) || null,
      resume_at: null,
      content: request.content,
      state: 'intended',
      case_id: request.caseId ?? null,
      line_id: request.lineId ?? null,
      entity_id: request.entityId ?? null,
      certificate_id: null,
      created_at: now,
      settled_at: null,
    }),
  );
  // In one order on every node, so that two nodes with the same requests wait for each other and never in a circle.
  const sorted = rows.toSorted((a, b) => (a.idempotency_key < b.idempotency_key ? -1 : 1));
  const { rows: inserted } = await sql<{ id: string }>`${insertOf('issuance_intent', sorted)}
    on conflict do nothing returning id`.execute(tx);
  const fresh = new Set(inserted.map(({ id }) => id));
  await dropCertifiedKeys(tx, rows, fresh);
  const found = await existing(
    tx,
    rows.filter(({ id }) => !fresh.has(id)).map((row) => row.idempotency_key),
  );
  return rows.map((row) => {
    if (fresh.has(row.id)) return { intentId: row.id, serialNumber: row.serial_number, fresh: true };
    const other = found.get(row.idempotency_key);
    // Nothing under this idempotency key: it was the public key that stood in the way.
    if (!other) return new DeskError('request-key-used');
    const same =
      other.state !== 'withdrawn' &&
      other.profile === row.profile &&
      other.public_key_digest === row.public_key_digest &&
      other.request_digest === row.request_digest;
    if (!same) return new DeskError('request-id-reused');
    return { intentId: other.id, serialNumber: other.serial_number, fresh: false };
  });
}

/** Outside cases, which look for themselves, a key pair that any certificate carries already gets no other one. */
async function dropCertifiedKeys(
  tx: Tx,
  rows: readonly { id: string; case_id: string | null; public_key_digest: string }[],
  fresh: Set<string>,
): Promise<void> {
  const candidates = rows.filter(({ id, case_id }) => fresh.has(id) && case_id === null);
  if (candidates.length === 0) return;
  const digests = candidates.map((row) => row.public_key_digest);
  const certified = await tx
    .selectFrom('certificate')
    .select('public_key_digest')
    .where('public_key_digest', '=', anyOf(digests))
    .execute();
  if (certified.length === 0) return;
  const used = new Set(certified.map((row) => row.public_key_digest));
  const refused = candidates.filter((row) => used.has(row.public_key_digest)).map(({ id }) => id);
  await removeFreshIntents(tx, refused);
  for (const id of refused) fresh.delete(id);
}

/** Takes back intents that were written in this very transaction. */
export async function removeFreshIntents(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.deleteFrom('issuance_intent').where('id', 'in', ids).execute();
}

async function existing(tx: Tx, keys: readonly string[]) {
  if (keys.length === 0) return new Map<string, never>();
  const rows = await tx
    .selectFrom('issuance_intent')
    .select([
      'id',
      'idempotency_key',
      'state',
      'profile',
      'public_key_digest',
      'request_digest',
      'serial_number',
    ])
    .where('idempotency_key', '=', anyOf(keys))
    .execute();
  return new Map(rows.map((row) => [row.idempotency_key, row]));
}

export async function readIntents(db: Db, ids: readonly string[]): Promise<Map<string, Intent>> {
  const rows = await db.selectFrom('issuance_intent').selectAll().where('id', '=', anyOf(ids)).execute();
  return new Map(rows.map((row) => [row.id, intentOf(row)]));
}

/** Reads intents and keeps their rows locked until the transaction ends. */
export async function lockIntents(tx: Tx, ids: readonly string[]): Promise<Map<string, Intent>> {
  const rows = await tx
    .selectFrom('issuance_intent')
    .selectAll()
    .where('id', '=', anyOf(ids))
    .orderBy('id')
    .forUpdate()
    .execute();
  return new Map(rows.map((row) => [row.id, intentOf(row)]));
}

function intentOf(row: Selectable<IssuanceIntentTable>): Intent {
  return { ...row, content: row.content as unknown as IntentContent };
}

/** A signed certificate and the locked intent that it fulfils. */
export interface Fulfilment {
  readonly intent: Intent;
  readonly der: Uint8Array;
  readonly issuer: string;
  readonly use: CertificateTable['use'];
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Stores certificates and settles their intents. The intents are locked and open. */
export async function settleIntents(
  tx: Tx,
  fulfilments: readonly Fulfilment[],
  now: Date,
): Promise<IssuedRecord[]> {
  if (fulfilments.length === 0) return [];
  const rows = fulfilments.map(
    ({ intent, der, issuer, use, serialNumber, notBefore, notAfter }): Row<CertificateTable> => ({
      // The intent's own id: one intent can never become two certificates, whatever else goes wrong.
      id: intent.id,
      line_id: intent.line_id,
      entity_id: intent.entity_id,
      digest: certificateDigest(der),
      der,
      serial_number: serialNumber,
      issuer,
      public_key_digest: intent.public_key_digest,
      use,
      profile: intent.profile,
      state: intent.case_id === null ? 'in-force' : 'issued',
      source: 'issued',
      not_before: notBefore,
      not_after: notAfter,
      issued_at: now,
      state_changed_at: now,
      revocation_reason: null,
      superseded_by: null,
    }),
  );
  await insertOf('certificate', rows).execute(tx);
  await tx
    .updateTable('issuance_intent')
    .set((column) => ({ state: 'issued', settled_at: now, certificate_id: column.ref('id') }))
    .where('id', '=', anyOf(rows.map(({ id }) => id)))
    .execute();
  const entries = rows.map((row, at) => ({
    actor: 'authority',
    action: 'certificate.issued',
    subject: `certificate:${row.digest}`,
    data: {
      intent: fulfilments[at]?.intent.idempotency_key ?? '',
      serialNumber: row.serial_number,
      profile: row.profile,
      state: row.state,
      notBefore: row.not_before.toISOString(),
      notAfter: row.not_after.toISOString(),
    },
  }));
  await recordAll(tx, entries, now);
  return rows.map((row) => ({
    id: row.id,
    digest: row.digest,
    der: row.der,
    serialNumber: row.serial_number,
    issuer: row.issuer,
    publicKeyDigest: row.public_key_digest,
  }));
}

/** Intended → withdrawn. The intent is locked and open. */
export async function withdrawIntent(tx: Tx, intent: Intent, now: Date): Promise<void> {
  await tx
    .updateTable('issuance_intent')
    .set({ state: 'withdrawn', settled_at: now })
    .where('id', '=', intent.id)
    .execute();
  const data = intent.serial_number === null ? {} : { serialNumber: intent.serial_number };
  const entry = { actor: 'authority', action: 'intent.withdrawn', subject: `intent:${intent.id}`, data };
  await record(tx, entry, now);
}

/** The certificates that settled intents became, by intent. */
export async function issuedFor(db: Db | Tx, intents: readonly Intent[]): Promise<Map<string, IssuedRecord>> {
  const ids = intents.flatMap(({ certificate_id }) => certificate_id ?? []);
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('certificate')
    .select(['id', 'digest', 'der', 'serial_number', 'issuer', 'public_key_digest'])
    .where('id', '=', anyOf(ids))
    .execute();
  const byId = new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        digest: row.digest,
        der: row.der,
        serialNumber: row.serial_number,
        issuer: row.issuer,
        publicKeyDigest: row.public_key_digest,
      },
    ]),
  );
  return new Map(
    intents.flatMap(({ id, certificate_id }) => {
      const issued = certificate_id ? byId.get(certificate_id) : undefined;
      return issued ? [[id, issued] as const] : [];
    }),
  );
}
