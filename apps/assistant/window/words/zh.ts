import type { IdentityKind, WriteStep } from '@certdesk/contract';

/** A language's sentences: as the Chinese ones, which are the first, in form. */
export type Words = typeof zh;

const writingLead =
  '万一拔出也不会丢失：插回介质，再输一次密码，会从停下的地方继续。任何时候介质上都有可用的证书。自助服务页面可以关闭，写入不会停。';

export const zh = {
  title: '密码助手',
  local: '本机窗口，不是网页',
  otherLanguage: 'English',
  codeLabel: '代码',
  /** Chinese sentences follow one another without a space. */
  sentences: (one: string, next: string) => `${one}${next}`,
  unknownFailure: '没有完成，介质中的证书没有丢失。请回到自助服务页面重试；仍不行请把代码告诉受理点。',

  waiting: '正在等待自助服务页面',
  waitingLead:
    '本窗口由网页打开。网页交来带签名的请求后，这里才会显示内容。如果一直没有变化，说明密码助手不信任那个网页，请关闭本窗口。',
  noOpener: '本窗口应由自助服务页面打开。请关闭它，从页面重新进入。',
  gone: '密码助手已关闭或重新启动',
  goneLead: {
    order: '本窗口不再有效，介质中的证书没有丢失。请关闭本窗口，在自助服务页面上重试。',
    own: '本窗口不再有效。请关闭它，重新打开密码助手。',
  },
  close: '关闭窗口',
  closeByHand: '如果窗口没有关闭，请直接关掉它。',
  phrase: '您的暗语',
  phraseHint: '看不到这句话，就不要输入密码。',

  keyTitle: {
    'key-missing': '请插入 USB Key',
    'order-other-key': '请换一个 USB Key',
    'key-no-certificate': '这个介质中没有证书',
    'region-not-served': '本服务不受理贵单位所在地区',
    'key-removed': '请重新插入 USB Key',
  },
  keyLead: {
    'key-missing': '没有找到介质。插入后会自动继续。',
    'order-other-key': '现在插入的不是下面这张证书所在的介质。换上以后会自动继续。',
    'key-no-certificate': '请换一个存有证书的介质，插入后会自动继续。',
    'region-not-served':
      '按证书中的统一社会信用代码，贵单位属于其他地区，不需要输入密码。请到当地受理点办理；换上另一个单位的介质后会自动继续。',
    'key-removed': '介质被拔出，什么都没有丢失。插回后再输一次密码，会从停下的地方继续。',
  },

  purpose: { 'sign-in': '登录', renewal: '更新证书', amendment: '添加证件', tidy: '清理介质' },
  pinTitle: {
    'sign-in': '输入密码登录',
    renewal: '请核对，同意后输入密码',
    amendment: '请核对要加入的号码，同意后输入密码',
    tidy: '输入密码清理介质',
  },
  asks: (desk: string) => `请求方：${desk}`,
  signInLead: '用介质签名一次，证明证书在您手中。介质上的内容不会改变。',
  renewalLead: '会在介质上生成新密钥，旧证书在新证书验证通过后才停用。约需一分钟。',
  twinLead:
    '会写入两张证书：签名证书用于登录和签名；加密证书用于接收别人加密发来的文件，只有您的介质能打开。',
  /** In place of a new pair, for want of room. */
  samePair: {
    certain:
      '介质没有空间存放第二对密钥，因此沿用现有密钥，只换发证书；旧证书在验证通过后才替换。约需一分钟。',
    unknown: '如果介质放不下第二对密钥，会沿用现有密钥，只换发证书。',
  },
  amendmentLead:
    '把下面的号码加入证书，证书换发一次。密钥不变，有效期不变；旧证书在新证书验证通过后才替换。约需一分钟。',
  amendmentTwinLead: '签名证书和加密证书都会换发。加密密钥也不变，以前别人加密发来的文件照样能打开。',
  comesIn: '现在加入的号码',
  willBe: '换发后的证书',
  tidyLead: (count: number) => `删除已结束的办件留在介质上的 ${count} 项内容。正在使用的证书不受影响。`,
  again: '刚才中断了，什么都没有丢失。再输一次密码，会从停下的地方继续。',
  fact: {
    case: '办件编号',
    entity: '单位名称',
    years: '期限',
    notAfter: '新证书有效期至',
    staysUntil: '有效期不变，至',
    agreement: '订户协议版本',
    serial: '序列号',
    issuer: '签发机构',
    validity: '有效期',
    algorithm: '算法',
  },
  use: { signing: '签名证书', encryption: '加密证书', both: '签名证书和加密证书' },
  role: { signing: '签名', encryption: '加密' },
  ofRole: (fact: string, role: string) => `${fact}（${role}）`,
  validUntil: (name: string, until: string) => `${name}，有效期至 ${until}`,
  encryptionIsFor: '加密证书用于接收别人加密发来的文件，只有这个介质能打开。',
  years: (years: number) => `${years} 年`,
  until: (from: string, to: string) => `${from} 至 ${to}`,
  number: {
    uscc: '统一社会信用代码',
    organizationCode: '组织机构代码',
    businessLicense: '工商注册号',
    taxRegistration: '税务登记号',
    socialInsurance: '社保号',
    housingFund: '公积金号',
  } satisfies Record<IdentityKind, string>,
  which: '用哪一张证书？',
  severalKeys: (keys: number) => `插着 ${keys} 个介质。请选择要用的证书；其他介质不会被动到，也可以拔掉。`,
  severalCertificates: (count: number) =>
    `介质中有 ${count} 张证书，最新的排在前面。更新过的介质会留着旧证书，一般选最新的；拿不准，先不同意，问清楚再来。`,
  whichMissing: '请先选择一张证书。',
  keyNamed: (name: string) => `介质：${name}`,

  pin: '证书密码',
  pinEmpty: '请输入密码。',
  pinStays: '密码只在本机使用，不会发给网页。',
  show: '显示密码',
  tries: (tries: number) => `还可以输错 ${tries} 次。`,
  onlyOneTry: '只剩最后一次机会，再输错介质就会锁定。',
  triesLow: '最近输错过，介质没有告知还剩几次。',
  triesUnknown: '介质没有告知还可以输错几次。',
  locked: '介质已锁定。',
  problem: {
    incorrect: '密码不正确。',
    locked: '介质已锁定，不能再输入密码。请携带介质和单位材料到受理点解锁。',
    format: '密码应为 6 到 16 位字母、数字或符号。没有计入输错次数，请重新输入。',
    'last-try': '只剩最后一次机会，再输错介质就会锁定。确定密码无误，请勾选后再输一次。',
  },
  lastTry: '我确定密码正确，用掉最后一次机会',
  lastTryMissing: '这是最后一次机会。确定密码无误请先勾选；不确定请停下，问清楚再来。',
  agree: { 'sign-in': '登录', renewal: '同意并开始', amendment: '同意并加入', tidy: '开始清理' },
  decline: '不同意',
  later: '以后再继续',
  checking: '正在核对密码…',

  workingSignIn: '正在签名',
  workingTitle: {
    renewal: '正在写入，请勿拔出介质',
    amendment: '正在加入号码，请勿拔出介质',
    tidy: '正在清理，请勿拔出介质',
  },
  workingLead: {
    renewal: writingLead,
    amendment: writingLead,
    tidy: '万一拔出也不会丢失：插回介质，再输一次密码，会从停下的地方继续。正在使用的证书不受影响。',
  },
  takingUp: '正在与服务器核对，即将开始。',
  stepNow: (at: number, of: number, step: string) => `第 ${at} 步，共 ${of} 步：${step}`,
  waitingForServer: '服务器暂时没有应答，正在重试。介质中的证书没有丢失，请不要拔出介质。',
  steps: {
    generate: '在介质上生成新密钥',
    issue: '签发新证书',
    write: '写入并读回新证书',
    prove: '用新证书签名验证',
    tidy: '收尾清理',
  } satisfies Record<WriteStep, string>,
  tidyStep: '删除留下的内容',
  stepState: { done: '完成', now: '进行中', later: '等待' },

  doneTitle: {
    'sign-in': '已签名',
    renewal: '证书已更新',
    amendment: '号码已加入证书',
    tidy: '介质已清理',
  },
  doneLead: {
    'sign-in': '请回到自助服务页面继续。',
    renewal: '新证书已写入并验证可用，现在可以拔出介质。',
    amendment: '证书中现在有下面这些号码。新证书已写入并验证可用，现在可以拔出介质。',
    tidy: '留下的内容已经删除，现在可以拔出介质。',
  },
  newCertificate: '新证书',
  failedTitle: '没有完成',
  failedLead: '关闭本窗口，自助服务页面上会说明下一步怎么做。',
  declinedTitle: '已取消，介质没有改动',
  declinedLead: '关闭本窗口，在自助服务页面上可以重新开始。',
  stoppedTitle: '已停下，以后可以继续',
  stoppedLead:
    '介质上有可用的证书，什么都没有丢失。插好介质，在自助服务页面上继续办理，会从停下的地方接着写。',

  keys: '介质与证书',
  looking: '正在读取介质…',
  keysIn: (count: number) =>
    count === 0 ? '没有插入介质。插入 USB Key 后会自动显示。' : `已插入 ${count} 个介质。`,
  readAgain: '重新读取',
  noCertificates: '介质中没有证书。',
  pinForm: { verify: '验证密码', change: '修改密码' },
  pinDone: { verify: '密码正确。', change: '密码已修改。从现在起请使用新密码。' },
  oldPin: '现在的密码',
  newPin: '新密码',
  newPinAgain: '再输一次新密码',
  newPinHint: '6 到 16 位字母、数字或符号，区分大小写。',
  newPinFormat: '新密码应为 6 到 16 位字母、数字或符号。没有改动，请重新输入新密码。',
  pinsDiffer: '两次输入的新密码不一致，没有改动。请重新输入新密码。',
  cancel: '取消',
  desks: '信任的自助服务',
  desksNone: '还没有信任任何自助服务。请运行证书机构提供的安装程序。',
  version: (version: string) => `密码助手版本 ${version}`,
};
