import { readProfiles } from '../authority/profiles.ts';
import { addClient, listClients, setClientEnabled } from '../authority/registration/clients.ts';
import { type Command, type CommandContext, needed, UsageError } from './command.ts';
import { readPublicKey } from './public-key.ts';

/** Registration clients: other systems of the authority that ask for certificates over HTTP. */
export const clientAdd: Command = {
  usage: 'client add --id ID --name NAME --key PUBLIC.pem --profiles A,B --daily-limit N',
  does: 'Adds a registration client, not enabled',
  async run(context) {
    const configuration = await context.configuration();
    const known = readProfiles(configuration.authority.profiles, configuration.authority.identityNumberOids);
    const profiles = needed(context, 'profiles').split(',');
    for (const profile of profiles) {
      if (!known.has(profile))
        throw new UsageError(`There is no profile ${profile}: ${[...known.keys()].join(', ')}`);
    }
    const id = needed(context, 'id');
    if (!/^[a-z0-9-]{1,64}$/.test(id)) throw new UsageError('--id: lower-case letters, digits and hyphens');
    const dailyLimit = needed(context, 'daily-limit');
    if (!/^\d{1,9}$/.test(dailyLimit)) throw new UsageError('--daily-limit: a number of at most nine digits');
    const client = {
      id,
      name: needed(context, 'name'),
      publicKey: await readPublicKey(needed(context, 'key'), 'client-key'),
      profiles,
      dailyLimit: Number(dailyLimit),
    };
    const { db } = await context.database();
    await db.transaction().execute((tx) => addClient(tx, client, 'operator', context.now()));
    context.say(`Added ${id}. It may ask for nothing until: certdesk client enable ${id}`);
    return 0;
  },
};

const enabling = (enabled: boolean) => async (context: CommandContext) => {
  const [id] = context.args;
  if (!id) throw new UsageError('Which client?');
  const { db } = await context.database();
  await db.transaction().execute((tx) => setClientEnabled(tx, id, enabled, 'operator', context.now()));
  context.say(`${id} is ${enabled ? 'enabled' : 'disabled'}.`);
  return 0;
};

export const clientEnable: Command = {
  usage: 'client enable ID',
  takes: 'one',
  does: 'Lets a registration client ask for certificates, from its next request on',
  run: enabling(true),
};

export const clientDisable: Command = {
  usage: 'client disable ID',
  takes: 'one',
  does: 'Refuses a registration client, from its next request on',
  run: enabling(false),
};

export const clientList: Command = {
  usage: 'client list',
  does: 'Lists the registration clients',
  async run(context) {
    const { db } = await context.database();
    for (const { id, name, enabled, daily_limit, profiles } of await listClients(db)) {
      context.say(
        `${id}  ${enabled ? 'enabled' : 'disabled'}  ${daily_limit} a day  ${profiles.join(',')}  ${name}`,
      );
    }
    return 0;
  },
};
