/** The types of the tables, as kysely reads them. One interface per table; the SQL beside this file is the source. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

/** bytea: Buffers come out, octets go in. */
type Octets = ColumnType<Buffer, Uint8Array, Uint8Array>;
type Json = JSONColumnType<Record<string, unknown>>;
/** bigint comes out of the driver as a string. */
type BigInteger = ColumnType<string, string | number | bigint, string | number | bigint>;
type BigIntegerOrNull = ColumnType<
  string | null,
  string | number | bigint | null,
  string | number | bigint | null
>;

export type CertificateState = 'issued' | 'in-force' | 'suspended' | 'superseded' | 'revoked';

export interface RegistryEntityTable {
  id: Generated<string>;
  name: string;
  state: 'active' | 'closed';
  division: string | null;
  import_id: string;
}
export interface RegistryNumberTable {
  entity_id: BigInteger;
  kind: string;
  value: string;
}
export interface RegistryImportTable {
  id: string;
  source: string;
  digest: string;
  rows: BigInteger;
  imported_at: Date;
}
export interface RegistryChangeTable {
  id: Generated<string>;
  import_id: string;
  entity_id: BigInteger;
  kind: 'added' | 'changed' | 'removed';
  line: BigIntegerOrNull;
  before: JSONColumnType<Record<string, string | null>> | null;
  after: JSONColumnType<Record<string, string | null>> | null;
}
export interface RegistryFormerNumberTable {
  kind: string;
  value: string;
  entity_id: BigInteger;
}
export interface RegistryAnswerTable {
  question: string;
  entity: Json;
  reference: string;
  said_at: Date;
  kept_until: Date;
}
export interface EntityTable {
  id: string;
  name: string;
  created_at: Date;
}
export interface EntityNumberTable {
  entity_id: string;
  kind: string;
  value: string;
}
export interface CertificateLineTable {
  id: string;
  entity_id: string;
  ordinal: number;
  created_at: Date;
}
export interface CertificateTable {
  id: string;
  line_id: string | null;
  entity_id: string | null;
  digest: string;
  der: Octets;
  serial_number: string;
  issuer: string;
  public_key_digest: string;
  use: 'signing' | 'encryption';
  profile: string;
  state: CertificateState;
  source: 'issued' | 'imported';
  not_before: Date;
  not_after: Date;
  issued_at: Date;
  state_changed_at: Date;
  revocation_reason: string | null;
  superseded_by: string | null;
}
export interface IssuanceIntentTable {
  id: string;
  idempotency_key: string;
  profile: string;
  issuing_ca: string;
  public_key: Octets;
  public_key_digest: string;
  request_digest: string;
  /** Null where the CA chooses it. */
  serial_number: string | null;
  request: Octets | null;
  resume_at: Date | null;
  content: Json;
  state: 'intended' | 'issued' | 'withdrawn';
  case_id: string | null;
  line_id: string | null;
  entity_id: string | null;
  certificate_id: string | null;
  created_at: Date;
  settled_at: Date | null;
}
export interface CmpTransactionTable {
  intent_id: string;
  transaction_id: Octets;
  attempt: number;
  state: 'open' | 'asked' | 'waiting' | 'granted' | 'confirming' | 'rejecting' | 'abandoned' | 'closed';
  request_id: number | null;
  server_nonce: Octets | null;
  certificate: Octets | null;
  confirm_by: Date | null;
  busy_until: Date | null;
  due_at: Date;
  tries: number;
}
export interface CmpRevocationTable {
  digest: string;
  der: Octets;
  reason: string;
  state: 'due' | 'done' | 'refused';
  rejected: boolean;
  tries: number;
  due_at: Date;
}
export interface CertificatePairTable {
  certificate_id: string;
  pair: string;
}
export interface CertificateChangeTable {
  id: string;
  seq: Generated<string>;
  line_id: string;
  entity_id: string;
  case_id: string;
  journey: string;
  old_certificate_id: string;
  new_certificate_id: string;
  /** JSON array of identity numbers. */
  added: ColumnType<unknown, string, string>;
  at: Date;
}
export interface RegistrationClientTable {
  id: string;
  name: string;
  public_key: Octets;
  profiles: string[];
  daily_limit: number;
  enabled: Generated<boolean>;
  created_at: Date;
}
export interface RegistrationUsageTable {
  client_id: string;
  day: string;
  issued: number;
}
export interface DeskCaseTable {
  id: string;
  number: string;
  journey: string;
  entity_id: string;
  line_id: string | null;
  certificate_id: string;
  changes_certificate: boolean;
  state: string;
  open: boolean;
  data: Json;
  version: number;
  created_at: Date;
  updated_at: Date;
  ends_at: Date | null;
}
export interface CaseEventTable {
  case_id: string;
  version: number;
  at: Date;
  event: string;
  from_state: string | null;
  to_state: string;
  actor: string;
  data: Json;
}
export interface KeyOrderTable {
  id: string;
  purpose: string;
  nonce: string;
  payload: Octets;
  browser_digest: string;
  case_id: string | null;
  created_at: Date;
  renewed_at: Date;
  first_asked_at: Date;
  taken_at: Date | null;
  attempt: string | null;
  token_digest: string | null;
  token_used_at: Date | null;
  closed_at: Date | null;
}
export interface SessionTable {
  id_digest: string;
  certificate_id: string;
  entity_id: string;
  line_id: string;
  mode: 'full' | 'renewal-only';
  created_at: Date;
  used_at: Date;
  expires_at: Date;
}
export interface RateLimitTable {
  bucket: string;
  empty_at: Date;
}
export interface AuditEventTable {
  id: Generated<string>;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  data: Json;
}
export interface AuditPendingTable {
  event_id: BigInteger;
}
export interface AuditLinkTable {
  seq: BigInteger;
  event_id: BigInteger;
  digest: string;
}
export interface AuditHeadTable {
  seq: BigInteger;
  digest: string;
  at: Date;
  signature: Octets;
}
export interface OperatorTable {
  id: string;
  name: string;
  public_key: Octets;
  public_key_digest: string;
  roles: string[];
  created_at: Date;
  disabled_at: Date | null;
}
export interface OperatorCommandTable {
  id: string;
  operator_id: string;
  action: string;
  subject: string;
  content_digest: string;
  nonce: string;
  payload: Octets;
  signature: Octets;
  accepted_at: Date;
  state: 'waiting' | 'done' | 'lapsed';
  seconded_by: string | null;
}
export interface EntityAllowanceTable {
  id: string;
  kind: string;
  code: string;
  reason: string;
  allowed_by: string;
  allowed_at: Date;
  withdrawal_reason: string | null;
  withdrawn_by: string | null;
  withdrawn_at: Date | null;
}
export interface CrlTable {
  issuer: string;
  number: BigInteger;
  regular: boolean;
  this_update: Date;
  next_update: Date;
  tbs: Octets | null;
  der: Octets | null;
  base_number: BigIntegerOrNull;
  delta_next_update: Date | null;
  delta_tbs: Octets | null;
  delta_der: Octets | null;
}
export interface OcspResponderTable {
  issuer: string;
  serial_number: string;
  public_key_digest: string;
  not_before: Date;
  not_after: Date;
  tbs: Octets | null;
  der: Octets | null;
}
export interface ServicePointListTable {
  version: number;
  source: string;
  digest: string;
  imported_at: Date;
  imported_by: string;
}
export interface ServicePointTable {
  version: number;
  name: string;
  address: string;
  hours: string;
  phone: string;
  division: string;
  district: string;
  latitude: number | null;
  longitude: number | null;
}

