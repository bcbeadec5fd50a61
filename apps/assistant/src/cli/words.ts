import type { IdentityNumber, Language } from '@certdesk/contract';
import type {
  CertificateView,
  HeldCertificate,
  KeyView,
  OrderView,
  PinProblem,
  PinView,
} from '../local/views.ts';

const numberNames: Record<IdentityNumber['kind'], { zh: string; en: string }> = {
  uscc: { zh: '统一社会信用代码', en: 'Unified social credit code' },
  organizationCode: { zh: '组织机构代码', en: 'Organisation code' },
  businessLicense: { zh: '工商注册号', en: 'Business licence' },
  taxRegistration: { zh: '税务登记号', en: 'Tax registration' },
  socialInsurance: { zh: '社保号', en: 'Social insurance number' },
  housingFund: { zh: '公积金号', en: 'Housing fund number' },
};

const day = (instant: string) => instant.slice(0, 10);

/** Every sentence of the command line, in one language. */
export function wordsIn(language: Language) {
  const zh = language === 'zh';
  const pick = (chinese: string, english: string) => (zh ? chinese : english);

  function tries({ tries: left, flag }: PinView): string {
    if (flag === 'locked') return pick('密码已锁定', 'PIN locked');
    // PKCS#11 tells no numbers, but whether the counter is low or at its end.
    if (left === null && flag === 'final') return pick('密码只剩最后一次机会', 'one PIN try left');
    if (left === null && flag === 'low')
      return pick(
        '最近输错过密码，介质没有告知还剩几次',
        'the PIN was mistyped lately, and the key does not tell how many tries are left',
      );
    if (left === null) return pick('介质没有告知剩余次数', 'the key does not tell how many tries are left');
    return pick(`密码还可以输错 ${left} 次`, left === 1 ? '1 PIN try left' : `${left} PIN tries left`);
  }

  const numberText = ({ kind, value }: IdentityNumber) => `${numberNames[kind][language]}: ${value}`;

  function certificate(view: CertificateView): string[] {
    return [
      view.use === 'signing'
        ? pick(`${view.entityName}（签名证书）`, `${view.entityName} (signing)`)
        : pick(`${view.entityName}（加密证书）`, `${view.entityName} (encryption)`),
      ...view.identityNumbers.map((number) => `  ${numberText(number)}`),
      `  ${pick('序列号', 'Serial number')}: ${view.serialNumber}`,
      `  ${pick('有效期', 'Valid')}: ${day(view.notBefore)} – ${day(view.notAfter)}`,
      `  ${pick('签发机构', 'Issuer')}: ${view.issuer}`,
      `  ${pick('算法', 'Algorithm')}: ${view.algorithm}`,
    ];
  }

  function terms(view: OrderView & { purpose: 'renewal' | 'amendment' }): string[] {
    const end = day(view.notAfter);
    if (view.purpose === 'amendment') return [`  ${pick('有效期不变，至', 'Still valid until')}: ${end}`];
    const { years, agreementVersion } = view;
    return [
      `  ${pick('期限', 'Term')}: ${years} ${pick('年', years === 1 ? 'year' : 'years')}, ${pick('至', 'until')} ${end}`,
      `  ${pick('订户协议', 'Subscriber agreement')}: ${agreementVersion}`,
    ];
  }

  return {
    tries,
    held: ({ signing, encryption }: HeldCertificate) =>
      [signing, encryption].flatMap((one) => (one ? certificate(one) : [])),
    samePair: {
      certain: pick(
        '介质没有空间存放第二对密钥：沿用现有密钥，只换发证书。',
        'The key has no room for a second key pair: the one on it stays and gets the new certificate.',
      ),
      unknown: pick(
        '如果介质放不下第二对密钥，会沿用现有密钥，只换发证书。',
        'If the key has no room for a second key pair, the one on it stays and gets the new certificate.',
      ),
    },

    key: ({ ref, label, manufacturer, model, serial, pin }: KeyView) =>
      `${ref}  ${label}  ${manufacturer} ${model}  ${pick('编号', 'serial')} ${serial}  ${tries(pin)}`,

    noKeys: pick('没有找到证书介质。', 'No key was found.'),
    noSuchKey: (name: string) =>
      pick(`没有这个介质：${name}。用 list 查看。`, `There is no key ${name}. See: list`),
    whichKey: pick('有多个介质，请指明一个。', 'Several keys are in: name one.'),
    pinPrompt: pick('密码: ', 'PIN: '),
    newPinPrompt: pick('新密码: ', 'New PIN: '),
    newPinAgain: pick('再输一次新密码: ', 'New PIN again: '),
    pinsDiffer: pick('两次输入的新密码不同，没有改动。', 'The two new PINs differ. Nothing was changed.'),
    pinRight: pick('密码正确。', 'The PIN is right.'),
    pinChanged: pick('密码已修改。', 'The PIN was changed.'),
    lastTry: pick(
      '只剩最后一次机会，再错介质将锁定。确认要试请加 --last-try。',
      'Only one try is left; another mistake locks the key. To use it all the same: --last-try',
    ),
    problem: (problem: PinProblem, pin: PinView): string => {
      if (problem === 'locked')
        return pick('介质已锁定，请到受理点解锁。', 'The key is locked. Go to a service point.');
      if (problem === 'format')
        return pick(
          '密码应为 6 到 16 位字母、数字或符号。',
          'The PIN is 6 to 16 letters, digits or symbols.',
        );
      return `${pick('密码不正确，', 'The PIN is wrong: ')}${tries(pin)}${pick('。', '.')}`;
    },

    order(view: OrderView): string[] {
      const from = `${view.desk} (${view.origin})`;
      if (view.purpose === 'sign-in')
        return [pick(`用证书登录 ${from}`, `Sign in at ${from} with a certificate`)];
      if (view.purpose === 'tidy') {
        const left = view.leftovers;
        return [
          pick(
            `${from} 请求清理办件 ${view.caseNumber} 留在介质中的 ${left} 项内容`,
            `${from} asks to remove ${left} things that case ${view.caseNumber} left on the key`,
          ),
        ];
      }
      const what =
        view.purpose === 'renewal'
          ? pick('请求更新证书', 'asks to renew a certificate')
          : pick(
              '请求在证书中添加证件，密钥和有效期不变',
              'asks to add numbers to a certificate; its key pair and its validity stay',
            );
      return [
        pick(`${from} ${what}，办件 ${view.caseNumber}`, `${from} ${what}, case ${view.caseNumber}`),
        `  ${pick('单位', 'Entity')}: ${view.entityName}`,
        ...view.added.map((number) => `  ${pick('加入', 'Comes in')}: ${numberText(number)}`),
        ...view.identityNumbers.map((number) => `  ${numberText(number)}`),
        ...terms(view),
        ...(view.twin
          ? [`  ${pick('签名证书和加密证书，共两张', 'Two certificates: for signing and for encryption')}`]
          : []),
      ];
    },
    agree: pick('同意吗？(y/N) ', 'Do you agree? (y/N) '),
    declined: pick('没有执行任何操作。', 'Nothing was done.'),
    whichCertificate: pick('选择证书（序号）: ', 'Which certificate (number)? '),
    putKeyIn: pick('插入后自动继续。', 'Work goes on when it is in.'),
    doNotUnplug: pick('正在处理，请不要拔出介质。', 'Working. Do not pull the key out.'),
    step: {
      sign: pick('签名', 'Signing'),
      generate: pick('生成密钥', 'Making the key pair'),
      issue: pick('签发证书', 'Issuing the certificate'),
      write: pick('写入证书', 'Writing the certificate'),
      prove: pick('验证新证书', 'Proving the new certificate'),
      tidy: pick('清理旧证书', 'Removing the old certificate'),
    },
    waiting: pick('服务器没有回应，继续尝试……', 'The server does not answer; trying again …'),
    done: pick('完成。', 'Done.'),
    serving: (port: number) =>
      pick(`密码助手已启动 http://127.0.0.1:${port}`, `The assistant runs at http://127.0.0.1:${port}`),
    alreadyServing: (port: number) =>
      pick(
        `密码助手已在运行 http://127.0.0.1:${port}`,
        `The assistant runs already at http://127.0.0.1:${port}`,
      ),
    notStarted: pick('密码助手没有启动，请查看日志。', 'The assistant did not start; see its log.'),
    opened: pick('窗口已在浏览器中打开。', 'The window is open in your browser.'),
    noBrowser: (url: string) => pick(`请在一分钟内用浏览器打开 ${url}`, `Open this within a minute: ${url}`),
    noDesks: pick('没有信任的服务。', 'No desk is trusted.'),
    badFile: (file: string) => pick(`无法读取指令文件 ${file}。`, `${file} cannot be read as an order.`),
    help: pick(
      `用法: assistant <命令>
  serve                 启动，等待网页
  open                  打开密码助手窗口
  list                  列出介质
  show [介质]           查看介质中的证书
  verify-pin [介质]     验证密码
  change-pin [介质]     修改密码
  order 文件            执行指令 (--origin 来源, --yes 不再询问)
  desks                 列出信任的服务
  --version             显示版本
密码从终端读入；无终端时用 --pin-stdin 从标准输入读入，每行一个。`,
      `Usage: assistant <command>
  serve                 start, and wait for pages
  open                  open the assistant's window
  list                  list the keys
  show [KEY]            show the certificates on a key
  verify-pin [KEY]      verify the PIN
  change-pin [KEY]      change the PIN
  order FILE            carry out an order (--origin ORIGIN, --yes: do not ask)
  desks                 list the trusted desks
  --version             show the version
PINs are read from the terminal; without one, from standard input with --pin-stdin, one a line.`,
    ),
  };
}

export type Words = ReturnType<typeof wordsIn>;
