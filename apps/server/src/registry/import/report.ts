/** What is said about the lines of a register file, in both languages. */
import type { BadLine } from '../../platform/table-file/bad-lines.ts';
import { fileSentences, reporter } from '../../platform/table-file/report.ts';
import { registerColumns } from './columns.ts';

const sentences = {
  ...fileSentences,
  // ── the file ──
  'heading-no-number': { zh: '没有任何证件号码列', en: 'has no heading of an identity number' },
  'no-lines': { zh: '之后没有任何单位', en: 'is followed by no entity' },
  // ── a line ──
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
    zh: '统一社会信用代码校验位不符，仍会导入，请核实',
    en: 'has a unified code whose check digit does not fit; it is taken all the same, please verify',
  },
};

export type LineProblem = keyof typeof sentences;

export const lineProblems = Object.keys(sentences) as LineProblem[];

/** What is wrong with one line of a register file. */
export type BadRegisterLine = BadLine<LineProblem>;

/** A line of the report. */
export const badLineText = reporter(sentences, registerColumns);
