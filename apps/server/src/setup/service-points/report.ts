/** The columns of a file of service points, and what is said about its lines, in both languages. */
import type { BadLine } from '../../platform/table-file/bad-lines.ts';
import { Columns } from '../../platform/table-file/columns.ts';
import { fileSentences, reporter } from '../../platform/table-file/report.ts';

export type Column =
  | 'name'
  | 'address'
  | 'hours'
  | 'phone'
  | 'division'
  | 'district'
  | 'latitude'
  | 'longitude';

export const pointColumns = new Columns<Column>([
  ['name', '名称', '受理点', '受理点名称'],
  ['address', '地址'],
  ['hours', '受理时间', '办公时间', '时间'],
  ['phone', '电话', '联系电话'],
  ['division', '行政区划', '行政区划代码'],
  ['district', '区县', '区', '所在区县'],
  ['latitude', '纬度'],
  ['longitude', '经度'],
]);

/** Without these a line is no service point; the position may be unknown. */
export const neededColumns = ['name', 'address', 'hours', 'phone', 'division', 'district'] as const;

const sentences = {
  ...fileSentences,
  'no-points': {
    zh: '之后没有任何受理点；空的名单不会导入',
    en: 'is followed by no service point; an empty list is not taken',
  },
  empty: { zh: '没有填写', en: 'is empty' },
  long: { zh: '超过 {text} 个字符', en: 'is longer than {text} characters' },
  'phone-form': {
    zh: '不是一个电话号码（如 021-5550-0101、400 820 0101 转 2）',
    en: 'is not one telephone number (as 021-5550-0101, +86 21 5550 0101 ext. 2)',
  },
  'division-form': { zh: '行政区划不是六位数字（GB/T 2260）', en: 'is not six digits (GB/T 2260)' },
  'district-differs': {
    zh: '同一行政区划在第 {other} 行叫另一个名称',
    en: 'names the district otherwise than line {other} does for the same division',
  },
  'latitude-form': {
    zh: '不是 -90 至 90 的十进制度数（WGS 84）',
    en: 'is not a number of decimal degrees from -90 to 90 (WGS 84)',
  },
  'longitude-form': {
    zh: '不是 -180 至 180 的十进制度数（WGS 84）',
    en: 'is not a number of decimal degrees from -180 to 180 (WGS 84)',
  },
  'position-half': {
    zh: '纬度和经度只填了一个',
    en: 'has a latitude without a longitude, or the other way round',
  },
  duplicate: { zh: '名称与第 {other} 行相同', en: 'has the name that line {other} has too' },
};

export type PointProblem = keyof typeof sentences;

export const pointProblems = Object.keys(sentences) as PointProblem[];

/** What is wrong with one line of a file of service points. */
export type BadPointLine = BadLine<PointProblem>;

/** A line of the report. */
export const badPointText = reporter(sentences, pointColumns);
