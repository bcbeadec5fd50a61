import { DeskError } from '../error.ts';

/** System errors of a connection that cannot be made or was cut. */
const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** SQLSTATEs of a database that is there but takes nothing: stopping, starting, full, in recovery or read-only. */
const sqlStates = new Set(['57P01', '57P02', '57P03', '57P05', '53100', '53200', '53300', '25006']);

/** node-postgres and its pool give these errors no code. */
const messages = [
  /^Connection terminated/,
  /^timeout exceeded when trying to connect/,
  /^Client has encountered a connection error and is not queryable/,
  /^Client was closed and is not queryable/,
  /^Query read timeout/,
  /^Cannot use a pool after calling end/,
];

/** Whether an error of node-postgres means that the database is away, as opposed to refusing one statement. */
export function isDatabaseLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (systemCodes.has(code) || sqlStates.has(code) || /^08...$/.test(code)) return true;
  return code === '' && messages.some((pattern) => pattern.test(error.message));
}

/**
 * Whether a prepared statement does not fit the database any more: a newer program has changed a table meanwhile, or
 * something between has forgotten the statement. Asked again on another connection it fits.
 */
export function isStalePlan(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === '26000' || (code === '0A000' && /cached plan must not change/.test(String(message)));
}

/** The same error, or `database-unavailable` with the error as its cause. */
export function translated(error: unknown): unknown {
  return isDatabaseLoss(error) || isStalePlan(error)
    ? new DeskError('database-unavailable', {}, { cause: error })
    : error;
}
