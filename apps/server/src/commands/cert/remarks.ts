/** What is unusual, in words: remarks of the pki package, and those that need the configuration or other certificates. */
import type { Language } from '@certdesk/contract';
import type { RemarkCode } from '@certdesk/pki';
import type { ReportedRemark } from './report.ts';
import { attributeLabel, extensionLabel } from './words.ts';

type OwnCode =
  | 'self-issued-not-signed'
  | 'signature-broken'
  | 'signature-unchecked'
  | 'identifiers-differ'
  | 'issuer-no-authority'
  | 'outlives-issuer'
  | 'twice'
  | 'order'
  | 'surplus'
  | 'address-characters'
  | 'number-check-digit'
  | 'number-differs'
  | 'number-division'
  | 'number-form'
  | 'number-not-text'
  | 'request-broken'
  | 'extensions-unreadable';

interface Sentence {
  readonly zh: string;
  readonly en: string;
}

const sentences: Readonly<Record<RemarkCode | OwnCode, Sentence>> = {
  // ── how it is written ──
  'time-form': {
    zh: '有效期的时间写法不符合 RFC 5280（2050 年以前应为 UTCTime，以后应为 GeneralizedTime）。',
    en: 'A time of the validity is in the wrong form: RFC 5280 wants UTCTime until 2049 and GeneralizedTime from 2050.',
  },
  'explicit-default': {
    zh: '“{field}”写出了本应省略的默认值，不是严格的 DER 编码；少数程序会拒绝。',
    en: 'It writes out the default of “{field}”, which DER leaves out; a few programs refuse that.',
  },
  'key-usage-trailing-zeros': {
    zh: '密钥用法的编码保留了末尾的零位，不是严格的 DER 编码；少数程序会拒绝。',
    en: 'The key usage keeps trailing zero bits, which DER leaves out; a few programs refuse that.',
  },
  'name-string-type': {
    zh: '{part}中的 {attributes} 使用旧的字符串类型 {stringType}；有的程序会显示成乱码，或认为与 UTF-8 写法的名称不同。',
    en: '{attributes} in the {part} is a {stringType}, an old kind of text: some programs garble it or take it for another name than the same in UTF-8.',
  },
  'name-printable': {
    zh: '{part}中的 {attributes} 含有其字符串类型（PrintableString）不允许的字符。',
    en: '{attributes} in the {part} holds characters that its kind of text (PrintableString) does not have.',
  },
  'name-not-text': {
    zh: '{part}中的 {attributes} 不是文字，只能以十六进制显示。',
    en: '{attributes} in the {part} is no text; it is shown in hex.',
  },
  'name-too-long': {
    zh: '{part}中的 {attributes} 有 {length} 个字符，超过标准的上限 {bound}；有的程序会截断或拒绝。',
    en: '{attributes} in the {part} has {length} characters, more than the {bound} of the standard; some programs cut it off or refuse it.',
  },
  'name-several-in-one': {
    zh: '{part}把几个属性写在同一级里，很少见；有的程序会认错顺序。',
    en: 'The {part} puts several attributes into one level, which is rare; some programs mix up their order.',
  },
  'country-form': {
    zh: '{part}中的国家“{value}”不是标准写法（PrintableString 的两个大写字母，如 CN）。',
    en: 'The country “{value}” in the {part} is not in the standard’s form: two capital letters in a PrintableString, such as CN.',
  },
  'subject-empty': { zh: '主体名称是空的。', en: 'The subject has no name at all.' },
  'issuer-empty': {
    zh: '签发者名称是空的，这不符合 RFC 5280。',
    en: 'The issuer has no name at all, which RFC 5280 forbids.',
  },
  'version-old': {
    zh: '这是版本 {version} 的旧式证书，没有扩展项，不能说明密钥用法，也不能说明是否为 CA。',
    en: 'It is an old certificate of version {version}: without extensions it cannot say what its key may do or whether it is a CA.',
  },
  'unique-identifiers': {
    zh: '含有早已不用的唯一标识符字段（issuerUniqueID 或 subjectUniqueID）。',
    en: 'It has a unique identifier (issuerUniqueID or subjectUniqueID), a field long out of use.',
  },
  'serial-negative': {
    zh: '序列号是负数，这不符合 RFC 5280；有的程序会显示成另一个号码。',
    en: 'The serial number is negative, which RFC 5280 forbids; some programs show another number.',
  },
  'serial-zero': {
    zh: '序列号是 0，这不符合 RFC 5280。',
    en: 'The serial number is zero, which RFC 5280 forbids.',
  },
  'serial-long': {
    zh: '序列号有 {octets} 字节，超过 RFC 5280 的上限 20 字节。',
    en: 'The serial number has {octets} octets, more than the 20 that RFC 5280 allows.',
  },
  // ── validity ──
  'validity-reversed': {
    zh: '结束时间早于开始时间，这张证书在任何时候都无效。',
    en: 'It ends before it begins, so that it is valid at no time.',
  },
  'validity-long': {
    zh: '有效期长达 {years} 年，不常见。',
    en: 'It is valid for {years} years, which is unusually long.',
  },
  'validity-endless': {
    zh: '没有结束时间（9999-12-31），只能靠吊销来终止。',
    en: 'It has no end (9999-12-31): only a revocation can end it.',
  },
  // ── key and signature ──
  'key-weak': {
    zh: '{kind} 密钥只有 {bits} 位，已不安全。',
    en: 'Its {kind} key has just {bits} bits, which is no longer safe.',
  },
  'key-unsound': {
    zh: '其中的公钥不是可用的密钥。',
    en: 'What stands for the public key is no usable key.',
  },
  'key-exponent': {
    zh: 'RSA 公钥指数是 {exponent}，而通常是 65537。',
    en: 'The RSA exponent is {exponent} instead of the usual 65537.',
  },
  'key-kind': {
    zh: '密钥类型 {kind} 不是本系统签发或使用的类型。',
    en: 'Its key is of a kind ({kind}) that this desk neither issues for nor works with.',
  },
  'digest-weak': {
    zh: '签名使用的摘要算法 {digest} 已不安全，签名不能再证明什么。',
    en: 'Its signature uses {digest}, which is broken: the signature proves nothing any more.',
  },
  'digest-weak-self': {
    zh: '自签名使用了旧的摘要算法 {digest}。根证书不靠签名取得信任，所以无妨。',
    en: 'It signed itself with the old digest {digest}, which does no harm: a root is not trusted for its signature.',
  },
  'signature-unknown': {
    zh: '签名算法 {oid} 未知。',
    en: 'Its signature algorithm {oid} is not known.',
  },
  'signature-parameters': {
    zh: '签名算法 {name} 带有参数，而标准规定没有参数。',
    en: 'Its signature algorithm {name} has parameters where the standard wants none.',
  },
  'signature-no-parameters': {
    zh: '签名算法 {name} 没有写参数 NULL，而绝大多数证书都写；少数程序会拒绝。',
    en: 'Its signature algorithm {name} stands without the NULL that nearly all certificates have there; a few programs refuse that.',
  },
  'signature-broken': {
    zh: '签名不成立：它不是由证书 {issuer} 的密钥签的，或内容被改动过。',
    en: 'Its signature does not hold: the key of certificate {issuer} did not make it, or something was changed afterwards.',
  },
  'signature-unchecked': {
    zh: '签名算法 {algorithm} 在这里不能验证，签名是否成立不得而知。',
    en: 'A signature by {algorithm} cannot be checked here; whether it holds is not known.',
  },
  'self-issued-not-signed': {
    zh: '主体和签发者同名，但不是用自己的密钥签的；它的签发者证书不在此文件中。',
    en: 'Subject and issuer are the same name, but its own key did not sign it; the certificate that did is not in the file.',
  },
  'request-broken': {
    zh: '请求的签名不成立：提交者没有证明自己持有该密钥，或内容被改动过。不要据此签发证书。',
    en: 'The request’s signature does not hold: whoever sent it did not prove to have the key, or something was changed. Issue nothing for it.',
  },
  'challenge-password': {
    zh: '请求中含有明文口令（challengePassword），看到此文件的人都能读到。',
    en: 'The request holds a password in clear (challengePassword), for everybody who sees the file.',
  },
  // ── revocation lists ──
  'crl-no-end': {
    zh: '吊销列表没有写下次更新时间，无法判断它是否仍然有效；RFC 5280 要求写明。',
    en: 'The list does not say when the next one comes, so that nobody knows how long it counts; RFC 5280 wants it.',
  },
  'crl-no-number': {
    zh: '吊销列表没有编号，这不符合 RFC 5280。',
    en: 'The list has no number, which RFC 5280 wants.',
  },
  // ── extensions ──
  'extensions-unreadable': {
    zh: '请求的扩展项无法解读（{reason}）。',
    en: 'The extensions that it asks for cannot be read ({reason}).',
  },
  'subject-key-identifier-missing': {
    zh: '没有主体密钥标识符，找它签发的证书时只能靠名称。',
    en: 'It has no subject key identifier, so that what it issued is found by its name alone.',
  },
  'authority-key-identifier-missing': {
    zh: '没有签发者密钥标识符，找签发者证书时只能靠名称，这不符合 RFC 5280。',
    en: 'It has no authority key identifier, so that its issuer is found by name alone; RFC 5280 wants one.',
  },
  'critical-unknown': {
    zh: '含有标记为“关键”的未知扩展项 {oid}，不认识它的程序必须拒绝这张证书。',
    en: 'It has a critical extension that is not known here, {oid}: programs that do not know it must refuse the certificate.',
  },
  'critical-wrong': {
    zh: '扩展项“{extension}”被标记为“关键”，RFC 5280 规定不得如此。',
    en: 'The extension “{extension}” is marked critical, which RFC 5280 forbids.',
  },
  'critical-missing': {
    zh: '扩展项“{extension}”没有标记为“关键”，RFC 5280 要求标记。',
    en: 'The extension “{extension}” is not marked critical, as RFC 5280 wants it.',
  },
  'key-usage-missing': {
    zh: '没有说明密钥用法，等于什么都可以。',
    en: 'It does not say what its key may be used for, which means: for anything.',
  },
  'key-usage-empty': {
    zh: '密钥用法一项也没有，等于什么都不可以。',
    en: 'Its key usage names nothing, which means: for nothing.',
  },
  'key-usage-both': {
    zh: '同一张 SM2 证书既用于签名又用于加密；国内 CA 通常分发签名和加密两张证书。',
    en: 'One SM2 certificate for signing and encryption at once; Chinese CAs usually give out one for each.',
  },
  'key-usage-not-for-key': {
    zh: '密钥用法含加密，但 {kind} 密钥不能直接加密。',
    en: 'Its usages name enciphering, which a key of kind {kind} cannot do.',
  },
  'ca-without-key-cert-sign': {
    zh: '它是 CA 证书，但密钥用法不含签发证书。',
    en: 'It is a CA’s certificate, but its key usage does not allow signing certificates.',
  },
  'key-cert-sign-without-ca': {
    zh: '密钥用法含签发证书，但它不是 CA 证书。',
    en: 'Its key usage allows signing certificates, but it is not a CA’s certificate.',
  },
  'path-length-without-ca': {
    zh: '它不是 CA 证书，却写有路径长度限制。',
    en: 'It limits the length of paths below it, though it is not a CA’s certificate.',
  },
  'server-without-names': {
    zh: '用于服务器认证，但没有主体备用名称；浏览器会拒绝它。',
    en: 'It is meant for servers but has no subject alternative names: browsers refuse it.',
  },
  'address-characters': {
    zh: '地址 {address} 含有 ASCII 以外的字符，不符合标准。',
    en: 'The address {address} holds characters beyond ASCII, which the standard forbids.',
  },
  // ── identity numbers ──
  'number-check-digit': {
    zh: '{kind} {value} 的校验位不符，可能有错字；少数真实号码也如此，请核实。',
    en: 'The check character of the {kind} {value} does not fit: it may be mistyped. A few genuine ones are like that; please verify.',
  },
  'number-differs': {
    zh: '{kind} {value} 与统一社会信用代码中的组织机构代码不同，请核实。',
    en: 'The {kind} {value} is not the organisation code within the unified code; please verify.',
  },
  'number-division': {
    zh: '{kind} {value} 中的行政区划不存在，可能有错字，请核实。',
    en: 'There is no such division as the {kind} {value} names: it may be mistyped; please verify.',
  },
  'number-form': {
    zh: '{kind} {value} 不是规定的写法。',
    en: 'The {kind} {value} does not have the form of one.',
  },
  'number-not-text': {
    zh: '{kind}不是文字，只能以十六进制显示。',
    en: 'The {kind} is no text; it is shown in hex.',
  },
  // ── beside others ──
  'identifiers-differ': {
    zh: '签名由证书 {issuer} 的密钥签成，但签发者密钥标识符写的是另一个密钥；有的程序因此找不到签发者。',
    en: 'The key of certificate {issuer} signed it, but its authority key identifier names another key: some programs will not find the issuer.',
  },
  'issuer-no-authority': {
    zh: '它由证书 {issuer} 签发，而那不是可以签发证书的 CA 证书。',
    en: 'Certificate {issuer} issued it, which is not the certificate of a CA that may.',
  },
  'outlives-issuer': {
    zh: '它比签发者证书 {issuer} 更晚到期，最后一段时间里验证不会通过。',
    en: 'It ends later than its issuer’s certificate {issuer}, after which it cannot be verified any more.',
  },
  twice: { zh: '与第 {other} 项完全相同。', en: 'It is the same as number {other}.' },
  order: {
    zh: '证书没有按“持有者在前、签发者在后”的顺序排列；有的服务器程序要求这个顺序。',
    en: 'The certificates do not stand in the order from holder to issuers, which some server programs want.',
  },
  surplus: {
    zh: '文件末尾有 {octets} 个多余的字节，不属于任何证书。',
    en: 'The file ends in {octets} octets that belong to no certificate.',
  },
};

const parts: Readonly<Record<string, Sentence>> = {
  subject: { zh: '主体名称', en: 'subject' },
  issuer: { zh: '签发者名称', en: 'issuer' },
};

/** A remark with its sentences. Details that have a name of their own are named: attributes, extensions. */
export function worded(
  code: RemarkCode | OwnCode,
  details: Readonly<Record<string, string | number>> = {},
  named: Readonly<Record<string, Sentence>> = {},
): ReportedRemark {
  const say = (language: Language) =>
    sentences[code][language].replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = String(details[name] ?? '');
      if (named[name]) return named[name][language];
      if (name === 'part') return parts[value]?.[language] ?? value;
      if (name === 'extension') return extensionLabel(String(details.oid), language);
      if (name !== 'attributes') return value;
      const labels = value.split(', ').map((type) => attributeLabel(type, language));
      return labels.join(language === 'zh' ? '、' : ', ');
    });
  return { code, details, zh: say('zh'), en: say('en') };
}
