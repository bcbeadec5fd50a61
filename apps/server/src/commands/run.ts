import { parseArgs } from 'node:util';
import type { Database } from '../platform/database/connect.ts';
import { MigrationError } from '../platform/database/migrate.ts';
import { DeskError } from '../platform/error.ts';
import { migrate, openDatabase } from '../schema/database.ts';
import type { Tables } from '../schema/tables.ts';
import {
  configurationFileOf,
  databaseUrlOf,
  passphraseOf,
  readConfiguration,
} from '../setup/configuration.ts';
import { auditVerify } from './audit.ts';
import { authorityAdd, authorityList, authorityRoll } from './authority.ts';
import { certShow } from './cert/show.ts';
import {
  certificateImport,
  certificateResume,
  certificateRevoke,
  certificateSuspend,
} from './certificate.ts';
import { clientAdd, clientDisable, clientEnable, clientList } from './client.ts';
import { cmpCheck, cmpKey } from './cmp.ts';
import { type Command, type CommandContext, type Env, UsageError } from './command.ts';
import { configCheck } from './config.ts';
import { demoCertificateCommand } from './demo/certificate.ts';
import { demoPrepare } from './demo/prepare.ts';
import { entityAllow, entityAllowances, entityDisallow } from './entity.ts';
import { init } from './init.ts';
import { keyEnvelope, keyRecover } from './key.ts';
import { keyManagementServe } from './keymanagement.ts';
import { officerAdd, officerDisable, officerList } from './officer.ts';
import { operatorAdd, operatorCreate, operatorDisable, operatorList } from './operator.ts';
import { registryHistory, registryImport, registryShow } from './registry.ts';
import { registryAsk } from './registry-ask.ts';
import { registryKey } from './registry-key.ts';
import { servicePointsImport, servicePointsList } from './service-points.ts';
import { commandList, commandSecond, commandSubmit } from './signed-command.ts';
import { trust } from './trust.ts';

/** By the words that call them. */
const commands: Readonly<Record<string, Command>> = {
  init,
  'config check': configCheck,
  'cmp key': cmpKey,
  'cmp check': cmpCheck,
  trust,
  'registry import': registryImport,
  'registry show': registryShow,
  'registry history': registryHistory,
  'service-points import': servicePointsImport,
  'service-points list': servicePointsList,
  'registry ask': registryAsk,
  'registry key': registryKey,
  'certificate import': certificateImport,
  'certificate revoke': certificateRevoke,
  'certificate suspend': certificateSuspend,
  'certificate resume': certificateResume,
  'cert show': certShow,
  'entity allow': entityAllow,
  'entity disallow': entityDisallow,
  'entity allowances': entityAllowances,
  'authority list': authorityList,
  'authority roll': authorityRoll,
  'authority add': authorityAdd,
  'audit verify': auditVerify,
  'client add': clientAdd,
  'client enable': clientEnable,
  'client disable': clientDisable,
  'client list': clientList,
  'operator create': operatorCreate,
  'operator add': operatorAdd,
  'operator disable': operatorDisable,
  'operator list': operatorList,
  'command list': commandList,
  'command second': commandSecond,
  'command submit': commandSubmit,
  'key recover': keyRecover,
  'key envelope': keyEnvelope,
  'keymanagement serve': keyManagementServe,
  'keymanagement officer add': officerAdd,
  'keymanagement officer disable': officerDisable,
  'keymanagement officer list': officerList,
  'demo prepare': demoPrepare,
  'demo certificate': demoCertificateCommand,
};

/** Runs one command. @returns the exit code: 0 done, 1 refused or failed, 2 not understood */
export async function runCommand(argv: readonly string[], env: Env): Promise<number> {
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  let parsed: ReturnType<typeof readArguments>;
  try {
    parsed = readArguments(argv);
  } catch (error) {
    tell(`${(error as Error).message}\n\n${help()}`);
    return 2;
  }
  const { positionals, values } = parsed;
  if (values.help) {
    process.stdout.write(`${help()}\n`);
    return 0;
  }
  const [first = 'help'] = positionals;
  const names = [1, 2, 3].map((words) => positionals.slice(0, words).join(' '));
  const name = names.find((words) => Object.hasOwn(commands, words)) ?? '';
  const command = commands[name];
  if (!command) {
    if (first === 'help') process.stdout.write(`${help()}\n`);
    else tell(`There is no command "${positionals.join(' ')}".\n\n${help()}`);
    return first === 'help' ? 0 : 2;
  }
  let database: Database<Tables> | undefined;
  const context: CommandContext = {
    args: positionals.slice(name.split(' ').length),
    options: values,
    env,
    now: () => new Date(),
    say: (line) => void process.stdout.write(`${line}\n`),
    tell,
    configuration: () => readConfiguration(configurationFileOf(env)),
    passphrase: () => passphraseOf(env),
    async database() {
      const url = databaseUrlOf(env);
      await migrate(url);
      database ??= openDatabase(url, { max: 4, statementMs: 0 });
      return database;
    },
  };
  try {
    checkArguments(command, context);
    return await command.run(context);
  } catch (error) {
    if (error instanceof UsageError) {
      tell(`${error.message}\n\n  certdesk ${command.usage}\n      ${command.does}`);
      return 2;
    }
    tell(sentenceOf(error));
    return 1;
  } finally {
    await database?.end();
  }
}

/** Nothing that was typed is passed over in silence. @throws UsageError */
function checkArguments({ usage, takes }: Command, { args, options }: CommandContext): void {
  const surplus = takes === 'some' ? undefined : args[takes === 'one' ? 1 : 0];
  if (surplus !== undefined) throw new UsageError(`What is "${surplus}"?`);
  const foreign = Object.keys(options).find((option) => !new RegExp(`--${option}(?![\\w-])`).test(usage));
  if (foreign) throw new UsageError(`This command has no --${foreign}`);
}

function sentenceOf(error: unknown): string {
  if (error instanceof DeskError) return `${error.message} [${error.code}]`;
  if (error instanceof MigrationError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function readArguments(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      folder: text,
      url: text,
      organisation: text,
      algorithm: text,
      'root-passphrase-file': text,
      'keymanagement-passphrase-file': text,
      hsm: text,
      'hsm-token': text,
      'hsm-pin-file': text,
      'hsm-key': text,
      'root-key': text,
      'request-out': text,
      'public-out': text,
      from: text,
      certificate: text,
      root: text,
      series: text,
      'activate-at': text,
      'common-name': text,
      years: text,
      id: text,
      name: text,
      key: text,
      profiles: text,
      'daily-limit': text,
      heads: text,
      language: text,
      as: text,
      'operator-key': text,
      'operator-passphrase-file': text,
      roles: text,
      because: text,
      for: text,
      'for-authority': text,
      on: text,
      reason: text,
      kind: text,
      out: text,
      replace: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      changes: text,
      twin: { type: 'boolean' },
      json: { type: 'boolean' },
      crl: text,
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function help(): string {
  const lines = Object.values(commands).map(({ usage, does }) => `  certdesk ${usage}\n      ${does}`);
  const environment = '  CERTDESK_CONFIG, CERTDESK_PASSPHRASE_FILE and DATABASE_URL say which desk is meant.';
  return ['certdesk: the commands of a certificate desk', '', ...lines, '', environment].join('\n');
}
