import type { Language } from '@certdesk/contract';
import { DeskError } from '../platform/error.ts';
import { BadTableFile } from '../platform/table-file/bad-lines.ts';
import { sheetsText } from '../platform/table-file/report.ts';
import { changeKindText, changeText, fieldText, summaryText } from '../registry/import/change-text.ts';
import { ChangesFile } from '../registry/import/changes-file.ts';
import { registerColumns } from '../registry/import/columns.ts';
import { type ImportReport, importRegisterFile } from '../registry/import/import.ts';
import type { RegisterChange } from '../registry/import/list.ts';
import { badLineText } from '../registry/import/report.ts';
import { asAnyKind, historyOf } from '../registry/table/history.ts';
import { entitiesWith } from '../registry/table/registry.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';

/** Changes that a dry run lists on the terminal; the others are counted. */
const listedAtMost = 50;

/** Takes a register file in, whole or not at all; bad lines are listed with their numbers. */
export const registryImport: Command = {
  usage: 'registry import FILE [--dry-run] [--changes FILE.csv] [--replace] [--language zh|en]',
  takes: 'one',
  does: 'Takes a file of the legal-entity register in, CSV or XLSX; with one bad line nothing is imported and all are listed. --replace: the file is the whole register, and entities that it does not name are removed. --dry-run changes nothing and lists what would change; --changes writes all of it to a file, field by field',
  async run(context) {
    const [file] = context.args;
    if (!file) throw new UsageError('Which file?');
    const language = languageOf(context);
    const { changes: path, 'dry-run': dryRun = false, replace = false } = context.options;
    const { db } = await context.database();
    const list = typeof path === 'string' ? await ChangesFile.create(path, language) : undefined;
    const onChanges = (changes: AsyncIterable<RegisterChange>) =>
      tellChanges(changes, {
        list,
        say: dryRun ? (change) => context.say(changeText(change, language)) : undefined,
      });
    const options = { actor: 'operator', now: context.now(), replace: replace === true };
    const onProgress = (lines: number) => context.tell(`${lines} …`);
    try {
      const report = await importRegisterFile(db, file, {
        ...options,
        dryRun: dryRun === true,
        onProgress,
        onSheets: (sheets) => {
          if (sheets.others.length > 0) context.tell(sheetsText(sheets, language));
        },
        ...((list || dryRun) && { onChanges }),
      });
      tellSuspicious(context, report, language);
      const { added, changed, removed } = report;
      const more = added + changed + removed - listedAtMost;
      if (dryRun && more > 0) context.say(moreText(more, language));
      context.say(summaryText(report, dryRun === true, language));
      return 0;
    } catch (error) {
      await list?.discard();
      if (error instanceof BadTableFile) {
        for (const bad of error.bad) context.tell(badLineText(bad, language));
      }
      throw error;
    } finally {
      await list?.close();
    }
  },
};

/** To the file all of them, to the terminal the first ones. */
async function tellChanges(
  changes: AsyncIterable<RegisterChange>,
  { list, say }: { list: ChangesFile | undefined; say: ((change: RegisterChange) => void) | undefined },
): Promise<void> {
  let count = 0;
  for await (const change of changes) {
    count += 1;
    if (count <= listedAtMost) say?.(change);
    else if (!list) break;
    await list?.add(change);
  }
  await list?.finish();
}

function tellSuspicious(context: CommandContext, report: ImportReport, language: Language): void {
  const { suspicious, suspiciousCount } = report;
  for (const { line } of suspicious) {
    context.tell(badLineText({ line, problem: 'uscc-check-digit' }, language));
  }
  const more = suspiciousCount - suspicious.length;
  if (more > 0) context.tell(moreText(more, language));
}

/** What the register has of the entity with a number, and since which import. */
export const registryShow: Command = {
  usage: 'registry show CODE [--language zh|en]',
  takes: 'one',
  does: 'Shows what the imported register says of the entity with this identity number, of any kind, and which import said so last',
  async run(context) {
    const code = codeOf(context);
    const language = languageOf(context);
    const { db } = await context.database();
    const found = await entitiesWith(db, asAnyKind(code));
    if (found.length === 0) throw new DeskError('registry-code-unknown', { code });
    for (const { entity, origin } of found) {
      const { name, state, division, numbers } = entity;
      const fields = [
        { kind: 'name', value: name } as const,
        { kind: 'state', value: state } as const,
        ...(division ? [{ kind: 'division', value: division } as const] : []),
        ...numbers,
      ];
      for (const { kind, value } of fields) context.say(`${registerColumns.title(kind, language)}: ${value}`);
      context.say(`import ${origin.reference}, ${origin.saidAt.toISOString()}`);
    }
    return 0;
  },
};

/** What imports changed about the entity with a number. */
export const registryHistory: Command = {
  usage: 'registry history CODE [--language zh|en]',
  takes: 'one',
  does: 'Lists what each import of the register changed about the entity that has this identity number, of any kind, or had it',
  async run(context) {
    const code = codeOf(context);
    const language = languageOf(context);
    const { db } = await context.database();
    const history = await historyOf(db, code);
    if (history.length === 0 && (await entitiesWith(db, asAnyKind(code))).length === 0)
      throw new DeskError('registry-code-unknown', { code });
    for (const { kind, importId, importedAt, source, line, entityId, fields } of history) {
      const where = line === null ? source : `${source}:${line}`;
      context.say(
        `${importedAt.toISOString()} ${changeKindText(kind, language)}, entity ${entityId}, import ${importId}, ${where}`,
      );
      for (const field of fields) context.say(`  ${fieldText(field, kind, language)}`);
    }
    return 0;
  },
};

function codeOf({ args: [code] }: CommandContext): string {
  if (!code) throw new UsageError('Which number?');
  return code;
}

function languageOf({ options: { language } }: CommandContext): Language {
  return language === 'zh' ? 'zh' : 'en';
}

function moreText(count: number, language: Language): string {
  return language === 'zh' ? `… 另有 ${count} 项` : `… and ${count} more`;
}
