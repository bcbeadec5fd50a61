import { randomBytes } from 'node:crypto';
import type { Native } from '@certdesk/native';
import type { Template } from './attributes.ts';
import type { Pkcs11Functions } from './binding.ts';
import { CKA, CKM, CKO } from './constants.ts';
import { ckrOf, Pkcs11Error } from './errors.ts';
import { CURVES, type Pkcs11Algorithm } from './public-key.ts';
import { login, theOne } from './signer.ts';
import { type StartOptions, startModule } from './start.ts';

export interface GenerateOptions extends Omit<StartOptions, 'path'> {
  /** Path of the module. */
  readonly module: string;
  /** Exactly one token may have it. */
  readonly tokenLabel: string;
  /** CKA_LABEL of the new pair; no key on the token may have it. */
  readonly keyLabel: string;
  readonly algorithm: Pkcs11Algorithm;
  readonly pin: string;
}

/**
 * Makes a key pair for signing inside a module. The private key is sensitive and not extractable: it never leaves.
 * @throws Pkcs11Error `key-ambiguous` when there is a key of this label; `key-unsupported` when what the module made could leave
 *   it (it is removed again); NativeError
 */
export async function generatePkcs11Key(options: GenerateOptions): Promise<void> {
  const native = startModule(options);
  try {
    await generate(native, options);
  } catch (error) {
    const name = ckrOf(error);
    throw name === undefined ? error : new Pkcs11Error('module-failed', name, { cause: error });
  } finally {
    await native.close();
  }
}

async function generate(
  native: Native<Pkcs11Functions>,
  { tokenLabel, keyLabel, algorithm, pin }: GenerateOptions,
): Promise<void> {
  const process = native.process();
  const slot = theOne('token', await process.call('slots', []), ({ token }) => token.label === tokenLabel);
  const session = await process.call('openSession', [slot.id, true]);
  await login(process, session, slot, pin);
  const labelled: Template = { [CKA.CLASS]: CKO.PRIVATE_KEY, [CKA.LABEL]: keyLabel };
  if ((await process.call('find', [session, labelled, []])).length > 0)
    throw new Pkcs11Error('key-ambiguous', `there is a key ${keyLabel} already`);
  const both: Template = { [CKA.TOKEN]: true, [CKA.LABEL]: keyLabel, [CKA.ID]: randomBytes(16) };
  const publicKey: Template = { ...both, ...kindOf(algorithm), [CKA.VERIFY]: true };
  const privateKey: Template = {
    ...both,
    [CKA.PRIVATE]: true,
    [CKA.SENSITIVE]: true,
    [CKA.EXTRACTABLE]: false,
    [CKA.SIGN]: true,
    [CKA.DECRYPT]: false,
    [CKA.UNWRAP]: false,
  };
  const mechanism = algorithm.startsWith('rsa') ? CKM.RSA_PKCS_KEY_PAIR_GEN : CKM.EC_KEY_PAIR_GEN;
  const made = await process.call('generateKeyPair', [session, mechanism, publicKey, privateKey]);
  // A module may ignore what it was asked for: what it made is asked.
  const read = [CKA.SENSITIVE, CKA.EXTRACTABLE];
  const [found] = await process.call('find', [session, labelled, read]);
  if (found?.attributes[CKA.SENSITIVE] === true && found.attributes[CKA.EXTRACTABLE] === false) return;
  await process.call('destroy', [session, made.privateKey]);
  await process.call('destroy', [session, made.publicKey]);
  throw new Pkcs11Error('key-unsupported', 'the module made a key that can leave it');
}

function kindOf(algorithm: Pkcs11Algorithm): Template {
  const curve = CURVES.find((one) => one.algorithm === algorithm);
  if (curve) return { [CKA.EC_PARAMS]: curve.params };
  return {
    [CKA.MODULUS_BITS]: Number(algorithm.slice('rsa'.length)),
    [CKA.PUBLIC_EXPONENT]: Buffer.from([1, 0, 1]),
  };
}
