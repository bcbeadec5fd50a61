/**
 * Codes that look wrong and that an operator has allowed, because the authority knows them to be genuine. Where a number
 * stands in the holder's certificate already, a warning is only kept with the case; to a certificate that lacks it a number
 * with a warning is added when it is allowed, and not before.
 */
import { IdentityKind, type IdentityNumber, type NumberWarning } from '@certdesk/contract';
import { DeskError } from '../platform/error.ts';
import { randomId } from '../platform/random.ts';
import type { Db, Tx } from '../schema/database.ts';
import { codeWarnings } from './codes/warnings.ts';
import { lookupValue } from './lookup-value.ts';

/** @param numbers of one entity @returns what looks wrong with them, and whether the authority allowed it */
export async function warningsFor(db: Db | Tx, numbers: readonly IdentityNumber[]): Promise<NumberWarning[]> {
  const warnings = codeWarnings(numbers);
  if (warnings.length === 0) return [];
  const codes = warnings.map(keyOf);
  const rows = await db
    .selectFrom('entity_allowance')
    .select(['kind', 'code'])
    .where('withdrawn_at', 'is', null)
    .where((where) => where.or(codes.map((key) => where.and({ ...key }))))
    .execute();
  const allowed = new Set(rows.map(({ kind, code }) => `${kind}:${code}`));
  return warnings.map((warning) => {
    const { kind, code } = keyOf(warning);
    return { ...warning, allowed: allowed.has(`${kind}:${code}`) };
  });
}

/** Whether a number that the certificate lacks may be added to it, by the warnings about the numbers that it would then have. */
export function mayBeAdded({ kind, value }: IdentityNumber, warnings: readonly NumberWarning[]): boolean {
  return !warnings.some((one) => one.kind === kind && one.value === value && !one.allowed);
}

/** However a code is written, it is the same one. */
function keyOf({ kind, value }: IdentityNumber): { kind: IdentityKind; code: string } {
  return { kind, code: lookupValue(kind, value) };
}

/** Who decided, why and when. */
export interface AllowanceDecision {
  /** As the audit log names him. */
  readonly actor: string;
  readonly reason: string;
  readonly at: Date;
}

/** @throws DeskError `entity-code-allowed` when it is allowed already */
export async function allow(
  tx: Tx,
  number: IdentityNumber,
  { actor, reason, at }: AllowanceDecision,
): Promise<void> {
  const key = keyOf(number);
  const nothing = { withdrawal_reason: null, withdrawn_by: null, withdrawn_at: null };
  const added = await tx
    .insertInto('entity_allowance')
    .values({ id: randomId(), ...key, reason, allowed_by: actor, allowed_at: at, ...nothing })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!added) throw new DeskError('entity-code-allowed', { code: key.code });
}

/** @throws DeskError `entity-code-not-allowed` when nobody allowed it, or not any more */
export async function withdrawAllowance(
  tx: Tx,
  number: IdentityNumber,
  { actor, reason, at }: AllowanceDecision,
): Promise<void> {
  const key = keyOf(number);
  const withdrawn = await tx
    .updateTable('entity_allowance')
    .set({ withdrawal_reason: reason, withdrawn_by: actor, withdrawn_at: at })
    .where('kind', '=', key.kind)
    .where('code', '=', key.code)
    .where('withdrawn_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (!withdrawn) throw new DeskError('entity-code-not-allowed', { code: key.code });
}

export interface Allowance extends AllowanceDecision {
  readonly kind: IdentityKind;
  readonly code: string;
}

/** The allowances that are good, the oldest first. */
export async function listAllowances(db: Db): Promise<Allowance[]> {
  const rows = await db
    .selectFrom('entity_allowance')
    .select(['kind', 'code', 'allowed_by as actor', 'reason', 'allowed_at as at'])
    .where('withdrawn_at', 'is', null)
    .orderBy('allowed_at')
    .execute();
  return rows.map((row) => ({ ...row, kind: IdentityKind.parse(row.kind) }));
}
