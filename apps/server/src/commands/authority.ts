import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuthorityAlgorithm, authorityAlgorithms } from '../authority/embedded/create.ts';
import { authorityFiles } from '../authority/embedded/files.ts';
import { type IssuerEntry, readIssuersFile } from '../authority/embedded/issuers-file.ts';
import { activeOf } from '../authority/embedded/open.ts';
import { acceptIssuer, addSeries, requestIssuer, rollSeries } from '../authority/embedded/series.ts';
import { nameOfPlace } from '../authority/embedded/signers/open.ts';
import { readCertificate } from '../platform/read-certificate.ts';
import { readPassphrase } from '../setup/configuration.ts';
import { type Command, type CommandContext, needed, UsageError } from './command.ts';
import { hsmPlace, hsmUsage } from './hsm.ts';

const running =
  'Running desks take it up within seconds, without a restart; give every machine the folder’s new files before.';

/** The issuing CAs: which there are, the next one of a series, another series. */
export const authorityList: Command = {
  usage: 'authority list',
  does: 'Lists the issuing CAs: which issue, which live on for what they issued, until when',
  async run(context) {
    const { folder } = (await context.configuration()).authority;
    const entries = await readIssuersFile(folder);
    const now = context.now();
    for (const entry of entries) {
      const certificate = await readCertificate(join(folder, entry.certificate));
      const state =
        activeOf(entries, entry.series, now) === entry
          ? 'issues'
          : entry.activeFrom !== null && new Date(entry.activeFrom) > now
            ? `issues from ${entry.activeFrom}`
            : 'earlier';
      const until = certificate.notAfter.toISOString().slice(0, 10);
      context.say(
        [
          entry.series,
          entry.name,
          state,
          `until ${until}`,
          certificate.subject,
          nameOfPlace(entry.key, folder),
        ].join('  '),
      );
    }
    return 0;
  },
};

export const authorityRoll: Command = {
  usage: `authority roll [--series NAME] [--activate-at TIME] [--common-name NAME] [--years N] ${hsmUsage} (--root-passphrase-file FILE [--root-key FILE] | --request-out FILE | --certificate FILE [--root FILE])`,
  does: 'Makes the next issuing CA of a series, with a new key, under the root or by a request to one that is elsewhere; the one before lives on for what it issued',
  async run(context) {
    const { folder } = (await context.configuration()).authority;
    const { options } = context;
    const entries = await readIssuersFile(folder);
    const common = {
      folder,
      passphrase: await context.passphrase(),
      series: text(options.series) ?? entries[0]?.series ?? '',
      activeFrom: activationOf(context),
      now: context.now(),
    };
    const ca = {
      commonName: text(options['common-name']),
      years: yearsOf(context),
      place: hsmPlace(context),
    };
    const ways = ['root-passphrase-file', 'request-out', 'certificate'].filter(
      (way) => options[way] !== undefined,
    );
    if (ways.length !== 1)
      throw new UsageError(
        'One of --root-passphrase-file, --request-out and --certificate says where the root is',
      );
    const out = text(options['request-out']);
    if (out !== undefined) {
      const { name, request } = await requestIssuer({ ...common, ...ca });
      await writeFile(out, request, { flag: 'wx' }).catch(async (error: NodeJS.ErrnoException) => {
        // The same key asked for again: every request for it is as good.
        if (error.code !== 'EEXIST') throw error;
        throw new UsageError(`${out} is there already`);
      });
      context.say(
        `${name}: wrote ${out}. Have the root issue a CA certificate for it, then: certdesk authority roll --certificate FILE`,
      );
      return 0;
    }
    const certificate = text(options.certificate);
    const entry =
      certificate === undefined
        ? await rollSeries({
            ...common,
            ...ca,
            rootKey: text(options['root-key']) ?? (await rootKeyOf(folder, entries, common.series)),
            rootPassphrase: await readPassphrase(needed(context, 'root-passphrase-file')),
          })
        : await acceptIssuer({ ...common, certificate, root: text(options.root) });
    return told(context, entry);
  },
};

export const authorityAdd: Command = {
  usage: `authority add --series NAME --organisation NAME --algorithm sm2|p256|p384|rsa --root-passphrase-file FILE [--activate-at TIME] [--years N] ${hsmUsage}`,
  does: 'Makes another series of issuing CAs with a root of its own, for kinds of key that the others do not go with',
  async run(context) {
    const { folder } = (await context.configuration()).authority;
    const algorithm = needed(context, 'algorithm');
    if (!isAlgorithm(algorithm)) throw new UsageError('--algorithm is sm2, p256, p384 or rsa');
    const entry = await addSeries({
      folder,
      passphrase: await context.passphrase(),
      series: needed(context, 'series'),
      organisation: needed(context, 'organisation'),
      algorithm,
      rootPassphrase: await readPassphrase(needed(context, 'root-passphrase-file')),
      activeFrom: activationOf(context),
      years: yearsOf(context),
      place: hsmPlace(context),
      now: context.now(),
    });
    context.say(`Move ${entry.series}-root.key to a medium of its own: the server never needs it.`);
    return told(context, entry);
  },
};

function told(context: CommandContext, { name, series, activeFrom }: IssuerEntry): number {
  context.say(`${name} issues in the series ${series} from ${activeFrom}. ${running}`);
  return 0;
}

/** Where `init` and `authority add` put the root's key, if nobody has moved it. */
async function rootKeyOf(folder: string, entries: readonly IssuerEntry[], series: string): Promise<string> {
  const root = entries.findLast((entry) => entry.series === series)?.root ?? 'root.crt';
  const key =
    root === 'root.crt' ? authorityFiles(folder).rootKey : join(folder, root.replace(/\.crt$/, '.key'));
  await stat(key).catch(() => {
    throw new UsageError(`${key} is not there: --root-key FILE says where the root’s key is`);
  });
  return key;
}

function activationOf({ options, now }: CommandContext): Date {
  const at = text(options['activate-at']);
  if (at === undefined || at === 'now') return wholeSeconds(now());
  const time = new Date(at);
  if (Number.isNaN(time.getTime()) || !/[Z+]|-\d\d:\d\d$/.test(at))
    throw new UsageError('--activate-at: a time with its zone, such as 2027-03-01T00:00:00+08:00');
  return wholeSeconds(time);
}

function yearsOf({ options }: CommandContext): number | undefined {
  const years = text(options.years);
  if (years === undefined) return undefined;
  if (!/^[1-9]\d?$/.test(years)) throw new UsageError('--years: a whole number from 1 to 99');
  return Number(years);
}

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function wholeSeconds(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}

function isAlgorithm(name: string): name is AuthorityAlgorithm {
  return Object.hasOwn(authorityAlgorithms, name);
}
