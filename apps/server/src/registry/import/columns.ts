import { type IdentityKind, identityKinds } from '@certdesk/contract';

/** What a column of a register file may hold. */
export type Column = 'name' | 'state' | 'division' | IdentityKind;

/** How spreadsheets made by Chinese offices head these columns; the code's own names are taken too, in any case. */
const chinese: Readonly<Record<string, Column>> = {
  单位名称: 'name',
  名称: 'name',
  状态: 'state',
  行政区划: 'division',
  统一社会信用代码: 'uscc',
  组织机构代码: 'organizationCode',
  工商注册号: 'businessLicense',
  税务登记号: 'taxRegistration',
  社保号: 'socialInsurance',
  公积金号: 'housingFund',
};

const own = new Map<string, Column>(
  (['name', 'state', 'division', ...identityKinds] as const).map((column) => [column.toLowerCase(), column]),
);

/** The column that a heading means, or undefined. */
export function columnOf(heading: string): Column | undefined {
  const text = heading.normalize('NFKC').trim();
  return own.get(text.toLowerCase()) ?? chinese[text];
}
