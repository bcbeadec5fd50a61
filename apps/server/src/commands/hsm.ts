import { resolve } from 'node:path';
import type { KeyPlace } from '../authority/embedded/signers/signer.ts';
import { type CommandContext, needed, UsageError } from './command.ts';

/** How commands that make a CA's key say that it is made in an HSM. */
export const hsmUsage = '[--hsm MODULE --hsm-token LABEL --hsm-pin-file FILE [--hsm-key LABEL]]';

/**
 * Where the key is to be made, by the CA's name.
 * @returns undefined: not in an HSM
 * @throws UsageError
 */
export function hsmPlace(context: CommandContext): ((name: string) => KeyPlace) | undefined {
  const { hsm, ...others } = context.options;
  if (hsm === undefined) {
    const surplus = Object.keys(others).find((option) => option.startsWith('hsm-'));
    if (surplus) throw new UsageError(`--${surplus} belongs to --hsm`);
    return undefined;
  }
  const module = resolve(needed(context, 'hsm'));
  const tokenLabel = needed(context, 'hsm-token');
  const pinFile = resolve(needed(context, 'hsm-pin-file'));
  const keyLabel = context.options['hsm-key'];
  return (name) => ({
    pkcs11: {
      module,
      tokenLabel,
      keyLabel: typeof keyLabel === 'string' && keyLabel !== '' ? keyLabel : `certdesk-${name}`,
      pinFile,
    },
  });
}
