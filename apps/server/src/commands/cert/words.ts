/** Names of things in certificates, for people: certdesk's words where it has any, the field's otherwise. */
import type { Language } from '@certdesk/contract';
import { day, minute } from '@certdesk/contract/format';
import type { KeyDescription, SignatureState } from '@certdesk/pki';
import type { ReportedCertificate, ReportedCrl, ReportedOther, ReportedRevocation } from './report.ts';

type Words = Readonly<Record<string, { readonly zh: string; readonly en: string }>>;

const attributes: Words = {
  CN: { zh: '名称 CN', en: 'common name CN' },
  SN: { zh: '姓 SN', en: 'surname SN' },
  serialNumber: { zh: '编号 serialNumber', en: 'serialNumber' },
  C: { zh: '国家 C', en: 'country C' },
  L: { zh: '城市 L', en: 'locality L' },
  ST: { zh: '省份 ST', en: 'province ST' },
  street: { zh: '街道 street', en: 'street' },
  O: { zh: '单位 O', en: 'organisation O' },
  OU: { zh: '部门 OU', en: 'unit OU' },
  title: { zh: '职务 title', en: 'title' },
  description: { zh: '说明 description', en: 'description' },
  postalCode: { zh: '邮编 postalCode', en: 'postal code' },
  telephoneNumber: { zh: '电话 telephoneNumber', en: 'telephone' },
  givenName: { zh: '名 givenName', en: 'given name' },
  organizationIdentifier: { zh: '单位标识 organizationIdentifier', en: 'organizationIdentifier' },
  UID: { zh: '用户标识 UID', en: 'user id UID' },
  DC: { zh: '域 DC', en: 'domain DC' },
  emailAddress: { zh: '邮箱 emailAddress', en: 'e-mail address' },
};

const extensions: Words = {
  '2.5.29.9': { zh: '主体目录属性', en: 'subject directory attributes' },
  '2.5.29.14': { zh: '主体密钥标识符', en: 'subject key identifier' },
  '2.5.29.15': { zh: '密钥用法', en: 'key usage' },
  '2.5.29.16': { zh: '私钥使用期', en: 'private key usage period' },
  '2.5.29.17': { zh: '主体备用名称', en: 'subject alternative name' },
  '2.5.29.18': { zh: '签发者备用名称', en: 'issuer alternative name' },
  '2.5.29.19': { zh: '基本限制', en: 'basic constraints' },
  '2.5.29.30': { zh: '名称限制', en: 'name constraints' },
  '2.5.29.31': { zh: 'CRL 分发点', en: 'CRL distribution points' },
  '2.5.29.32': { zh: '证书策略', en: 'certificate policies' },
  '2.5.29.33': { zh: '策略映射', en: 'policy mappings' },
  '2.5.29.35': { zh: '签发者密钥标识符', en: 'authority key identifier' },
  '2.5.29.36': { zh: '策略限制', en: 'policy constraints' },
  '2.5.29.37': { zh: '扩展密钥用法', en: 'extended key usage' },
  '2.5.29.46': { zh: '最新 CRL', en: 'freshest CRL' },
  '1.3.6.1.5.5.7.1.1': { zh: '签发者信息访问', en: 'authority information access' },
  '1.3.6.1.5.5.7.1.11': { zh: '主体信息访问', en: 'subject information access' },
  '2.16.840.1.113730.1.1': { zh: 'Netscape 证书类型', en: 'Netscape certificate type' },
  '1.3.6.1.4.1.311.20.2': { zh: 'Microsoft 证书模板', en: 'Microsoft certificate template' },
  '1.3.6.1.4.1.11129.2.4.2': { zh: '证书透明度签名', en: 'certificate transparency' },
};

