import type {
  Case,
  CertificateSummary,
  ComparisonRow,
  DeskInfo,
  RenewalCase,
  RenewalOffer,
  ServicePoint,
  Session,
} from '@certdesk/contract';

/** Made-up company, certificates and cases for tests of the pages. */
export const digestOf = (letter: string) => letter.repeat(64);
export const caseId = '7d9c1f3e-0c1b-4a53-9d3c-2b1f5a6c7d8e';

const numbers: CertificateSummary['identityNumbers'] = [
  { kind: 'uscc', value: '91310000631291289X' },
  { kind: 'socialInsurance', value: '0031228941' },
];
const housingFund = { kind: 'housingFund', value: '100288375512' } as const;

export const oldCertificate: CertificateSummary = {
  digest: digestOf('a'),
  serialNumber: '4f2c91d07b33aa1058e6',
  entityName: '上海示例贸易有限公司',
  identityNumbers: numbers,
  issuer: 'Certdesk Demo CA',
  notBefore: '2026-01-15T16:00:00Z',
  notAfter: '2027-01-15T15:59:59Z',
  state: 'in-force',
  expired: false,
};

export const newCertificate: CertificateSummary = {
  ...oldCertificate,
  digest: digestOf('b'),
  serialNumber: '71b8e6024cd9f5a3301d',
  identityNumbers: [...numbers, housingFund],
  notBefore: '2026-11-24T02:02:00Z',
  notAfter: '2028-01-15T15:59:59Z',
};

export const session: Session = {
  mode: 'full',
  certificate: oldCertificate,
  entity: { name: oldCertificate.entityName },
  expiresAt: '2026-11-24T14:00:00Z',
};

export const desk: Omit<DeskInfo, 'assistant'> = {
  name: { zh: '证书自助服务', en: 'Certificate self-service' },
  services: { renewal: true, amendment: true, seal: false, unlock: false },
  served: null,
  maintenance: false,
};

/** As the desk would answer for any division: nearest first is its matter, not that of the pages. */
export const points: readonly ServicePoint[] = [
  ['浦东受理点', '浦东新区示例路 100 号', '021-5555 0100', '310115', '浦东新区'],
  ['静安受理点', '静安区示范街 8 号', '021-5555 0200 转 2', '310106', '静安区'],
  ['徐汇受理点', '徐汇区示范北路 100 号', '021-5555 0300', '310104', '徐汇区'],
  ['黄浦受理点', '黄浦区示例路 1 号', '021-5555 0400', '310101', '黄浦区'],
  ['长宁受理点', '长宁区样板路 599 号', '021-5555 0500', '310105', '长宁区'],
  ['苏州受理点', '苏州市吴中区样例街 36 号', '0512-5555 0600', '320506', '苏州市吴中区'],
].map(([name = '', address = '', phone = '', division = '', district = '']) => ({
  name,
  address,
  hours: '工作日 9:00–16:30',
  phone,
  district: { division, name: district },
  position: { latitude: 31.2, longitude: 121.4 },
  distance: null,
}));

export const offer: RenewalOffer = {
  certificate: oldCertificate,
  renewable: 'now',
  from: '2026-10-15T16:00:00Z',
  twin: false,
  openCase: null,
  agreement: {
    version: '2026-1',
    digest: digestOf('c'),
    text: {
      zh: Array(8)
        .fill('第一条　证书仅供本单位办理业务使用。订户应妥善保管介质和密码，发现遗失应立即通知证书机构。')
        .map((text: string, at) => `${at + 1}. ${text}`)
        .join('\n'),
      en: Array(8)
        .fill(
          'The certificate is for this company’s own business. The subscriber keeps the key and its PIN safe.',
        )
        .map((text: string, at) => `${at + 1}. ${text}`)
        .join('\n'),
    },
  },
};

const same = (kind: ComparisonRow['kind'], group: ComparisonRow['group'], value: string): ComparisonRow => ({
  kind,
  group,
  certificate: value,
  register: value,
  result: 'same',
  offer: null,
});

export const matching: ComparisonRow[] = [
  same('name', 'unit', oldCertificate.entityName),
  same('uscc', 'unit', '91310000631291289X'),
  same('socialInsurance', 'socialInsurance', '0031228941'),
  {
    ...same('housingFund', 'housingFund', '100288375512'),
    certificate: null,
    result: 'only-register',
    offer: 'open',
  },
];

export const differing: ComparisonRow[] = matching.map((row) =>
  row.kind === 'socialInsurance' ? { ...row, register: '0031228947', result: 'differs' } : row,
);

