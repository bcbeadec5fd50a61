import { readOrderSigner } from '../orders/signer.ts';
import type { Configuration } from '../setup/configuration.ts';
import type { Command } from './command.ts';

/** Prints what an assistant has to be told of this desk: an entry of `desks` in its configuration. */
export const trust: Command = {
  usage: 'trust',
  does: 'Prints the JSON by which assistants know this desk and its order key',
  async run(context) {
    const configuration = await context.configuration();
    const passphrase = await context.passphrase();
    context.say(JSON.stringify(await trustedDesk(configuration, passphrase), null, 2));
    return 0;
  },
};

export async function trustedDesk(configuration: Configuration, passphrase: string) {
  const signer = await readOrderSigner(configuration.orders.key, passphrase);
  return {
    origin: configuration.publicOrigin,
    server: configuration.publicOrigin,
    name: configuration.deskName.zh,
    orderKeys: [Buffer.from(signer.publicKey).toString('base64')],
  };
}