const usages: Words = {
  digitalSignature: { zh: '数字签名', en: 'digital signature' },
  nonRepudiation: { zh: '不可否认（签署文件）', en: 'non-repudiation (signing documents)' },
  keyEncipherment: { zh: '加密密钥', en: 'enciphering keys' },
  dataEncipherment: { zh: '加密数据', en: 'enciphering data' },
  keyAgreement: { zh: '密钥协商', en: 'key agreement' },
  keyCertSign: { zh: '签发证书', en: 'signing certificates' },
  cRLSign: { zh: '签发吊销列表', en: 'signing revocation lists' },
  encipherOnly: { zh: '协商后仅加密', en: 'enciphering only' },
  decipherOnly: { zh: '协商后仅解密', en: 'deciphering only' },
  serverAuth: { zh: '服务器认证', en: 'servers (TLS)' },
  clientAuth: { zh: '客户端认证', en: 'clients (TLS, sign-in)' },
  codeSigning: { zh: '代码签名', en: 'signing programs' },
  emailProtection: { zh: '电子邮件', en: 'e-mail' },
  timeStamping: { zh: '时间戳', en: 'time-stamping' },
  ocspSigning: { zh: '签发 OCSP 状态', en: 'signing OCSP answers' },
  '2.5.29.37.0': { zh: '任何用途', en: 'any purpose' },
};

const kinds: Words = {
  uscc: { zh: '统一社会信用代码', en: 'unified social credit code' },
  organizationCode: { zh: '组织机构代码', en: 'organisation code' },
  businessLicense: { zh: '工商注册号', en: 'business licence number' },
  taxRegistration: { zh: '税务登记号', en: 'tax registration number' },
  socialInsurance: { zh: '社保号', en: 'social insurance number' },
  housingFund: { zh: '公积金号', en: 'housing fund number' },
};

const roles: Words = {
  authority: { zh: 'CA 证书（签发其他证书）', en: 'a CA’s certificate (issues others)' },
  signing: { zh: '签名证书', en: 'signing certificate' },
  encryption: { zh: '加密证书', en: 'encryption certificate' },
  both: { zh: '签名和加密共用的证书', en: 'for signing and encryption' },
  any: { zh: '未说明用途，可用于任何用途', en: 'not said, so for anything' },
  none: { zh: '既不用于签名也不用于加密', en: 'neither signing nor encryption' },
};

const reasons: Words = {
  unspecified: { zh: '未说明', en: 'unspecified' },
  keyCompromise: { zh: '密钥泄露', en: 'the key is in other hands' },
  cACompromise: { zh: 'CA 密钥泄露', en: 'the CA’s key is in other hands' },
  affiliationChanged: { zh: '从属关系改变', en: 'the holder’s affiliation changed' },
  superseded: { zh: '已被新证书取代', en: 'superseded by another certificate' },
  cessationOfOperation: { zh: '停止使用', en: 'no longer used' },
  certificateHold: { zh: '暂时冻结', en: 'on hold' },
  removeFromCRL: { zh: '已从列表移除', en: 'taken off the list' },
  privilegeWithdrawn: { zh: '权限被撤回', en: 'privilege withdrawn' },
  aACompromise: { zh: '属性机构密钥泄露', en: 'the attribute authority’s key is in other hands' },
};

const doubts: Readonly<Record<NonNullable<ReportedRevocation['why']>, { zh: string; en: string }>> = {
  'no-list': {
    zh: '仅凭此文件无法得知；用 --crl 指定吊销列表，或查询上述地址',
    en: 'the file alone does not say; name a list by --crl, or ask at the addresses above',
  },
  'issuer-absent': {
    zh: '不在吊销列表中，但签发者的证书不在此文件中，没有验证列表的签名',
    en: 'not in the list, whose signature was not checked: the issuer’s certificate is not in the file',
  },
  'other-issuer': { zh: '吊销列表是另一个签发者的', en: 'the list is another issuer’s' },
  'crl-signature': {
    zh: '吊销列表的签名不成立，不能作为依据',
    en: 'the signature of the list does not hold, so that it proves nothing',
  },
  'issuer-may-not': {
    zh: '签发者证书不允许签发吊销列表',
    en: 'the issuer’s certificate does not allow signing lists',
  },
  'not-yet': { zh: '吊销列表尚未生效', en: 'the list is from the future' },
  outdated: {
    zh: '不在吊销列表中，但列表已经过期，请取最新的列表',
    en: 'not in the list, which is out of date; get the latest one',
  },
  'not-about-it': {
    zh: '吊销列表不包括这一类证书',
    en: 'the list is not about certificates of this kind',
  },
  'not-understood': {
    zh: '吊销列表含有未知的关键扩展项，不能作为依据',
    en: 'the list has a critical extension that is not known here, so that it proves nothing',
  },
  'not-complete': {
    zh: '只有增量吊销列表，还需要完整的列表',
    en: 'it is a delta list; the complete one is needed too',
  },
  'delta-of-other': {
    zh: '增量吊销列表与完整列表不配套',
    en: 'the delta list does not belong to the complete one',
  },
};