export const comparison = (rows: ComparisonRow[]): NonNullable<Case['comparison']> => ({
  digest: digestOf('d'),
  askedAt: '2026-11-24T02:00:00Z',
  origin: { register: 'table', reference: 'import-1', saidAt: '2026-11-23T16:00:00Z' },
  rows,
  groups: ['unit', 'socialInsurance', 'housingFund'],
  warnings: [],
});

/** Certificate and register say the same, and no more. */
export const agreed = comparison(matching.filter(({ offer }) => offer === null));

export const checking: RenewalCase = {
  id: caseId,
  number: 'R2611-000417',
  journey: 'renewal',
  state: 'checking',
  open: true,
  next: 'confirm',
  canCancel: true,
  createdAt: '2026-11-24T02:00:00.000Z',
  updatedAt: '2026-11-24T02:00:00.000Z',
  endsAt: '2026-12-24T02:00:00Z',
  entityName: oldCertificate.entityName,
  certificate: oldCertificate,
  comparison: comparison(matching),
  referral: null,
  added: [],
  declined: [],
  twin: null,
  terms: [
    { years: 1, notAfter: '2028-01-15T15:59:59Z' },
    { years: 2, notAfter: '2029-01-15T15:59:59Z' },
    { years: 3, notAfter: '2030-01-15T15:59:59Z' },
  ],
  years: null,
  agreement: { version: '2026-1', digest: digestOf('c') },
  progress: null,
  awaited: null,
  newCertificate: null,
  samePair: null,
  leftovers: false,
  history: [
    { at: '2026-11-24T02:00:00Z', event: 'opened', from: null, to: 'registry-silent' },
    { at: '2026-11-24T02:00:01Z', event: 'register-matched', from: 'registry-silent', to: 'checking' },
  ],
};

const over = { open: false, next: 'nothing', canCancel: false, endsAt: null } as const;

const done = {
  ...checking,
  ...over,
  state: 'done',
  added: [housingFund],
  years: 1,
  newCertificate,
  history: [
    ...checking.history,
    { at: '2026-11-24T02:01:00Z', event: 'confirmed', from: 'checking', to: 'confirmed' },
    { at: '2026-11-24T02:01:01Z', event: 'term-chosen', from: 'confirmed', to: 'ordered' },
    { at: '2026-11-24T02:02:00Z', event: 'proved', from: 'issued', to: 'proved' },
    { at: '2026-11-24T02:02:02Z', event: 'tidied', from: 'proved', to: 'done' },
  ],
} as const satisfies Partial<RenewalCase>;

/** The case in each of its states. */
export const cases = {
  checking,
  silent: { ...checking, state: 'registry-silent', next: 'wait', comparison: null },
  ordered: { ...checking, state: 'ordered', next: 'write', years: 2, declined: ['housingFund'] },
  writing: {
    ...checking,
    state: 'issued',
    next: 'write',
    years: 2,
    progress: { step: 'write', at: '2026-11-24T02:01:00Z' },
  },
  proved: {
    ...checking,
    state: 'proved',
    next: 'write',
    canCancel: false,
    years: 2,
    newCertificate,
    progress: { step: 'tidy', at: '2026-11-24T02:01:00Z' },
  },
  awaited: {
    ...checking,
    state: 'issuing',
    next: 'wait',
    years: 2,
    progress: { step: 'issue', at: '2026-11-24T02:01:00Z' },
    awaited: { since: '2026-11-24T02:01:00Z', again: '2026-11-24T02:31:00Z' },
  },
  attention: { ...checking, state: 'attention', next: 'service-point', years: 2 },
  refused: {
    ...checking,
    state: 'attention',
    next: 'service-point',
    years: 2,
    referral: 'authority-refused',
  },
  mismatch: {
    ...checking,
    ...over,
    state: 'referred',
    next: 'service-point',
    referral: 'mismatch',
    comparison: comparison(differing),
  },
  unknown: { ...checking, ...over, state: 'referred', next: 'service-point', referral: 'unknown-entity' },
  elsewhere: {
    ...checking,
    ...over,
    state: 'referred',
    next: 'service-point',
    referral: 'region-not-served',
  },
  closed: { ...checking, ...over, state: 'referred', next: 'service-point', referral: 'closed-entity' },
  done,
  doneTwins: {
    ...done,
    twin: {
      certificate: { ...oldCertificate, serialNumber: '2b11f0a3c97d20418842' },
      newCertificate: { ...newCertificate, serialNumber: '3c9920af7718be04d121' },
      oldKey: 'on-key',
    },
  },
  checkingTwins: {
    ...checking,
    comparison: agreed,
    twin: {
      certificate: { ...oldCertificate, serialNumber: '2b11f0a3c97d20418842' },
      newCertificate: null,
      oldKey: null,
    },
    samePair: 'possible',
  },
  cancelled: { ...checking, ...over, state: 'cancelled', leftovers: true },
} satisfies Record<string, RenewalCase>;
