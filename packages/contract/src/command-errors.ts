/** Errors that only the authority's staff sees, in commands and at start: as those in errors.ts. */
import type { ErrorEntry } from './error-entry.ts';

export const commandErrors = {
  // ── operators and their signed commands ──
  'operator-unknown': {
    status: 403,
    zh: '操作员 {operator} 不存在或已停用，没有执行。请核对编号，或由有“operators”职责的操作员登记。',
    en: 'There is no operator {operator}, or not any more; nothing was done. Check the id, or have an operator with the role “operators” register it.',
  },
  'operator-exists': {
    status: 409,
    zh: '操作员 {operator} 或这个公钥已经登记，没有改动。请换一个编号，并生成新的密钥。',
    en: 'There is an operator {operator} already, or one with this key; nothing was changed. Choose another id and make a new key.',
  },
  'operator-key': {
    status: 400,
    zh: '操作员的公钥须为 SM2 或 P-256 公钥（PEM 或 DER）。请用 certdesk operator create 生成。',
    en: 'An operator’s public key is an SM2 or P-256 key, in PEM or DER. Make one with: certdesk operator create',
  },
  'operator-role': {
    status: 403,
    zh: '操作员 {operator} 没有“{role}”职责，没有执行。请由有此职责的操作员签署。',
    en: 'Operator {operator} does not have the role “{role}”; nothing was done. Have an operator with that role sign it.',
  },
  'operator-admitted-by': {
    status: 409,
    zh: '已有可以登记操作员的操作员，没有改动。请由其签署（--as）。',
    en: 'There are operators already who admit others; nothing was changed. Have one of them sign it (--as).',
  },
  'operator-last': {
    status: 409,
    zh: '{operator} 是最后一名有“operators”职责的操作员，不能停用。请先登记另一名。',
    en: '{operator} is the last operator with the role “operators” and cannot be disabled. Register another one first.',
  },
  'certificate-not-found': {
    status: 404,
    zh: '登记册中没有证书 {certificate}。请核对摘要或序列号。',
    en: 'There is no certificate {certificate} in the register. Check its digest or serial number.',
  },
  'certificate-ambiguous': {
    status: 409,
    zh: '有多张证书的序列号是 {certificate}，没有执行。请使用证书的 SHA-256 摘要。',
    en: 'Several certificates have the serial number {certificate}; nothing was done. Name it by its SHA-256 digest.',
  },
  'certificate-state': {
    status: 409,
    zh: '证书 {certificate} 的状态是“{state}”，不能这样操作，没有改动。请核对证书。',
    en: 'Certificate {certificate} is {state}, so that this cannot be done; nothing was changed. Check which certificate is meant.',
  },
  'entity-code-allowed': {
    status: 409,
    zh: '号码 {code} 已经放行，没有改动。用 certdesk entity allowances 查看已放行的号码。',
    en: 'The code {code} is allowed already; nothing was changed. See certdesk entity allowances.',
  },
  'entity-code-not-allowed': {
    status: 404,
    zh: '号码 {code} 没有放行，没有改动。请核对号码，或用 certdesk entity allowances 查看已放行的号码。',
    en: 'The code {code} is not allowed; nothing was changed. Check it, or see certdesk entity allowances.',
  },
  'command-invalid': {
    status: 400,
    zh: '操作员指令的内容不正确（{where}），没有执行。请核对后重新签署。',
    en: 'The operator’s command is not valid ({where}); nothing was done. Check it and sign anew.',
  },
  'command-signature': {
    status: 401,
    zh: '操作员指令的签名不正确，没有执行。请用登记的密钥重新签署。',
    en: 'The signature of the operator’s command is wrong; nothing was done. Sign it with the key that is registered.',
  },
  'command-time': {
    status: 409,
    zh: '操作员指令签署于 {at}，已过时或在将来，没有执行。请校准时钟后重新签署。',
    en: 'The operator’s command was signed at {at}, too long ago or in the future; nothing was done. Set the clock and sign anew.',
  },
  'command-used': {
    status: 409,
    zh: '这份操作员指令已经提交过，没有再次执行。需要再做一次时请重新签署。',
    en: 'This operator’s command was submitted before and is not carried out again. Sign a new one if it is to be done again.',
  },
  'command-same-operator': {
    status: 409,
    zh: '这项操作需要两名操作员，{operator} 已经签署过。请由另一名操作员签署。',
    en: 'This needs two operators, and {operator} has signed already. Have another one sign.',
  },
  'command-not-waiting': {
    status: 404,
    zh: '没有等待第二人签署的指令 {command}。请用 certdesk command list 查看。',
    en: 'No command {command} waits for a second operator. Look with: certdesk command list',
  },

  // ── recovery of encryption keys ──
  'recovery-certificate': {
    status: 409,
    zh: '{certificate} 不是可以恢复密钥的加密证书，没有执行。请指定加密证书，或用 --on 日期指定签名证书当时的加密证书。',
    en: '{certificate} is not an encryption certificate whose key can be recovered; nothing was done. Name the encryption certificate, or the signing certificate with --on and a date.',
  },
  'recovery-receiver': {
    status: 409,
    zh: '证书 {certificate} 不能接收恢复的密钥，没有执行。须为有效期内的 SM2 签名证书。',
    en: 'Certificate {certificate} cannot receive a recovered key; nothing was done. It takes an SM2 signing certificate within its term.',
  },
  'recovery-other-holder': {
    status: 409,
    zh: '证书 {certificate} 属于另一单位，没有执行。请指定持有人自己的证书；依法交给其他机构时，用 --for-authority 写明其证书上的名称。',
    en: 'Certificate {certificate} is another entity’s; nothing was done. Name one of the holder’s own; for an authority by law give its name, as it stands in that certificate, with --for-authority.',
  },
  'recovery-pair-unknown': {
    status: 404,
    zh: '密钥管理系统没有证书 {certificate} 的加密密钥，无法恢复。请核对证书；由以前的系统生成的密钥请到原系统恢复。',
    en: 'The key management does not have the encryption key of certificate {certificate}, so that it cannot be recovered. Check the certificate; keys of a former system are recovered there.',
  },
  'recovery-refused': {
    status: 403,
    zh: '密钥管理系统拒绝恢复（{reason}），没有交出任何密钥。请核对后由两名恢复操作员重新签署。',
    en: 'The key management refused the recovery ({reason}); no key was given out. Check it and have two recovery officers sign anew.',
  },
  'recovery-unavailable': {
    status: 503,
    zh: '密钥管理系统暂时不可用，没有取得密钥。指令 {command} 仍然有效：请启动密钥管理系统后重新获取。',
    en: 'The key management is not available at the moment; nothing was fetched. The order {command} stays good: start the key management and fetch it again.',
  },
  'recovery-not-ordered': {
    status: 404,
    zh: '没有由两名操作员签署的密钥恢复指令 {command}。请核对编号，或用 certdesk command list 查看等待第二人签署的指令。',
    en: 'There is no recovery {command} that two operators have signed. Check the number, or see with certdesk command list what waits for a second one.',
  },

  // ── configuration and commands ──
  'configuration-invalid': {
    status: 0,
    zh: '配置不正确：{where}。请修改后重新启动。',
    en: 'The configuration is not valid: {where}. Correct it and start again.',
  },
  'passphrase-wrong': {
    status: 0,
    zh: '口令不正确，无法打开 {file}。',
    en: 'The passphrase does not open {file}.',
  },
  'entity-numbers': {
    status: 0,
    zh: '证书“{entityName}”中没有可识别的证件号码，或号码属于不同的单位，没有导入。请核对后再导入。',
    en: 'The certificate of “{entityName}” holds no identity number that is known here, or numbers of different entities; it was not imported. Check it first.',
  },
  'certificate-without-twin': {
    status: 0,
    zh: '找不到与这张加密证书配对的签名证书，没有导入。请先导入签名证书。',
    en: 'The signing certificate that belongs to this encryption certificate is not in the register; it was not imported. Import the signing certificate first.',
  },
  'file-exists': {
    status: 0,
    zh: '文件 {file} 已存在，没有改动。请指定另一个文件。',
    en: 'The file {file} exists already; it was not changed. Name another file.',
  },
  'authority-exists': {
    status: 0,
    zh: '{folder} 已存在，没有改动其中的任何内容。请指定一个新的目录。',
    en: '{folder} exists already; nothing in it was changed. Name a new folder.',
  },
  'certificate-file-unreadable': {
    status: 0,
    zh: '无法读取文件 {file}（{reason}）。请检查文件是否存在、能否读取。',
    en: 'The file {file} cannot be read ({reason}). Check that it exists and may be read.',
  },
  'certificate-file-unknown': {
    status: 0,
    zh: '{file} 不是证书、证书请求或证书链（{reason}）。可以是 PEM、DER、base64 或 .p7b；请重新索取原文件。',
    en: '{file} holds no certificate, request or chain ({reason}). It may be PEM, DER, base64 or .p7b; ask for the original file again.',
  },
  'hsm-unavailable': {
    status: 0,
    zh: '无法使用密码机中的 CA 密钥 {place}：{reason}。请检查密码机、其驱动和令牌后重试。',
    en: 'The CA key {place} in the HSM cannot be used: {reason}. Check the HSM, its module and the token, then try again.',
  },
  'hsm-pin': {
    status: 0,
    zh: '密码机令牌“{token}”拒绝了 {file} 中的口令，不会自动重试，以免锁定。请由密码机管理员核实口令，更正该文件后重试。',
    en: 'The HSM token “{token}” refused the PIN in {file}. It is not tried again by itself, lest the token lock: have the HSM’s keeper check it, correct the file, then try again.',
  },
  'issuer-series': {
    status: 0,
    zh: '签发 CA 系列“{series}”不存在、已存在或名称不对，没有改动。用 certdesk authority list 查看现有的系列。',
    en: 'The series of issuing CAs “{series}” is not there, is there already, or has no good name; nothing was changed. See certdesk authority list.',
  },
  'issuer-certificate': {
    status: 0,
    zh: '这张签发 CA 证书不能使用：{where}。原来的签发 CA 继续签发，没有改动。请更正后重新执行。',
    en: 'This issuing CA’s certificate cannot be used: {where}. The CA before goes on issuing and nothing was changed. Correct it and run the command again.',
  },
  'crl-file-unknown': {
    status: 0,
    zh: '{file} 中没有吊销列表（CRL）。请指定 CA 公布的吊销列表文件（PEM 或 DER）。',
    en: 'There is no revocation list (CRL) in {file}. Name a list as the CA publishes it, PEM or DER.',
  },
  'import-file-invalid': {
    status: 0,
    zh: '文件有 {count} 行不正确，没有导入任何内容。请按报告修改后重新导入。',
    en: 'The file has {count} bad lines; nothing was imported. Correct them as the report says and import again.',
  },
  'import-file-unreadable': {
    status: 0,
    zh: '无法读取文件 {file}（{reason}），没有导入任何内容。请检查文件是否存在、能否读取后重新导入。',
    en: 'The file {file} cannot be read ({reason}); nothing was imported. Check that it exists and may be read, then import again.',
  },
  'import-file-old-workbook': {
    status: 0,
    zh: '文件 {file} 是旧版 Excel 工作簿（.xls）或设有密码，没有导入任何内容。请去掉密码，另存为 .xlsx 或“CSV UTF-8”后重新导入。',
    en: 'The file {file} is a workbook of an old Excel (.xls) or is protected by a password; nothing was imported. Save it as .xlsx without a password, or as “CSV UTF-8”, and import again.',
  },
  'import-file-damaged': {
    status: 0,
    zh: '文件 {file} 不是完整的 Excel 工作簿（{reason}），没有导入任何内容。请在 Excel 中打开核对，另存为 .xlsx 或“CSV UTF-8”后重新导入。',
    en: 'The file {file} is not a whole Excel workbook ({reason}); nothing was imported. Open it in Excel to see, save it as .xlsx or as “CSV UTF-8” and import again.',
  },
  'import-file-too-large': {
    status: 0,
    zh: '文件 {file} 解压后超过 {megabytes} MB，没有导入任何内容。请核对其来源；确有这么多内容时，另存为“CSV UTF-8”后重新导入。',
    en: 'The file {file} is more than {megabytes} MB when it is unpacked; nothing was imported. Check where it comes from; if it really has that much in it, save it as “CSV UTF-8” and import again.',
  },
  'import-changes-unwritable': {
    status: 0,
    zh: '无法写入变更清单 {file}（{reason}），没有导入任何内容。请检查目录是否存在、能否写入、是否有空间后重新导入。',
    en: 'The list of changes {file} cannot be written ({reason}); nothing was imported. Check that its folder exists, may be written to and has room, then import again.',
  },
  'registry-code-unknown': {
    status: 0,
    zh: '法人库中没有号码为 {code} 的单位。请核对号码，或先导入法人库。',
    en: 'The register has no entity with the number {code}. Check the number, or import the register first.',
  },
  'registry-import-running': {
    status: 0,
    zh: '另一个法人库导入正在进行。请等它完成后再导入。',
    en: 'Another import of the register is running. Wait until it is done, then import again.',
  },
  'audit-broken': {
    status: 0,
    zh: '审计日志在第 {row} 条处不完整：{reason}。请保留现场并通知审计员。',
    en: 'The audit log is broken at row {row}: {reason}. Keep everything as it is and tell the auditor.',
  },

  // ── registration clients: the CA's other systems ──
  'client-unknown': {
    status: 403,
    zh: '登记客户端不存在或未启用。请联系证书机构的管理员。',
    en: 'This registration client does not exist or is not enabled. Ask the authority’s administrator.',
  },
  'client-profile': {
    status: 403,
    zh: '登记客户端无权使用证书模板 {profile}。请联系证书机构的管理员。',
    en: 'This registration client may not use the profile {profile}. Ask the authority’s administrator.',
  },
  'client-limit': {
    status: 429,
    zh: '登记客户端已达到今天的签发上限 {limit}。请明天再试或联系管理员。',
    en: 'This registration client has reached its limit of {limit} for today. Try tomorrow or ask the administrator.',
  },
  'client-clock': {
    status: 400,
    zh: '登记请求的时间与服务器相差过大。请校准时钟后重新签名提交。',
    en: 'The registration request’s time is too far from the server’s. Set the clock, sign again and resend.',
  },
  'client-exists': {
    status: 0,
    zh: '登记客户端 {client} 已存在，没有改动。请换一个名称。',
    en: 'There is a registration client {client} already; nothing was changed. Choose another id.',
  },
  'client-key': {
    status: 0,
    zh: '登记客户端的公钥须为 SM2 或 P-256 公钥（PEM 或 DER）。',
    en: 'A registration client’s public key is an SM2 or P-256 key, in PEM or DER.',
  },
  'request-id-reused': {
    status: 409,
    zh: '这个请求编号已用于另一份内容。请换一个编号。',
    en: 'This request id was used for something else. Use a new one.',
  },

  // ── the admin PIN of a key, which no holder has ──
  'admin-pin-incorrect': {
    status: 0,
    zh: '管理员口令不正确，还可以输错 {tries} 次。请联系证书机构。',
    en: 'The admin PIN is wrong. {tries} tries are left. Call the authority.',
  },
  'admin-pin-locked': {
    status: 0,
    zh: '管理员口令已锁定，介质不能再解锁。请到受理点更换介质。',
    en: 'The admin PIN is locked and the key can no longer be unlocked. Have it replaced at a service point.',
  },
  'admin-pin-last-tries': {
    status: 0,
    zh: '管理员口令只剩 {tries} 次机会，为避免介质报废，这里不再尝试。请携带介质到受理点处理。',
    en: 'Only {tries} tries of the admin PIN are left, and nothing recovers a key without it: they are not spent here. Bring the key to a service point.',
  },
} satisfies Record<string, ErrorEntry>;