const wordOf = (words: Words) => (key: string, language: Language) =>
  Object.hasOwn(words, key) ? (words[key]?.[language] ?? key) : key;

export const attributeLabel = wordOf(attributes);
export const extensionLabel = wordOf(extensions);
export const usageLabel = wordOf(usages);
export const kindLabel = wordOf(kinds);
export const roleLabel = wordOf(roles);
export const reasonLabel = wordOf(reasons);
export const isKnownExtension = (oid: string) => Object.hasOwn(extensions, oid);

/** What the report says besides. */
export interface Phrases {
  readonly colon: string;
  readonly comma: string;
  readonly file: string;
  readonly unusual: string;
  readonly types: Readonly<Record<'certificate' | 'request' | 'crl', string>>;
  readonly others: Readonly<Record<ReportedOther['what'] | 'extensions', string>>;
  readonly advice: Readonly<Partial<Record<ReportedOther['what'], string>>>;
  readonly subject: string;
  readonly numbers: string;
  readonly validity: string;
  readonly issuer: string;
  readonly serial: string;
  readonly purpose: string;
  readonly wanted: string;
  readonly names: string;
  readonly key: string;
  readonly signature: string;
  readonly policies: string;
  readonly ocsp: string;
  readonly crls: string;
  readonly caIssuers: string;
  readonly revocation: string;
  readonly crlNumber: string;
  readonly entries: string;
  readonly listState: Readonly<Record<ReportedCrl['state'], string>>;
  readonly fingerprints: string;
  readonly fingerprintOfKey: string;
  readonly keyUsage: string;
  readonly extendedKeyUsage: string;
  readonly critical: string;
  readonly selfSigned: string;
  readonly issuerAbsent: string;
  readonly signedBy: Readonly<Record<SignatureState, (place: number) => string>>;
  readonly requestSignature: Readonly<Record<SignatureState, string>>;
  readonly checkDigit: Readonly<Record<'fits' | 'differs', string>>;
  division(digits: string): string;
  readonly chains: string;
  readonly chainHolds: string;
  readonly chainBroken: string;
  readonly chainComplete: string;
  readonly chainOpen: string;
  number(place: number, count: number): string;
  reason(reason: string): string;
  from(begin: string, end: string): string;
  state(validity: ReportedCertificate['validity']): string;
  below(pathLength: number | null): string;
  keyOf(key: KeyDescription): string;
  octets(count: number): string;
  more(count: number): string;
  delta(base: string): string;
  listFrom(crl: ReportedCrl): string;
  revoked(revocation: ReportedRevocation): string;
}

