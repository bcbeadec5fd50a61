import type { IdentityNumber } from '@certdesk/contract';

/** The companies of the demo, one for each way that a renewal or an amendment can go. All of them are invented. */
export interface DemoCompany {
  /** Of the key's file. */
  readonly key: string;
  readonly name: string;
  /** What becomes of it, for whoever tries the demo. */
  readonly shows: string;
  readonly pin: string;
  /** Days until the certificate ends; negative: since it ended. */
  readonly daysLeft: number;
  /** In the certificate. */
  readonly numbers: readonly IdentityNumber[];
  /** Where the register says something else, or more. */
  readonly register?: Partial<Record<IdentityNumber['kind'], string>>;
  readonly locked?: boolean;
  /** With an encryption certificate beside the signing certificate. */
  readonly twin?: boolean;
}

export const demoCompanies: readonly DemoCompany[] = [
  {
    key: 'example-trading',
    name: '上海示例贸易有限公司',
    shows: '可以更新 · can be renewed',
    pin: '12345678',
    daysLeft: 40,
    numbers: [
      { kind: 'uscc', value: '91310106669433828F' },
      { kind: 'socialInsurance', value: '00123456' },
      { kind: 'housingFund', value: '880012345678' },
    ],
  },
  {
    key: 'twin-hospital',
    name: '上海双证医院',
    shows: '签名、加密双证书 · signing and encryption certificates',
    pin: '24681357',
    daysLeft: 35,
    numbers: [
      { kind: 'uscc', value: '12310000425000123B' },
      { kind: 'socialInsurance', value: '00246813' },
    ],
    twin: true,
  },
  {
    key: 'expired-studio',
    name: '苏州过期设计工作室',
    shows: '已过期，仍可更新 · expired, may still be renewed',
    pin: '22334455',
    daysLeft: -20,
    numbers: [
      { kind: 'uscc', value: '91350100M000100Y43' },
      { kind: 'socialInsurance', value: '00654321' },
    ],
  },
  {
    key: 'moved-school',
    name: '杭州样例职业学校',
    shows: '社保号与法人库不一致 · social insurance number differs from the register',
    pin: '55667788',
    daysLeft: 25,
    numbers: [
      { kind: 'uscc', value: '12100000000018032A' },
      { kind: 'socialInsurance', value: '00777001' },
    ],
    register: { socialInsurance: '00777002' },
  },
  {
    key: 'locked-factory',
    name: '宁波锁定机械厂',
    shows: '介质已锁定 · the key is locked',
    pin: '99887766',
    daysLeft: 60,
    numbers: [{ kind: 'uscc', value: '91310000631291289X' }],
    locked: true,
  },
  {
    key: 'early-hotel',
    name: '南京尚早酒店管理有限公司',
    shows: '还不到更新时间 · too early to renew',
    pin: '13572468',
    daysLeft: 500,
    numbers: [{ kind: 'uscc', value: '115300000151003540' }],
  },
  {
    key: 'amendment-bakery',
    name: '上海添证食品有限公司',
    shows: '可以添加社保号、公积金号 · social insurance and housing fund numbers can be added',
    pin: '86420975',
    daysLeft: 300,
    numbers: [{ kind: 'uscc', value: '91310104MA1FR2Y36T' }],
    register: { socialInsurance: '00314159', housingFund: '880031415926' },
  },
  {
    key: 'twin-amendment-clinic',
    name: '上海双证添证门诊部',
    shows: '双证书，可以添加公积金号 · two certificates, a housing fund number can be added',
    pin: '97531864',
    daysLeft: 200,
    numbers: [
      { kind: 'uscc', value: '12310105425017772E' },
      { kind: 'socialInsurance', value: '00271828' },
    ],
    register: { housingFund: '880027182818' },
    twin: true,
  },
  {
    key: 'incomplete-restaurant',
    name: '上海缺证餐饮有限公司',
    shows: '可以更新，同时添加证件 · can be renewed, and numbers added with it',
    pin: '75319864',
    daysLeft: 45,
    numbers: [{ kind: 'uscc', value: '91310109MA1G5K6H2F' }],
    register: { socialInsurance: '00161803', housingFund: '880016180339' },
  },
];

/** What stands in a certificate of the demo. */
export type CertifiedCompany = Pick<DemoCompany, 'name' | 'daysLeft' | 'numbers'>;

/**
 * The company of whoever tries the desk with a key of his own: `demo certificate` puts it there. Due for renewal, and far
 * enough from its end for an amendment.
 */
export const ownKeyCompany: CertifiedCompany & Pick<DemoCompany, 'register'> = {
  name: '上海自备介质科技有限公司',
  daysLeft: 60,
  numbers: [
    { kind: 'uscc', value: '91310115MA1EXMPQ33' },
    { kind: 'socialInsurance', value: '00888123' },
  ],
  register: { housingFund: '880088812345' },
};
