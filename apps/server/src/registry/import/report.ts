/** What is said about the lines of a register file, in both languages. */
import type { Language } from '@certdesk/contract';
import { type Column, columnTitle } from './columns.ts';

const sentences = {
  // ── the file ──
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
  'heading-no-number': { zh: '没有任何证件号码列', en: 'has no heading of an identity number' },
  'no-lines': { zh: '之后没有任何单位', en: 'is followed by no entity' },
  // ── a line ──
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
  'name-missing': { zh: '没有单位名称', en: 'has no name' },
  'name-long': { zh: '单位名称超过 200 个字符', en: 'has a name of more than 200 characters' },
  'state-unknown': {
    zh: '状态不是 active 或 closed（存续、在业、正常、注销、吊销）',
    en: 'has a state that is neither active nor closed',
  },
  'division-form': { zh: '行政区划不是六位数字', en: 'has a division that is not six digits' },
  'number-missing': { zh: '没有任何证件号码', en: 'has no identity number at all' },
  'number-form': {
    zh: '号码含有不允许的字符，或超过 64 位',
    en: 'has a number with characters that are not allowed, or of more than 64',
  },
  'number-rounded': {
    zh: '号码已被电子表格改成科学记数法；请把该列设为文本后重新填写',
    en: 'has a number that the spreadsheet turned into a power of ten; make the column text and fill it in again',
  },
  'uscc-form': {
    zh: '统一社会信用代码不是 18 位规定字符',
    en: 'has a unified code that is not 18 characters of its alphabet',
  },
  'organization-code-form': {
    zh: '组织机构代码不是 9 位数字或字母',
    en: 'has an organisation code that is not 9 digits or letters',
  },
  // ── a line beside others ──
  duplicate: { zh: '号码与第 {other} 行重复', en: 'has a number that line {other} has too' },
  'same-entity': {
    zh: '与第 {other} 行在法人库中是同一单位',
    en: 'names the same entity of the register as line {other}',
  },
  'two-entities': {
    zh: '号码在法人库中属于不同的单位',
    en: 'has numbers that belong to different entities of the register',
  },
  // ── taken all the same ──
  'uscc-check-digit': {
    zh: '统一社会信用代码校验位不符，已导入，请核实',
    en: 'has a unified code whose check digit does not fit; it was taken, please verify',
  },
} satisfies Record<string, { zh: string; en: string }>;

export type LineProblem = keyof typeof sentences;

export const lineProblems = Object.keys(sentences) as LineProblem[];

/** What is wrong with one line of a file. */
export interface BadLine {
  /** As an editor counts, from 1; a line with a quoted line break counts where it begins. */
  readonly line: number;
  readonly problem: LineProblem;
  readonly column?: Column;
  /** The line that it collides with. */
  readonly other?: number;
  /** What stands there. */
  readonly text?: string;
}

/** A line of the report. */
export function badLineText({ line, problem, column, other, text }: BadLine, language: Language): string {
  const said = sentences[problem][language]
    .replace('{other}', () => String(other ?? '–'))
    .replace('{text}', () => printable(text ?? '–'));
  const title = column && columnTitle(column, language);
  return language === 'zh'
    ? `第 ${line} 行${title ? `（${title}）` : ''}：${said}`
    : `Line ${line}${title ? ` (${title})` : ''} ${said}`;
}

/** Short, and without what would play tricks with a terminal. */
function printable(text: string): string {
  const plain = text.replace(/\p{C}/gu, '\u{FFFD}');
  return plain.length > 40 ? `${plain.slice(0, 40)}…` : plain;
}