const zh: Phrases = {
  colon: '：',
  comma: '，',
  file: '整个文件',
  unusual: '不寻常之处',
  types: { certificate: '证书', request: '证书请求', crl: '吊销列表' },
  others: {
    'public-key': '公钥（不是证书）',
    'private-key': '私钥',
    pkcs12: '带口令的证书包（PKCS#12，.p12 或 .pfx）',
    'signed-message': '签名消息，其中没有证书',
    unknown: '不是证书、请求或吊销列表',
    unreadable: '无法解读',
    extensions: '其他扩展项',
  },
  advice: {
    'private-key': '没有读取，也不显示。私钥不应与证书放在同一个文件里传递；如已传给他人，请更换密钥。',
    pkcs12: '其中的私钥受口令保护，这里不打开。请先用其他程序导出证书。',
    unreadable: '内容已损坏，或不是严格的 DER 编码。请向提供者重新索取此文件。',
  },
  subject: '主体',
  numbers: '证件号码',
  validity: '有效期',
  issuer: '签发者',
  serial: '序列号',
  purpose: '用途',
  wanted: '申请用途',
  names: '备用名称',
  key: '公钥',
  signature: '签名',
  policies: '证书策略',
  ocsp: '状态查询 (OCSP)',
  crls: '吊销列表 (CRL)',
  caIssuers: '签发者证书地址',
  revocation: '吊销状态',
  crlNumber: '编号',
  entries: '已吊销的证书',
  listState: { current: '现在有效', outdated: '已过期，请取最新的列表', 'not-yet': '尚未生效' },
  fingerprints: '指纹',
  fingerprintOfKey: '公钥指纹',
  keyUsage: '密钥用法',
  extendedKeyUsage: '扩展用法',
  critical: '（关键）',
  selfSigned: '自签名，由自己的密钥签成（是否可信取决于您是否信任它）',
  issuerAbsent: '签发者的证书不在此文件中，没有验证签名',
  signedBy: {
    holds: (place) => `由第 ${place} 张证书的密钥签成，验证通过`,
    broken: (place) => `验证不通过：不是由第 ${place} 张证书的密钥签成`,
    unsupported: () => '这里不能验证这种签名',
  },
  requestSignature: {
    holds: '由请求中的密钥签成，验证通过',
    broken: '验证不通过',
    unsupported: '这里不能验证这种签名',
  },
  checkDigit: { fits: '（校验位正确）', differs: '（校验位不符）' },
  division: (digits) => `行政区划 ${digits}`,
  chains: '证书链（从持有者到签发者）',
  chainHolds: '每个签名都验证通过',
  chainBroken: '有签名没有验证通过',
  chainComplete: '到自签名的根证书为止',
  chainOpen: '最后一张的签发者不在此文件中',
  number: (place, count) => `[${place}/${count}] `,
  reason: (reason) => `技术原因：${reason}`,
  from: (begin, end) => `${begin} 至 ${end}（北京时间）`,
  state({ state, daysLeft, notAfter }) {
    if (state === 'expired') return `已于 ${day(notAfter)} 过期，至今 ${-daysLeft - 1} 天`;
    return state === 'valid' ? `现在有效，还有 ${daysLeft} 天` : '尚未生效';
  },
  below: (pathLength) => (pathLength === null ? '' : `，其下最多 ${pathLength} 级 CA`),
  keyOf: ({ kind, bits, curve }) => [kind, curve, bits && `${bits} 位`].filter(Boolean).join(' '),
  octets: (count) => `${count} 字节`,
  more: (count) => `… 另有 ${count} 张，见 --json`,
  delta: (base) => `（增量列表，基于 ${base} 号）`,
  listFrom: ({ thisUpdate, nextUpdate }) =>
    `${minute(thisUpdate)} 签发，${nextUpdate ? `${minute(nextUpdate)} 前更新` : '没有写下次更新时间'}（北京时间）`,
  revoked({ state, why, revokedAt, reason, thisUpdate, verified }) {
    if (why) return doubts[why].zh;
    if (state === 'good') return `没有被吊销，依据 ${minute(thisUpdate ?? '')} 签发的吊销列表`;
    const because = reason ? `，原因：${reasonLabel(reason, 'zh')}` : '';
    const doubt = verified ? '' : '（没有能够验证吊销列表的签名）';
    return `已于 ${minute(revokedAt ?? '')} 被吊销${because}${doubt}`;
  },
};

