import {
  type CommandStatement,
  type SignedStatement,
  type SignedType,
  signedOctets,
  signedTypes,
} from '@certdesk/contract';
import { generateSoftwareKey, type Signer, softwareSigner } from '@certdesk/pki';
import { randomNonce } from '../platform/random.ts';
import type { Db } from '../schema/database.ts';
import { insertOperator } from './register.ts';
import type { OperatorRole } from './roles.ts';

/** An operator with a key in software, who signs whatever a test wants. */
export interface TestOperator {
  readonly id: string;
  readonly signer: Signer;
  /** @param change of the statement that is signed */
  sign(wish: Partial<CommandStatement>, type?: SignedType): Promise<SignedStatement>;
}

/** @param now what time the operator's clock shows */
export function testOperator(
  id: string,
  origin: string,
  now: () => Date,
  algorithm: 'sm2' | 'p256' = 'sm2',
): TestOperator {
  const signer = softwareSigner(generateSoftwareKey(algorithm).privateKey);
  return {
    id,
    signer,
    async sign(wish, type = signedTypes.command) {
      const statement = {
        origin,
        parameters: {},
        reason: '测试',
        operator: id,
        at: now().toISOString(),
        nonce: randomNonce(),
        ...wish,
      };
      const payload = Buffer.from(JSON.stringify(statement));
      const signature = await signer.sign(signedOctets(type, payload));
      return { payload: payload.toString('base64'), signature: Buffer.from(signature).toString('base64') };
    },
  };
}

/** Registers operators without asking anybody. */
export async function register(
  db: Db,
  now: Date,
  ...operators: readonly (readonly [TestOperator, ...OperatorRole[]])[]
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const [{ id, signer }, ...roles] of operators) {
      await insertOperator(tx, { id, name: `操作员 ${id}`, publicKey: signer.publicKey, roles }, now);
    }
  });
}
