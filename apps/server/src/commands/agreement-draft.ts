/** What `certdesk init` puts down as a beginning. The authority's lawyers write the real one. */
export const draftAgreement = {
  zh: `订户协议（草稿，请由证书机构替换）

一、证书的使用。证书代表贵单位，只用于证书策略允许的业务。介质和密码由贵单位保管，不得交给他人。
二、信息真实。贵单位确认页面上核对的信息真实有效；信息有变化时，应及时办理变更。
三、更新。更新时在介质内产生新的密钥，新证书经验证可用后，原证书才停用。
四、费用。以办理时公布的价目为准；第一张证书的更新免费。
五、责任。介质丢失、密码泄露或信息变化时，请立即联系证书机构；因未及时告知造成的损失由贵单位承担。
六、个人信息。办理中涉及的经办人信息仅用于核实和留存，按法律规定的期限保存。
`,
  en: `Subscriber agreement (a draft, to be replaced by the authority)

1. Use. The certificate stands for your company and is used only as the certificate policy allows. Your company keeps the key and its PIN and hands them to nobody else.
2. Truth. Your company confirms that what it checked on these pages is true. When it changes, have the certificate changed too.
3. Renewal. A new key pair is made on the key itself. The old certificate is retired only once the new one has been proved to work.
4. Fees. The price list at the time applies; renewing the first certificate is free.
5. Liability. Tell the authority at once when the key is lost, the PIN is known to others, or the details have changed. Loss that comes from not telling it is your company's.
6. Personal data. What concerns the person who acts for the company is used to verify and to keep records, for as long as the law asks.
`,
} as const;
