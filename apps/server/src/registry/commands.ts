/** What operators with the role `review` order: that a code is genuine though it looks wrong, and that it is not. */
import { IdentityNumber } from '@certdesk/contract';
import { z } from 'zod';
import { record } from '../audit/record.ts';
import { type CommandDefinition, defineCommand } from '../operators/commands.ts';
import { DeskError } from '../platform/error.ts';
import type { Tx } from '../schema/database.ts';
import { type AllowanceDecision, allow, withdrawAllowance } from './allowances.ts';
import { lookupValue } from './lookup-value.ts';

const subjectStart = 'number:';

/** How a signed command names a code: `number:uscc:91350203M0001QAY9B`. */
export function codeSubject({ kind, value }: IdentityNumber): string {
  return `${subjectStart}${kind}:${lookupValue(kind, value)}`;
}

/** @throws DeskError `command-invalid` */
function numberOf(subject: string): IdentityNumber {
  const [kind, ...rest] = subject.split(':');
  const number = IdentityNumber.safeParse({ kind, value: rest.join(':') });
  // Written otherwise it would be another subject for the same code.
  if (!number.success || codeSubject(number.data) !== `${subjectStart}${subject}`)
    throw new DeskError('command-invalid', { where: 'subject' });
  return number.data;
}

function define(
  action: string,
  event: string,
  change: (tx: Tx, number: IdentityNumber, decision: AllowanceDecision) => Promise<void>,
  says: (code: string) => string,
): CommandDefinition {
  return defineCommand({
    action,
    subject: subjectStart,
    role: 'review',
    parameters: z.strictObject({}),
    people: async () => 1,
    async carryOut(tx, { id, subject, reason, actor }, now) {
      const number = numberOf(subject);
      await change(tx, number, { actor, reason, at: now });
      const entry = { actor, action: event, subject: codeSubject(number), data: { command: id, reason } };
      await record(tx, entry, now);
      return says(number.value);
    },
  });
}

export const allowanceCommands: readonly CommandDefinition[] = [
  define('entity.allow', 'entity.code-allowed', allow, (code) => `${code} is allowed.`),
  define(
    'entity.disallow',
    'entity.allowance-withdrawn',
    withdrawAllowance,
    (code) => `${code} is not allowed any more.`,
  ),
];
