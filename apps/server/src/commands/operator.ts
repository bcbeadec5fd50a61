import { existsSync } from 'node:fs';
import { OperatorId } from '@certdesk/contract';
import { toPem } from '@certdesk/pki';
import { openAuditKey } from '../audit/key.ts';
import { admitFirstOperator } from '../operators/admission.ts';
import { createOperatorKey, type OperatorAlgorithm } from '../operators/key.ts';
import { checkOperatorKey, listOperators } from '../operators/register.ts';
import { isOperatorRole, type OperatorRole, operatorRoles } from '../operators/roles.ts';
import { DeskError } from '../platform/error.ts';
import { readPassphrase } from '../setup/configuration.ts';
import { type Command, type CommandContext, needed, UsageError } from './command.ts';
import { readPublicKey } from './public-key.ts';
import { orderAs, signingUsage } from './signing.ts';

/** On the operator's own machine: needs no desk. */
export const operatorCreate: Command = {
  usage: 'operator create --out FILE.key --operator-passphrase-file FILE [--algorithm sm2|p256]',
  does: 'Makes an operator’s signing key, sealed under the operator’s own passphrase, and prints its public key',
  async run(context) {
    const algorithm = String(context.options.algorithm ?? 'sm2');
    if (algorithm !== 'sm2' && algorithm !== 'p256') throw new UsageError('--algorithm is sm2 or p256');
    const file = needed(context, 'out');
    const passphrase = await readPassphrase(needed(context, 'operator-passphrase-file'));
    if (existsSync(file)) throw new DeskError('file-exists', { file });
    const publicKey = await createOperatorKey(file, passphrase, algorithm satisfies OperatorAlgorithm);
    context.say(toPem('PUBLIC KEY', publicKey).trimEnd());
    return 0;
  },
};

/** The first operator is let in by the server's passphrase, the others by operators' signatures: see operators/admission.ts. */
export const operatorAdd: Command = {
  usage: `operator add --id ID --name NAME --key PUBLIC.pem --roles A,B [${signingUsage}]`,
  does: `Registers an operator with duties of ${operatorRoles.join(', ')}; the first one needs no signature but CERTDESK_PASSPHRASE_FILE`,
  async run(context) {
    const operator = {
      id: idOf(needed(context, 'id')),
      name: needed(context, 'name'),
      roles: rolesOf(needed(context, 'roles')),
      publicKey: await readPublicKey(needed(context, 'key'), 'operator-key'),
    };
    checkOperatorKey(operator.publicKey);
    if (context.options.as === undefined) return addFirst(context, operator);
    return orderAs(context, {
      action: 'operator.add',
      subject: `operator:${operator.id}`,
      parameters: {
        name: operator.name,
        key: Buffer.from(operator.publicKey).toString('base64'),
        roles: operator.roles.join(','),
      },
    });
  },
};

async function addFirst(context: CommandContext, operator: Parameters<typeof admitFirstOperator>[1]) {
  const configuration = await context.configuration();
  // Whoever can open the desk's own keys is let name the first operator.
  await openAuditKey(configuration.audit.key, await context.passphrase());
  const { db } = await context.database();
  await db.transaction().execute((tx) => admitFirstOperator(tx, operator, context.now()));
  context.say(`${operator.id} is an operator: ${operator.roles.join(', ')}.`);
  return 0;
}

export const operatorDisable: Command = {
  usage: `operator disable ID ${signingUsage}`,
  takes: 'one',
  does: 'Refuses every command of an operator from now on',
  async run(context) {
    const [id] = context.args;
    if (!id) throw new UsageError('Which operator?');
    return orderAs(context, { action: 'operator.disable', subject: `operator:${idOf(id)}`, parameters: {} });
  },
};

export const operatorList: Command = {
  usage: 'operator list',
  does: 'Lists the operators',
  async run(context) {
    const { db } = await context.database();
    for (const { id, name, roles, disabled_at, public_key_digest } of await listOperators(db)) {
      const state = disabled_at ? 'disabled' : 'enabled';
      context.say(`${id}  ${state}  ${roles.join(',')}  ${public_key_digest}  ${name}`);
    }
    return 0;
  },
};

/** @throws UsageError */
export function idOf(text: string): string {
  const id = OperatorId.safeParse(text);
  if (!id.success) throw new UsageError('An operator’s id is lower-case letters, digits and hyphens');
  return id.data;
}

function rolesOf(text: string): OperatorRole[] {
  const roles = [...new Set(text.split(','))];
  const strange = roles.find((role) => !isOperatorRole(role));
  if (strange !== undefined)
    throw new UsageError(`There is no role "${strange}": ${operatorRoles.join(', ')}`);
  return roles.filter(isOperatorRole).toSorted();
}
