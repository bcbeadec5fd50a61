/**
 * Who becomes an operator. The first one, and the first one after all are gone, by whoever has the server's passphrase. Later ones by
 * operators with the role `operators`: by two of them, so that nobody can make himself the second person of anything; while
 * there is only one, by him and the server's passphrase.
 */
import { OperatorId } from '@certdesk/contract';
import { publicKeyDigest } from '@certdesk/pki';
import { z } from 'zod';
import { record } from '../audit/record.ts';
import { DeskError } from '../platform/error.ts';
import type { Tx } from '../schema/database.ts';
import { defineCommand } from './commands.ts';
import {
  disableOperator,
  insertOperator,
  lockRegister,
  type NewOperator,
  operatorsWith,
} from './register.ts';
import { operatorRoles } from './roles.ts';

const Roles = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(operatorRoles)).min(1));

/** `name`, `key` (SubjectPublicKeyInfo, DER in base64), `roles` (with commas between). */
const NewOperatorParameters = z.strictObject({
  name: z.string().trim().min(1).max(100),
  key: z.base64().max(4096),
  roles: Roles,
});

export const addOperator = defineCommand({
  action: 'operator.add',
  subject: 'operator:',
  role: 'operators',
  parameters: NewOperatorParameters,
  async people(tx) {
    return (await operatorsWith(tx, 'operators')).length > 1 ? 2 : 1;
  },
  async carryOut(tx, { subject, parameters, operators, actor, passphraseGiven }, now) {
    await lockRegister(tx);
    if (operators.length < 2 && !passphraseGiven) {
      throw new DeskError('configuration-invalid', {
        where: 'CERTDESK_PASSPHRASE_FILE is needed while there is one operator with the role “operators”',
      });
    }
    const id = checkedId(subject);
    const publicKey = Buffer.from(parameters.key, 'base64');
    await admit(tx, { id, name: parameters.name, publicKey, roles: parameters.roles }, actor, now);
    return `${id} is an operator: ${parameters.roles.join(', ')}.`;
  },
});

export const dropOperator = defineCommand({
  action: 'operator.disable',
  subject: 'operator:',
  role: 'operators',
  parameters: z.strictObject({}),
  // One is enough: it must be quick when a key is lost, and it lets nobody in.
  people: async () => 1,
  async carryOut(tx, { subject, actor }, now) {
    const id = checkedId(subject);
    await disableOperator(tx, id, now);
    const entry = { actor, action: 'operator.disabled', subject: `operator:${id}`, data: {} };
    await record(tx, entry, now);
    return `${id} is disabled.`;
  },
});

/**
 * Registers the first operator without a command, for whoever gave the server's passphrase.
 * @throws DeskError `operator-admitted-by` when somebody has the role `operators`, who can sign; `command-invalid` when
 *   the new one does not get that role; `operator-exists`, `operator-key`
 */
export async function admitFirstOperator(tx: Tx, operator: NewOperator, now: Date): Promise<void> {
  await lockRegister(tx);
  if ((await operatorsWith(tx, 'operators')).length > 0) {
    throw new DeskError('operator-admitted-by');
  }
  if (!operator.roles.includes('operators')) {
    throw new DeskError('command-invalid', { where: 'roles: the first operator needs the role “operators”' });
  }
  await admit(tx, operator, 'passphrase', now);
}

async function admit(tx: Tx, operator: NewOperator, actor: string, now: Date): Promise<void> {
  await insertOperator(tx, operator, now);
  const { id, name, publicKey, roles } = operator;
  const data = { name, key: publicKeyDigest(publicKey), roles };
  await record(tx, { actor, action: 'operator.added', subject: `operator:${id}`, data }, now);
}

function checkedId(subject: string): string {
  const id = OperatorId.safeParse(subject);
  if (!id.success) throw new DeskError('command-invalid', { where: 'subject' });
  return id.data;
}
