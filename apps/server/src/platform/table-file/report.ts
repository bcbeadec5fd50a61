/** What is said about the lines of a file, in both languages. */
import type { Language } from '@certdesk/contract';
import type { BadLine, FileProblem } from './bad-lines.ts';
import type { Columns } from './columns.ts';
import type { Sheets } from './table-file.ts';

/** What follows “Line 7 (column)”: `{other}` and `{text}` are filled in. */
export type Sentences<Problem extends string> = Readonly<Record<Problem, Readonly<Record<Language, string>>>>;

/** What may be wrong with any file. Each list has these among its own. */
export const fileSentences: Sentences<FileProblem> = {
  encoding: {
    zh: '不是 UTF-8 编码，其后的内容没有检查；请另存为“CSV UTF-8”',
    en: 'is not UTF-8, and what follows was not checked; save the file as “CSV UTF-8”',
  },
  quotes: {
    zh: '引号使用不正确；含引号的内容须整体加引号，其中的引号写两遍',
    en: 'has a stray quotation mark; quote the whole cell and write each quotation mark in it twice',
  },
  'line-open': {
    zh: '过长，或引号没有结束；其后的内容没有检查',
    en: 'is too long, or a quotation mark in it is never closed; what follows was not checked',
  },
  'heading-unknown': {
    zh: '有不认识的列名“{text}”；各列以逗号分隔',
    en: 'has a heading that is not known, “{text}”; columns are separated by commas',
  },
  'heading-twice': { zh: '列名重复', en: 'has this heading twice' },
  'heading-missing': { zh: '缺少这一列', en: 'lacks this heading' },
  'cell-typed': {
    zh: '单元格不是文本，而是数字、日期或逻辑值，其前导零或末位数字可能已被表格软件改动；请把该列设为文本后重新填写',
    en: 'holds a number, a date or a truth value, of which the spreadsheet may have dropped zeros or digits; make the column text and fill it in again',
  },
  'cell-error': {
    zh: '单元格是公式错误（{text}）',
    en: 'holds an error of the spreadsheet ({text})',
  },
  'cell-uncalculated': {
    zh: '单元格是没有计算结果的公式；请在 Excel 中打开并保存',
    en: 'holds a formula without its result; open the file in Excel and save it',
  },
  'columns-few': { zh: '列数少于表头', en: 'has fewer columns than the header' },
  'columns-many': { zh: '列数多于表头', en: 'has more columns than the header' },
  invisible: {
    zh: '含有换行、控制字符或不可见字符',
    en: 'contains a line break, a control character or an invisible one',
  },
  damaged: {
    zh: '含有转码时已损坏的字符（�）',
    en: 'contains a character that an earlier conversion has damaged (�)',
  },
};

/** Which sheet of a workbook was read, and which were not. */
export function sheetsText({ read, others }: Sheets, language: Language): string {
  const quoted = others.map((name) => `“${printable(name)}”`);
  return language === 'zh'
    ? `读取了工作表“${printable(read)}”；没有读取：${quoted.join('、')}`
    : `The sheet “${printable(read)}” was read; not read: ${quoted.join(', ')}`;
}

/** How the lines of one kind of list are reported. @returns a line of the report */
export function reporter<Problem extends string>(
  sentences: Sentences<Problem>,
  columns: Pick<Columns<string>, 'title'>,
): (bad: BadLine<Problem>, language: Language) => string {
  return ({ line, problem, column, other, text }, language) => {
    const said = sentences[problem][language]
      .replace('{other}', () => String(other ?? '–'))
      .replace('{text}', () => printable(text ?? '–'));
    const title = column && columns.title(column, language);
    return language === 'zh'
      ? `第 ${line} 行${title ? `（${title}）` : ''}：${said}`
      : `Line ${line}${title ? ` (${title})` : ''} ${said}`;
  };
}

/** Short, and without what would play tricks with a terminal. */
function printable(text: string): string {
  const plain = text.replace(/\p{C}/gu, '\u{FFFD}');
  return plain.length > 40 ? `${plain.slice(0, 40)}…` : plain;
}
