import type { Language } from '@certdesk/contract';
import { BadTableFile } from '../platform/table-file/bad-lines.ts';
import { type Changes, isNothing, shown } from '../setup/service-points/changes.ts';
import { readPointsFile } from '../setup/service-points/file.ts';
import { importPoints } from '../setup/service-points/import.ts';
import { currentList, pointsOf } from '../setup/service-points/list.ts';
import { badPointText, type PointProblem } from '../setup/service-points/report.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';

/** Puts a list of service points in the place of the one before; bad lines are listed with their numbers. */
export const servicePointsImport: Command = {
  usage: 'service-points import FILE [--dry-run] [--language zh|en]',
  takes: 'one',
  does: 'Puts a list of service points, CSV or XLSX, in the place of the one before, which is kept, after listing what changes; with one bad line nothing is imported and all are listed. --dry-run: only lists',
  async run(context) {
    const [path] = context.args;
    if (!path) throw new UsageError('Which file?');
    const dryRun = context.options['dry-run'] === true;
    const file = await readPointsFile(path).catch((error: unknown) => {
      if (error instanceof BadTableFile) tellBad(context, error);
      throw error;
    });
    const { db } = await context.database();
    const version = await importPoints(db, file, {
      actor: 'operator',
      now: context.now(),
      dryRun,
      onChanges: (changes) => sayChanges(context, changes),
    });
    if (version !== null) context.say(`Version ${version} is in use: ${file.points.length} service points.`);
    else if (dryRun) context.say('Nothing was imported (--dry-run).');
    return 0;
  },
};

/** The list in use, and where it came from. */
export const servicePointsList: Command = {
  usage: 'service-points list [--json]',
  does: 'Lists the service points that holders are shown, and which import they came with',
  async run(context) {
    const { db } = await context.database();
    const list = await currentList(db);
    if (!list) {
      context.tell('There is no list of service points yet.');
      return 0;
    }
    const points = await pointsOf(db, list.version);
    if (context.options.json === true) context.say(JSON.stringify({ ...list, points }));
    else {
      const at = list.importedAt.toISOString();
      context.say(
        `version ${list.version}, ${list.source}, sha256 ${list.digest}, ${at}, ${list.importedBy}`,
      );
      for (const point of points) {
        const { division, district, name, address, hours, phone } = point;
        const position = shown(point, 'position');
        context.say([division, district, name, address, hours, phone, position].join('\t'));
      }
    }
    return 0;
  },
};

function tellBad(context: CommandContext, { bad }: BadTableFile<PointProblem>): void {
  const language: Language = context.options.language === 'zh' ? 'zh' : 'en';
  for (const one of bad) context.tell(badPointText(one, language));
}

function sayChanges(context: CommandContext, changes: Changes): void {
  if (isNothing(changes)) context.say('The list says what is in use already: nothing changes.');
  for (const { name, address } of changes.added) context.say(`+ ${name}\t${address}`);
  for (const { name, address } of changes.removed) context.say(`- ${name}\t${address}`);
  for (const { before, after, fields } of changes.changed) {
    for (const field of fields) {
      context.say(`~ ${after.name}\t${field}: ${shown(before, field)} → ${shown(after, field)}`);
    }
  }
}
