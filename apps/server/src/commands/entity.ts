import { IdentityKind, type IdentityNumber, identityKinds, type NumberProblem } from '@certdesk/contract';
import { listAllowances } from '../registry/allowances.ts';
import { entityKindOf } from '../registry/codes/entity-kinds.ts';
import { isOrganizationCodeForm } from '../registry/codes/organization-code.ts';
import { divisionOf, isUsccForm } from '../registry/codes/uscc.ts';
import { codeWarnings } from '../registry/codes/warnings.ts';
import { codeSubject } from '../registry/commands.ts';
import { lookupValue } from '../registry/lookup-value.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import { orderAs, signerUsage } from './signing.ts';

const usage = (verb: string) => `entity ${verb} CODE [--kind KIND] --reason TEXT ${signerUsage}`;

export const entityAllow: Command = {
  usage: usage('allow'),
  takes: 'one',
  does: `Lets a code that looks wrong and is genuine into certificates; kinds are ${identityKinds.join(', ')}`,
  run: (context) => orderAbout(context, 'entity.allow'),
};

export const entityDisallow: Command = {
  usage: usage('disallow'),
  takes: 'one',
  does: 'Withdraws what was allowed; certificates that have the code stay as they are',
  run: (context) => orderAbout(context, 'entity.disallow'),
};

export const entityAllowances: Command = {
  usage: 'entity allowances',
  does: 'Lists the codes that are allowed though they look wrong: by whom, when and why',
  async run(context) {
    const { db } = await context.database();
    for (const { kind, code, actor, at, reason } of await listAllowances(db)) {
      context.say(`${kind}  ${code}  ${actor}  ${at.toISOString()}  ${reason}`);
    }
    return 0;
  },
};

/** Signs a command about a code, and tells the operator first what the code says by itself. */
async function orderAbout(context: CommandContext, action: string): Promise<number> {
  const [code] = context.args;
  if (!code) throw new UsageError('Which code?');
  const kind = kindOf(context, code);
  const number = { kind, value: lookupValue(kind, code) };
  for (const line of describe(number)) context.tell(line);
  return orderAs(context, { action, subject: codeSubject(number), parameters: {} }, 'reason');
}

/** Unified codes and organisation codes are known by their form. */
function kindOf({ options }: CommandContext, code: string): IdentityKind {
  if (options.kind !== undefined) {
    const kind = IdentityKind.safeParse(options.kind);
    if (!kind.success) throw new UsageError(`--kind is one of ${identityKinds.join(', ')}`);
    return kind.data;
  }
  if (isUsccForm(lookupValue('uscc', code))) return 'uscc';
  if (isOrganizationCodeForm(lookupValue('organizationCode', code))) return 'organizationCode';
  throw new UsageError('This is no unified code and no organisation code: --kind is missing');
}

const problems: Readonly<Record<NumberProblem, string>> = {
  form: 'It does not have the form of such a code.',
  'check-digit': 'Its check character does not fit.',
  'division-unknown': 'Its division is not one of GB/T 2260.',
  'organization-code-differs': 'It is not the organisation code in the unified code beside it.',
};

function describe(number: IdentityNumber): string[] {
  const { kind, value: code } = number;
  const says = entityKindOf(code);
  const parts = says && [
    says.department.en,
    says.kind?.en ?? 'unknown kind of entity',
    `division ${divisionOf(code)}`,
  ];
  const wrong = codeWarnings([number]).map(({ problem }) => problems[problem]);
  return [
    `${code}: ${kind}${parts ? `, ${parts.join(', ')}` : ''}`,
    ...(wrong.length > 0 ? wrong : ['Nothing is wrong with it by itself.']),
  ];
}
