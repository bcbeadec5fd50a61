import type { Language } from '@certdesk/contract';
import { BadTableFile } from '../platform/table-file/bad-lines.ts';
import { importRegisterFile } from '../registry/import/import.ts';
import { badLineText } from '../registry/import/report.ts';
import { type Command, UsageError } from './command.ts';

/** Takes a register file in, whole or not at all; bad lines are listed with their numbers. */
export const registryImport: Command = {
  usage: 'registry import FILE.csv [--replace] [--language zh|en]',
  takes: 'one',
  does: 'Takes a file of the legal-entity register in; with one bad line nothing is imported and all are listed. --replace: the file is the whole register, and entities that it does not name are removed',
  async run(context) {
    const [file] = context.args;
    if (!file) throw new UsageError('Which file?');
    const language: Language = context.options.language === 'zh' ? 'zh' : 'en';
    const { db } = await context.database();
    try {
      const report = await importRegisterFile(db, file, {
        actor: 'operator',
        now: context.now(),
        replace: context.options.replace === true,
        onProgress: (lines) => context.tell(`${lines} …`),
      });
      const { lines, added, updated, removed, suspicious, suspiciousCount } = report;
      for (const { line } of suspicious) {
        context.tell(badLineText({ line, problem: 'uscc-check-digit' }, language));
      }
      if (suspiciousCount > suspicious.length)
        context.tell(`… and ${suspiciousCount - suspicious.length} more`);
      context.say(`${lines} lines: ${added} entities added, ${updated} updated, ${removed} removed.`);
      return 0;
    } catch (error) {
      if (error instanceof BadTableFile) {
        for (const bad of error.bad) context.tell(badLineText(bad, language));
      }
      throw error;
    }
  },
};
