/** The part of the configuration that says how another CA is asked over CMP (authority/cmp). */
import { z } from 'zod';
import { hasUser } from '../platform/http/address.ts';

const File = z.string().min(1);
const text = (max: number) => z.string().min(1).max(max);
const NameAttributes = z
  .array(z.strictObject({ type: text(64), value: text(200) }))
  .min(1)
  .max(16);

const Signature = z.strictObject({
  kind: z.literal('signature'),
  certificate: File,
  key: File,
  chain: z.array(File).max(8).default([]),
  signers: z.array(File).max(8).default([]),
});
const Mac = z.strictObject({ kind: z.literal('mac'), reference: text(200), secret: File });

export const Cmp = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !hasUser(url), 'holds a user or password')
    .describe('Where the CA answers CMP over HTTP (RFC 6712)'),
  chain: z
    .array(File)
    .min(1)
    .max(8)
    .describe('Certificates of the CA, PEM or DER: the issuing CA first, then upwards to its root'),
  recipient: NameAttributes.optional().describe(
    'Name of the recipient, root first, such as [{"type": "CN", "value": "CA"}]; without it the issuing CA’s subject',
  ),
  sender: NameAttributes.optional().describe(
    'Name of the sender where a MAC protects; without it an empty one, and the reference alone says who asks',
  ),
  protection: z
    .discriminatedUnion('kind', [Signature, Mac])
    .describe(
      '`{"kind": "signature", "certificate", "key", "chain": [], "signers": []}`: this desk’s certificate as registration authority, its sealed key, CA certificates above it, and the certificates whose keys sign answers (without them the issuing CA’s). Or `{"kind": "mac", "reference", "secret"}`: a name for the shared secret, and a file whose first line it is',
    ),
  request: z
    .enum(['cr', 'ir', 'kur', 'p10cr'])
    .default('cr')
    .describe(
      'How certificates are asked for: `cr`, `ir`, `kur` with a template, this desk vouching that it has seen the key’s own signature (raVerified); `p10cr` with the holder’s PKCS#10 request itself',
    ),
  extensions: z
    .boolean()
    .default(true)
    .describe(
      'Whether `cr`, `ir`, `kur` ask for the profile’s key usages, policies and identity numbers; `false` leaves them to the CA',
    ),
  term: z
    .enum(['asked', 'authority'])
    .optional()
    .describe(
      'Whose term it is: `asked` refuses a certificate that ends on another day than the holder chose; `authority` takes the CA’s. Without it `asked`, with `p10cr` `authority`',
    ),
  implicitConfirm: z
    .boolean()
    .default(false)
    .describe('Asks the CA to go without confirmations; it then learns nothing of the holder’s proof'),
  timeoutSeconds: z.int().min(1).max(15).default(10).describe('How long one answer of the CA is waited for'),
});
export type CmpConfiguration = z.infer<typeof Cmp>;

/** Makes its files absolute. */
export function cmpFilesAt(cmp: CmpConfiguration, at: (file: string) => string): CmpConfiguration {
  const { protection } = cmp;
  return {
    ...cmp,
    chain: cmp.chain.map(at),
    protection:
      protection.kind === 'mac'
        ? { ...protection, secret: at(protection.secret) }
        : {
            ...protection,
            certificate: at(protection.certificate),
            key: at(protection.key),
            chain: protection.chain.map(at),
            signers: protection.signers.map(at),
          },
  };
}