const en: Phrases = {
  colon: ': ',
  comma: ', ',
  file: 'The whole file',
  unusual: 'Unusual',
  types: { certificate: 'Certificate', request: 'Certificate request', crl: 'Revocation list' },
  others: {
    'public-key': 'Public key (no certificate)',
    'private-key': 'Private key',
    pkcs12: 'Bundle with a password (PKCS#12, .p12 or .pfx)',
    'signed-message': 'Signed message without certificates',
    unknown: 'Neither certificate, request nor revocation list',
    unreadable: 'Cannot be read',
    extensions: 'Other extensions',
  },
  advice: {
    'private-key':
      'It was not read and is not shown. A private key does not belong into a file that is handed on; if it was, replace the key.',
    pkcs12:
      'Its private key is under a password and is not opened here. Export the certificate by another program.',
    unreadable: 'It is damaged, or not strictly DER. Ask whoever gave you the file for a new one.',
  },
  subject: 'Subject',
  numbers: 'Identity numbers',
  validity: 'Validity',
  issuer: 'Issuer',
  serial: 'Serial number',
  purpose: 'Purpose',
  wanted: 'Purpose asked for',
  names: 'Alternative names',
  key: 'Public key',
  signature: 'Signature',
  policies: 'Policies',
  ocsp: 'Status (OCSP)',
  crls: 'Revocation list (CRL)',
  caIssuers: 'Issuer’s certificate',
  revocation: 'Revoked?',
  crlNumber: 'Number',
  entries: 'Revoked certificates',
  listState: {
    current: 'counts now',
    outdated: 'out of date: get the latest one',
    'not-yet': 'from the future',
  },
  fingerprints: 'Fingerprints',
  fingerprintOfKey: 'Public key',
  keyUsage: 'key usage',
  extendedKeyUsage: 'extended usage',
  critical: ' (critical)',
  selfSigned: 'signed by its own key (whether to trust it is yours to know)',
  issuerAbsent: 'not checked: the issuer’s certificate is not in the file',
  signedBy: {
    holds: (place) => `made by the key of certificate ${place}: it holds`,
    broken: (place) => `does not hold: the key of certificate ${place} did not make it`,
    unsupported: () => 'signatures of this kind cannot be checked here',
  },
  requestSignature: {
    holds: 'made by the key in the request: it holds',
    broken: 'does not hold',
    unsupported: 'signatures of this kind cannot be checked here',
  },
  checkDigit: { fits: ' (check character fits)', differs: ' (check character does not fit)' },
  division: (digits) => `division ${digits}`,
  chains: 'Chains (from holder to issuers)',
  chainHolds: 'every signature holds',
  chainBroken: 'a signature does not hold',
  chainComplete: 'up to a root that signed itself',
  chainOpen: 'the issuer of the last one is not in the file',
  number: (place, count) => `[${place}/${count}] `,
  reason: (reason) => `For the technician: ${reason}`,
  from: (begin, end) => `${begin} to ${end} (China time)`,
  state({ state, daysLeft, notAfter }) {
    if (state === 'expired') return `expired on ${day(notAfter)}, ${counted(-daysLeft - 1, 'day')} ago`;
    return state === 'valid' ? `valid now, ${counted(daysLeft, 'day')} left` : 'not valid yet';
  },
  below: (pathLength) =>
    pathLength === null ? '' : `, with at most ${counted(pathLength, 'level')} of CAs below`,
  keyOf: ({ kind, bits, curve }) => [kind, curve, bits && `${bits} bits`].filter(Boolean).join(' '),
  octets: (count) => counted(count, 'octet'),
  more: (count) => `… and ${count} more, see --json`,
  delta: (base) => ` (a delta list to number ${base})`,
  listFrom: ({ thisUpdate, nextUpdate }) =>
    `made ${minute(thisUpdate)}, ${nextUpdate ? `the next one by ${minute(nextUpdate)}` : 'not said when the next one comes'} (China time)`,
  revoked({ state, why, revokedAt, reason, thisUpdate, verified }) {
    if (why) return doubts[why].en;
    if (state === 'good') return `no, by the list made ${minute(thisUpdate ?? '')}`;
    const because = reason ? `: ${reasonLabel(reason, 'en')}` : '';
    const doubt = verified ? '' : ' (the list’s signature could not be checked)';
    return `yes, on ${minute(revokedAt ?? '')}${because}${doubt}`;
  },
};

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const phrases: Readonly<Record<Language, Phrases>> = { zh, en };
