import { createReadStream } from 'node:fs';
import { errorSentence, type Language } from '@certdesk/contract';
import {
  CertificateRevocationList,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  type FileContent,
  type IdentityNumberOid,
  MAX_FILE_OCTETS,
  PkiError,
  readObjects,
} from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import { type Command, type CommandContext, UsageError } from '../command.ts';
import { describeFile } from './describe.ts';
import { reportText } from './text.ts';

/** Says in plain words what a file of certificates holds. Needs no desk: without a configuration it takes the usual OIDs. */
export const certShow: Command = {
  usage: 'cert show FILE|- [--crl FILE] [--language zh|en] [--json]',
  takes: 'one',
  does: 'Says in plain words what a certificate, request, chain or CRL holds (PEM, DER, base64, .p7b), and what is unusual',
  async run(context) {
    const [file] = context.args;
    if (file === undefined) throw new UsageError('Which file? A dash stands for standard input.');
    const language = languageOf(context);
    try {
      return await show(file, language, context);
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      context.tell(`${errorSentence(error.code, language, error.details)} [${error.code}]`);
      return 1;
    }
  },
};

async function show(file: string, language: Language, context: CommandContext): Promise<number> {
  const name = file === '-' ? 'standard input' : file;
  const content = contentOf(await read(file, name), name);
  const now = context.now();
  const { crl } = context.options;
  const crls = typeof crl === 'string' ? crlsOf(await read(crl, crl), crl) : [];
  const identityNumberOids = await oidsOf(context);
  const report = describeFile(content, { name, now, identityNumberOids, crls });
  if (context.options.json) context.say(plainJson(report));
  else for (const line of reportText(report, language)) context.say(line);
  // Whoever calls it from a script need not read what it said.
  return report.objects.every((object) => object.type !== 'other') ? 0 : 1;
}

/** Chinese where the environment is, unless it was said. */
function languageOf({ options, env }: CommandContext): Language {
  const { language } = options;
  if (language === 'zh' || language === 'en') return language;
  if (language !== undefined) throw new UsageError(`--language is zh or en, not “${String(language)}”`);
  return (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').startsWith('zh') ? 'zh' : 'en';
}

/** @throws DeskError `certificate-file-unreadable` */
async function read(file: string, name: string): Promise<Uint8Array> {
  const stream = file === '-' ? process.stdin : createReadStream(file);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      // Devices have no end.
      if (size > MAX_FILE_OCTETS) break;
    }
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new DeskError('certificate-file-unreadable', { file: name, reason }, { cause });
  }
  return Buffer.concat(chunks);
}

/** @throws DeskError `certificate-file-unknown` */
function contentOf(octets: Uint8Array, file: string): FileContent {
  try {
    return readObjects(octets);
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause;
    throw new DeskError('certificate-file-unknown', { file, reason: cause.message }, { cause });
  }
}

/** @throws DeskError `crl-file-unknown` */
function crlsOf(octets: Uint8Array, file: string): CertificateRevocationList[] {
  const problem = (cause?: unknown) => new DeskError('crl-file-unknown', { file }, { cause });
  try {
    const crls = readObjects(octets).objects.filter(({ kind }) => kind === 'crl');
    if (crls.length === 0) throw problem();
    return crls.map(({ der }) => CertificateRevocationList.parse(der));
  } catch (error) {
    throw error instanceof PkiError ? problem(error) : error;
  }
}

async function oidsOf(context: CommandContext): Promise<readonly IdentityNumberOid[]> {
  if (!context.env.CERTDESK_CONFIG) return DEFAULT_IDENTITY_NUMBER_OIDS;
  try {
    const { authority } = await context.configuration();
    return authority.identityNumberOids ?? DEFAULT_IDENTITY_NUMBER_OIDS;
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    context.tell(`${error.message} The usual object identifiers are taken for identity numbers.`);
    return DEFAULT_IDENTITY_NUMBER_OIDS;
  }
}

/** Nothing in it plays tricks with a terminal: characters that are none to be seen are escaped. */
function plainJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()]
          .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
          .join(''),
  );
}
