import type { SignedStatement, SignInOrder } from '@certdesk/contract';
import { certificateDigest } from '@certdesk/pki';
import { signStatement } from './statements.ts';
import type { UnlockedKey } from './unlock.ts';

/** @returns what the page hands to its server; `certificate` is DER in base64 */
export async function signIn(
  order: SignInOrder,
  { key, container, certificate }: UnlockedKey,
): Promise<{ statement: SignedStatement; certificate: string }> {
  const { origin, nonce } = order;
  const statement = await signStatement(key, container, 'signIn', {
    origin,
    order: order.id,
    nonce,
    certificate: certificateDigest(certificate),
  });
  return { statement, certificate: Buffer.from(certificate).toString('base64') };
}
