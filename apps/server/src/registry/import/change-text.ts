/** What an import changes, said in both languages. */
import type { Language } from '@certdesk/contract';
import { registerColumns } from './columns.ts';
import type { ImportReport } from './import.ts';
import type { FieldChange, RegisterChange } from './list.ts';

const kinds: Readonly<Record<RegisterChange['kind'], Readonly<Record<Language, string>>>> = {
  added: { zh: '新增', en: 'added' },
  changed: { zh: '变更', en: 'changed' },
  removed: { zh: '移除', en: 'removed' },
};

export function changeKindText(kind: RegisterChange['kind'], language: Language): string {
  return kinds[kind][language];
}

/** One field, old and new; of an entity that is new or gone, what it has or had. */
export function fieldText(
  { field, before, after }: FieldChange,
  kind: RegisterChange['kind'],
  language: Language,
): string {
  const title = registerColumns.title(field, language);
  return kind === 'changed' ? `${title} ${before ?? '–'} → ${after ?? '–'}` : `${title} ${after ?? before}`;
}

/** A line of the list of changes. */
export function changeText({ kind, line, name, fields }: RegisterChange, language: Language): string {
  const what = fields.map((field) => fieldText(field, kind, language));
  return language === 'zh'
    ? `${kinds[kind].zh} ${name}${line === null ? '' : `（第 ${line} 行）`}：${what.join('，')}`
    : `${kinds[kind].en} ${name}${line === null ? '' : ` (line ${line})`}: ${what.join(', ')}`;
}

/** What an import came to, in numbers. */
export function summaryText(report: ImportReport, dryRun: boolean, language: Language): string {
  const { lines, added, changed, unchanged, removed } = report;
  if (language === 'zh') {
    const counts = `新增 ${added} 个单位，变更 ${changed} 个，不变 ${unchanged} 个，移除 ${removed} 个。`;
    return `${dryRun ? '试运行，没有改动任何内容。若导入：' : ''}共 ${lines} 行，${counts}`;
  }
  const counts = `${added} entities added, ${changed} changed, ${unchanged} unchanged, ${removed} removed.`;
  return `${dryRun ? 'Dry run, nothing was changed. An import would be: ' : ''}${lines} lines: ${counts}`;
}
