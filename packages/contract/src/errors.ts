/**
 * Errors that holders may see: code → HTTP status → a sentence in each language. A code is an API and never changes its
 * meaning; a sentence says what is wrong and what to do next. `{name}` is filled from the error's details.
 * Errors that only ever happen on the holder's machine carry status 0. Pages carry this table and no more: what only the
 * authority's staff sees stands in command-errors.ts, and both are one in error-table.ts.
 */
import type { ErrorEntry } from './error-entry.ts';

export const holderErrors = {
  // ── requests ──
  'request-invalid': {
    status: 400,
    zh: '请求内容不正确（{where}）。请刷新页面后重试；仍不行请联系受理点。',
    en: 'The request is not valid ({where}). Reload the page and try again; if it stays, call a service point.',
  },
  'request-too-large': {
    status: 413,
    zh: '提交的内容太大。请减小后重试。',
    en: 'What was sent is too large. Make it smaller and try again.',
  },
  'not-found': {
    status: 404,
    zh: '没有找到这项内容。请返回“我的办件”查看。',
    en: 'There is nothing at this address. Go back to “My cases”.',
  },
  'origin-refused': {
    status: 403,
    zh: '请求来自不被信任的网页。请从自助服务门户重新进入。',
    en: 'The request came from a page that is not trusted. Enter through the portal again.',
  },
  'too-many-requests': {
    status: 429,
    zh: '操作过于频繁，请在 {seconds} 秒后重试。',
    en: 'Too many requests. Try again in {seconds} seconds.',
  },
  'database-unavailable': {
    status: 503,
    zh: '系统暂时无法保存数据，您的办件没有改动。请几分钟后重试，会从原处继续。',
    en: 'The desk cannot store anything at the moment; nothing was changed. Try again in a few minutes: your case goes on where it was.',
  },
  maintenance: {
    status: 503,
    zh: '系统正在维护，请稍后再来。办件不会丢失。',
    en: 'The desk is closed for maintenance. Come back later; no case is lost.',
  },
  internal: {
    status: 500,
    zh: '系统出现意外情况，您的办件没有丢失。请重试；仍不行请把编号 {reference} 告诉受理点。',
    en: 'Something unexpected happened; your case is not lost. Try again; if it stays, tell a service point the reference {reference}.',
  },

  // ── signing in ──
  'session-ended': {
    status: 401,
    zh: '登录已结束。请重新登录，办件会从原处继续。',
    en: 'You have been signed out. Sign in again and your case goes on where it was.',
  },
  'challenge-unknown': {
    status: 401,
    zh: '这次登录请求无效或已经用过。请重新登录。',
    en: 'This sign-in request is not valid or has been used. Sign in again.',
  },
  'challenge-late': {
    status: 401,
    zh: '登录用时过长，请求已失效。请重新登录。',
    en: 'Signing in took too long and the request has run out. Sign in again.',
  },
  'challenge-browser': {
    status: 401,
    zh: '登录须在发起登录的同一浏览器中完成。请在本浏览器中重新登录。',
    en: 'Sign-in must be finished in the browser that began it. Sign in again in this browser.',
  },
  'statement-invalid': {
    status: 400,
    zh: '签名内容与请求不符，没有任何改动。请重新办理这一步。',
    en: 'What was signed does not match what was asked for; nothing was changed. Do this step again.',
  },
  'signature-invalid': {
    status: 401,
    zh: '签名验证未通过，没有任何改动。请重新插入介质后重试。',
    en: 'The signature does not verify; nothing was changed. Put the key in again and retry.',
  },
  'certificate-invalid': {
    status: 400,
    zh: '无法读取介质中的证书。请到受理点检查介质。',
    en: 'The certificate on the key cannot be read. Have the key checked at a service point.',
  },
  'certificate-foreign': {
    status: 403,
    zh: '这张证书不是本机构签发的，不能在这里办理。请到签发机构办理。',
    en: 'This certificate was not issued by this authority and cannot be handled here. Go to the authority that issued it.',
  },
  'certificate-unknown': {
    status: 403,
    zh: '这张证书没有登记在册，不能在线办理。请携带介质到受理点。',
    en: 'This certificate is not in the register, so it cannot be handled online. Bring the key to a service point.',
  },
  'certificate-not-yet-valid': {
    status: 403,
    zh: '这张证书尚未生效，自 {from} 起可用。',
    en: 'This certificate is not valid yet. It can be used from {from}.',
  },
  'certificate-expired-too-long': {
    status: 403,
    zh: '这张证书已于 {on} 过期，超过可在线更新的期限。请到受理点办理。',
    en: 'This certificate expired on {on}, too long ago to be renewed online. Go to a service point.',
  },
  'certificate-superseded': {
    status: 403,
    zh: '这张证书已被新证书取代。请使用介质中的新证书登录。',
    en: 'This certificate has been replaced by a newer one. Sign in with the new certificate on the key.',
  },
  'certificate-revoked': {
    status: 403,
    zh: '这张证书已被吊销，不能使用。请到受理点办理。',
    en: 'This certificate has been revoked and cannot be used. Go to a service point.',
  },
  'certificate-suspended': {
    status: 403,
    zh: '这张证书已被冻结，暂时不能使用。请联系受理点。',
    en: 'This certificate is suspended and cannot be used for now. Call a service point.',
  },
  'certificate-not-usable': {
    status: 403,
    zh: '这张证书尚未启用。请继续未完成的办件，或到受理点办理。',
    en: 'This certificate is not in use yet. Go on with the unfinished case, or go to a service point.',
  },
  'region-not-served': {
    status: 403,
    zh: '本服务不受理贵单位所在地区的业务。请到当地受理点办理。',
    en: 'This desk does not serve the region of your company. Go to a service point there.',
  },
  'session-renewal-only': {
    status: 403,
    zh: '证书已过期，只能办理证书更新。请先更新证书。',
    en: 'The certificate has expired, so only a renewal is possible. Renew it first.',
  },

  // ── cases ──
  'case-not-found': {
    status: 404,
    zh: '没有找到这个办件。请在“我的办件”中查看。',
    en: 'This case was not found. Look in “My cases”.',
  },
  'case-open': {
    status: 409,
    zh: '这张证书已有一个未完成的办件 {number}。请继续办理，或先取消它。',
    en: 'This certificate already has an open case, {number}. Go on with it, or cancel it first.',
  },
  'case-state': {
    status: 409,
    zh: '办件已进入下一步，这个操作不再适用。请刷新页面查看最新状态。',
    en: 'The case has moved on and this no longer applies. Reload the page to see where it is.',
  },
  'case-cannot-cancel': {
    status: 409,
    zh: '新证书已经启用，办件不能再取消。',
    en: 'The new certificate is already in force, so the case can no longer be cancelled.',
  },
  'agreement-outdated': {
    status: 409,
    zh: '订户协议已更新。请重新阅读并同意。',
    en: 'The subscriber agreement has changed. Read and accept the new one.',
  },
  'renewal-too-early': {
    status: 409,
    zh: '现在还不能更新，自 {from} 起可以办理。',
    en: 'It is too early to renew. It can be done from {from}.',
  },
  'renewal-too-late': {
    status: 409,
    zh: '证书过期已久，不能在线更新。请到受理点办理。',
    en: 'The certificate expired too long ago to be renewed online. Go to a service point.',
  },
  'renewal-key-kind': {
    status: 409,
    zh: '这张证书的密钥类型不能在这里更新，旧证书仍可使用。请到受理点办理。',
    en: 'A certificate with a key of this kind cannot be renewed here; it still works. Go to a service point.',
  },
  'amendment-near-end': {
    status: 409,
    zh: '证书将于 {on} 到期，不再单独添加证件。请办理证书更新，更新时可以一并添加。',
    en: 'The certificate ends on {on}, too soon to add numbers to it alone. Renew it: the numbers can be added in the same step.',
  },
  'amendment-not-possible': {
    status: 409,
    zh: '这张证书不能在这里添加证件，证书仍可使用。请到受理点办理。',
    en: 'Numbers cannot be added to this certificate here; it still works. Go to a service point.',
  },
  'payment-not-available': {
    status: 409,
    zh: '本单位的第二张及以后的证书更新需要付费，目前不能在线支付。请到受理点办理。',
    en: 'Renewing a second or later certificate has a price, and this desk cannot take payments online yet. Go to a service point.',
  },
  'comparison-changed': {
    status: 409,
    zh: '法人库中的信息已有变化。请重新核对。',
    en: 'What the register says has changed. Please check again.',
  },
  'comparison-differs': {
    status: 409,
    zh: '证书与法人库的信息不一致，不能在线办理。请携带材料到受理点。',
    en: 'The certificate and the register differ, so this cannot be done online. Bring the papers to a service point.',
  },
  'confirmations-missing': {
    status: 409,
    zh: '还有信息没有核对。请先逐项核对。',
    en: 'Some of the details have not been confirmed. Confirm each of them first.',
  },
  'numbers-undecided': {
    status: 409,
    zh: '还有证件没有选择添加或不添加。请逐项选择。',
    en: 'For some of the numbers nobody has said whether they come in. Decide for each of them.',
  },
  'number-not-offered': {
    status: 409,
    zh: '选择的证件不在可添加之列。请刷新页面，重新选择。',
    en: 'One of the chosen numbers is not on offer. Reload the page and decide again.',
  },
  'term-not-offered': {
    status: 400,
    zh: '不能选择这个期限。请在列出的期限中选择。',
    en: 'This term is not on offer. Choose one of those listed.',
  },

  // ── orders ──
  'order-untrusted': {
    status: 0,
    zh: '这个网页不在密码助手信任的服务之列，没有执行任何操作。请关闭本窗口。',
    en: 'The assistant does not trust this page’s desk. Nothing was done. Close this window.',
  },
  'order-forged': {
    status: 403,
    zh: '指令的签名不正确，没有执行任何操作。请关闭窗口，从自助服务门户重新进入。',
    en: 'The order’s signature is wrong. Nothing was done. Close the window and enter through the portal again.',
  },
  'order-origin': {
    status: 0,
    zh: '指令不是给这个网页的，没有执行任何操作。请关闭窗口。',
    en: 'The order was not given to this page. Nothing was done. Close the window.',
  },
  'order-unknown': {
    status: 404,
    zh: '这个指令不存在或已经作废。请在页面上重新开始这一步。',
    en: 'This order does not exist or is no longer valid. Start this step again on the page.',
  },
  'order-stale': {
    status: 410,
    zh: '指令已过时。请在页面上重新开始这一步。',
    en: 'The order is too old. Start this step again on the page.',
  },
  'order-used': {
    status: 409,
    zh: '这个指令已经用过。请在页面上重新开始这一步。',
    en: 'This order has been used. Start this step again on the page.',
  },
  'order-other-key': {
    status: 0,
    zh: '插入的不是办理这件业务的介质。请插入证书“{entityName}”所在的介质。',
    en: 'This is not the key the case is about. Put in the key with the certificate of “{entityName}”.',
  },
  'order-token': {
    status: 401,
    zh: '写入授权已结束，介质中的证书没有丢失。请在页面上继续办理。',
    en: 'The permission to write has ended; nothing on the key is lost. Go on with the case on the page.',
  },
  'order-busy': {
    status: 0,
    zh: '密码助手正在执行另一个操作。请等它完成后再试。',
    en: 'The assistant is busy with another order. Wait until it is done, then try again.',
  },

  // ── issuing ──
  'request-signature': {
    status: 400,
    zh: '证书请求的签名不正确，没有签发证书。请重新插入介质后继续。',
    en: 'The certificate request’s signature is wrong; no certificate was issued. Put the key in again and go on.',
  },
  'request-key': {
    status: 400,
    zh: '证书请求中的密钥不符合要求，没有签发证书。请联系受理点。',
    en: 'The key in the certificate request is not acceptable; no certificate was issued. Call a service point.',
  },
  'request-key-used': {
    status: 409,
    zh: '这个密钥已经有证书，不能再次签发。请重新开始写入。',
    en: 'This key pair already has a certificate. Start writing again.',
  },
  'issuing-not-yet': {
    status: 409,
    zh: '上一个签发请求尚未完成，请稍候。',
    en: 'The request before this one is still being issued. Wait a moment.',
  },
  'issuing-waits': {
    status: 409,
    zh: '签发机构还没有签发新证书，旧证书仍可使用。系统会自动继续，请稍后回到页面接着写入。',
    en: 'The certificate authority takes its time with the new certificate; the old one still works. It goes on by itself: come back to the case later to write it.',
  },
  'issuing-refused': {
    status: 409,
    zh: '签发机构没有同意签发新证书，旧证书仍可使用。请联系受理点。',
    en: 'The certificate authority refused to issue the new certificate; the old one still works. Call a service point.',
  },
  'issuing-lost': {
    status: 409,
    zh: '签发机构收回了尚未启用的新证书，旧证书仍可使用。已自动重新申请，请继续办理。',
    en: 'The authority has withdrawn the new certificate before it came into use; the old one still works. Another one is being issued: go on with the case.',
  },
  'issuing-attention': {
    status: 409,
    zh: '介质多次丢失新密钥，已转人工处理。旧证书仍可使用，请携带介质到受理点。',
    en: 'The key has lost its new key pair several times, so a person will look at it. The old certificate still works; bring the key to a service point.',
  },
  'proof-encryption': {
    status: 422,
    zh: '介质没有证明它能使用新的加密密钥，旧证书仍可使用。请重试；仍不行请到受理点。',
    en: 'The key did not prove that it can use the new encryption key; the old certificate still works. Try again; if it stays, go to a service point.',
  },
  'proof-unknown': {
    status: 409,
    zh: '验证请求已失效。请继续办理，会自动重新验证。',
    en: 'The proof challenge is no longer valid. Go on with the case and it is asked for again.',
  },
  'authority-unavailable': {
    status: 503,
    zh: '签发系统暂时不可用，旧证书仍可使用。请稍后继续，会从原处接着办。',
    en: 'Issuing is not available at the moment; the old certificate still works. Go on later: the case continues where it was.',
  },
  'key-management-unavailable': {
    status: 503,
    zh: '加密密钥管理系统暂时不可用，没有签发任何证书，旧证书仍可使用。请稍后继续，会从原处接着办。',
    en: 'The keeper of encryption keys is not available at the moment; no certificate was issued, and the old one still works. Go on later: the case continues where it was.',
  },
  'key-management-refused': {
    status: 500,
    zh: '加密密钥管理系统拒绝了请求（{reason}），没有签发任何证书。请联系受理点。',
    en: 'The keeper of encryption keys refused ({reason}); no certificate was issued. Call a service point.',
  },
  'encryption-pair-bound': {
    status: 409,
    zh: '这次申请的加密密钥已经发给另一把签名密钥或已停用，没有签发任何证书。请取消办件后重新办理。',
    en: 'The encryption key of this request belongs to another signing key or is out of use; no certificate was issued. Cancel the case and begin again.',
  },

  // ── the key ──
  'assistant-missing': {
    status: 0,
    zh: '没有找到密码助手。请安装或启动密码助手，本页会自动继续。',
    en: 'The key assistant was not found. Install or start it; this page goes on by itself.',
  },
  'assistant-stopped': {
    status: 0,
    zh: '密码助手在办理途中关闭或重新启动了，介质中的证书没有丢失。请启动密码助手，然后重试。',
    en: 'The key assistant was closed or started anew while it was at work; no certificate on the key is lost. Start it, then try again.',
  },
  'window-blocked': {
    status: 0,
    zh: '浏览器拦截了密码助手窗口。请允许本网站弹出窗口后重试。',
    en: 'The browser blocked the assistant’s window. Allow pop-ups for this site and try again.',
  },
  'assistant-no-server': {
    status: 0,
    zh: '密码助手连接不上服务器。请检查网络后继续，介质中的证书没有丢失。',
    en: 'The assistant cannot reach the server. Check the network and go on; nothing on the key is lost.',
  },
  'key-missing': {
    status: 0,
    zh: '没有找到证书介质。请插入 USB Key。',
    en: 'No key was found. Put the USB key in.',
  },
  'key-removed': {
    status: 0,
    zh: '介质被拔出。重新插入即可继续，旧证书仍可使用。',
    en: 'The key was pulled out. Put it back to go on; the old certificate still works.',
  },
  'key-busy': {
    status: 0,
    zh: '介质正被其他程序使用。请关闭其他程序后重试。',
    en: 'Another program is using the key. Close it and try again.',
  },
  'key-failed': {
    status: 0,
    zh: '介质没有正确响应。请拔出后重新插入；仍不行请到受理点检查介质。',
    en: 'The key did not answer properly. Pull it out and put it back; if it stays, have it checked at a service point.',
  },
  'key-library-missing': {
    status: 0,
    zh: '这台电脑上没有找到介质厂商的驱动程序，或驱动程序与本机不符。请安装（或重新安装）厂商的驱动程序后重试；仍不行请联系受理点。',
    en: 'The driver of the key’s maker is not on this computer, or not one for it. Install it (again) and try again; if it stays, call a service point.',
  },
  'key-library-hung': {
    status: 0,
    zh: '介质厂商的驱动程序没有响应，已将其停止，办件没有丢失。请拔出介质、重新插入，再继续。',
    en: 'The driver of the key’s maker gave no answer and was stopped; your case is not lost. Take the key out, put it in again, and continue.',
  },
  'key-library-crashed': {
    status: 0,
    zh: '介质厂商的驱动程序意外退出，办件没有丢失。请拔出介质、重新插入，再继续；再次出现请更新厂商的驱动程序。',
    en: 'The driver of the key’s maker stopped working; your case is not lost. Take the key out, put it in again, and continue; if it happens again, update the maker’s driver.',
  },
  'key-no-certificate': {
    status: 0,
    zh: '介质中没有可用的证书。请换一个介质，或到受理点办理。',
    en: 'There is no usable certificate on the key. Use another key, or go to a service point.',
  },
  'key-no-room': {
    status: 0,
    zh: '介质没有空间存放新证书，没有任何改动，旧证书仍可使用。请携带介质到受理点。',
    en: 'The key has no room for a new certificate; nothing was changed and the old certificate still works. Bring the key to a service point.',
  },
  'key-no-twin': {
    status: 0,
    zh: '这个介质不能接收加密密钥，没有任何改动，旧证书仍可使用。请携带介质到受理点更换。',
    en: 'This key cannot take an encryption key; nothing was changed and the old certificate still works. Have the key replaced at a service point.',
  },
  'key-algorithm': {
    status: 0,
    zh: '介质不支持所需的密钥算法，没有任何改动。请到受理点更换介质。',
    en: 'The key does not support the algorithm that is needed; nothing was changed. Have the key replaced at a service point.',
  },
  'pin-incorrect': {
    status: 0,
    zh: '密码不正确，还可以输错 {tries} 次。',
    en: 'The PIN is wrong. {tries} tries are left.',
  },
  'pin-incorrect-unknown': {
    status: 0,
    zh: '密码不正确。介质没有告知剩余次数，请确认后再输入。',
    en: 'The PIN is wrong. The key does not say how many tries are left; make sure before you try again.',
  },
  'pin-locked': {
    status: 0,
    zh: '介质已锁定。请携带介质和单位材料到受理点解锁。',
    en: 'The key is locked. Bring it with the company’s papers to a service point to have it unlocked.',
  },
  'pin-format': {
    status: 0,
    zh: '密码应为 6 到 16 位字母、数字或符号。',
    en: 'The PIN is 6 to 16 letters, digits or symbols.',
  },
  'pin-expired': {
    status: 0,
    zh: '介质要求先修改初始密码。请在密码助手中修改密码，再继续。',
    en: 'The key wants its first PIN changed before it does anything. Change it in the assistant, then go on.',
  },
} satisfies Record<string, ErrorEntry>;
