import { recoverKey } from '../keymanagement/recover.ts';
import { addOperator, dropOperator } from '../operators/admission.ts';
import type { CommandDefinition } from '../operators/commands.ts';
import { allowanceCommands } from '../registry/commands.ts';
import type { Configuration } from '../setup/configuration.ts';
import { statusCommands } from '../status/commands.ts';

/** Every action that operators order. A new one is one line here. */
export function signedCommands(_configuration: Configuration): readonly CommandDefinition[] {
  return [addOperator, dropOperator, ...statusCommands, recoverKey, ...allowanceCommands];
}
