import type { Language } from '@certdesk/contract';
import type { RowProblem, RowWarning } from './row.ts';

/** What is wrong with one line of a file. */
export interface BadLine {
  /** As an editor counts, from 1; a line with a quoted line break counts where it begins. */
  readonly line: number;
  readonly problem: RowProblem;
  readonly column?: string;
  /** The line that it collides with. */
  readonly other?: number;
}

const problems: Record<RowProblem | RowWarning, { zh: string; en: string }> = {
  columns: { zh: '列数与表头不一致', en: 'has not as many columns as the header' },
  'name-missing': { zh: '没有单位名称', en: 'has no name' },
  'name-long': { zh: '单位名称超过 200 个字符', en: 'has a name of more than 200 characters' },
  'state-unknown': {
    zh: '状态不是 active 或 closed（存续、注销）',
    en: 'has a state that is neither active nor closed',
  },
  'division-form': { zh: '行政区划不是六位数字', en: 'has a division that is not six digits' },
  'number-missing': { zh: '没有任何证件号码', en: 'has no identity number at all' },
  'number-form': {
    zh: '号码只能含数字、大写字母和连字符，最多 64 位',
    en: 'has a number with other than digits, letters and hyphens, or too long',
  },
  'uscc-form': {
    zh: '统一社会信用代码不是 18 位规定字符',
    en: 'has a unified code that is not 18 characters of its alphabet',
  },
  duplicate: { zh: '号码与第 {other} 行重复', en: 'has a number that line {other} has too' },
  'two-entities': {
    zh: '号码在法人库中属于两个不同的单位',
    en: 'has numbers that belong to different entities of the register',
  },
  controls: { zh: '含有控制字符', en: 'contains control characters' },
  'uscc-check-digit': {
    zh: '统一社会信用代码校验位不符，已导入，请核实',
    en: 'has a unified code whose check digit does not fit; it was taken, please verify',
  },
};

/** A line of the report. */
export function badLineText(
  { line, problem, column, other }: Omit<BadLine, 'problem'> & { problem: RowProblem | RowWarning },
  language: Language,
): string {
  const said = problems[problem][language].replace('{other}', String(other ?? ''));
  const where = column ? (language === 'zh' ? `（${column}）` : ` (${column})`) : '';
  return language === 'zh' ? `第 ${line} 行${where}：${said}` : `Line ${line}${where} ${said}`;
}
