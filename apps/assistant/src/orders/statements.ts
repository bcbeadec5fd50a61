import {
  type AmendmentStatement,
  type ProofStatement,
  type RenewalStatement,
  type SignedStatement,
  type SignInStatement,
  signedOctets,
  signedTypes,
} from '@certdesk/contract';
import type { Key } from '@certdesk/token';

interface Statements {
  signIn: SignInStatement;
  renewal: RenewalStatement;
  amendment: AmendmentStatement;
  proof: ProofStatement;
}

/** Has a container's key sign a statement made here, from an order; the key never signs octets that a page chose. */
export async function signStatement<T extends keyof Statements>(
  key: Key,
  container: string,
  type: T,
  statement: Statements[T],
): Promise<SignedStatement> {
  const payload = Buffer.from(JSON.stringify(statement));
  const signature = await key.sign(container, signedOctets(signedTypes[type], payload));
  return { payload: payload.toString('base64'), signature: Buffer.from(signature).toString('base64') };
}