export interface Tables {
  registry_entity: RegistryEntityTable;
  registry_number: RegistryNumberTable;
  registry_import: RegistryImportTable;
  registry_change: RegistryChangeTable;
  registry_former_number: RegistryFormerNumberTable;
  registry_answer: RegistryAnswerTable;
  entity: EntityTable;
  entity_number: EntityNumberTable;
  certificate_line: CertificateLineTable;
  certificate: CertificateTable;
  issuance_intent: IssuanceIntentTable;
  cmp_transaction: CmpTransactionTable;
  cmp_revocation: CmpRevocationTable;
  certificate_pair: CertificatePairTable;
  certificate_change: CertificateChangeTable;
  registration_client: RegistrationClientTable;
  registration_usage: RegistrationUsageTable;
  desk_case: DeskCaseTable;
  case_event: CaseEventTable;
  key_order: KeyOrderTable;
  session: SessionTable;
  rate_limit: RateLimitTable;
  audit_event: AuditEventTable;
  audit_pending: AuditPendingTable;
  audit_link: AuditLinkTable;
  audit_head: AuditHeadTable;
  operator: OperatorTable;
  operator_command: OperatorCommandTable;
  entity_allowance: EntityAllowanceTable;
  crl: CrlTable;
  ocsp_responder: OcspResponderTable;
  service_point_list: ServicePointListTable;
  service_point: ServicePointTable;
}
