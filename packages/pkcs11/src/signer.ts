import { type Native, NativeError, type NativeProcess } from '@certdesk/native';
import { Certificate, keyAlgorithmOf, type Signer, verifyByKey } from '@certdesk/pki';
import type { AttributeValue } from './attributes.ts';
import type { FoundObject, Handle, Pkcs11Functions, Slot } from './binding.ts';
import { CKA, CKF, CKO } from './constants.ts';
import { ckrOf, Pkcs11Error } from './errors.ts';
import { type Pkcs11Algorithm, PUBLIC_KEY_ATTRIBUTES, publicKeyOf } from './public-key.ts';
import { signMessage } from './signing.ts';
import { type StartOptions, startModule } from './start.ts';

export interface Pkcs11SignerOptions extends Omit<StartOptions, 'path'> {
  /** Path of the module. */
  readonly module: string;
  /** Which token; whatever is given has to fit, and only one token may. */
  readonly tokenLabel?: string;
  readonly serial?: string;
  readonly slot?: number;
  /** Which private key on it: CKA_LABEL, CKA_ID in hex, or both. Only one may fit. */
  readonly keyLabel?: string;
  readonly keyId?: string;
  readonly pin: string;
}

/** A signer whose key is in a PKCS#11 module and never leaves it. */
export interface Pkcs11Signer extends Signer {
  readonly algorithm: Pkcs11Algorithm;
  sign(message: Uint8Array): Promise<Uint8Array>;
  /** Logs out by ending the module's process. */
  close(): Promise<void>;
}

interface Opened {
  readonly process: NativeProcess<Pkcs11Functions>;
  readonly session: Handle;
  readonly key: Handle;
  readonly algorithm: Pkcs11Algorithm;
  readonly publicKey: Uint8Array;
}

/**
 * Opens a key in a module, and tries it: what it signs has to verify by the public key that stands beside it.
 * When the module's process ends, or the token was out, `sign` opens it again. A PIN that was refused once is never tried
 * again, and none is tried where only one try is left: that is for a person to do.
 * @throws Pkcs11Error; NativeError when the module is missing, hangs or crashes
 */
export async function openPkcs11Signer(options: Pkcs11SignerOptions): Promise<Pkcs11Signer> {
  const native = startModule(options);
  try {
    return new ModuleSigner(options, native, await open(options, native));
  } catch (error) {
    await native.close();
    throw error;
  }
}

class ModuleSigner implements Pkcs11Signer {
  readonly algorithm: Pkcs11Algorithm;
  readonly publicKey: Uint8Array;
  readonly #options: Pkcs11SignerOptions;
  readonly #native: Native<Pkcs11Functions>;
  #opened: Promise<Opened>;
  #refused: Pkcs11Error | undefined;

  constructor(options: Pkcs11SignerOptions, native: Native<Pkcs11Functions>, opened: Opened) {
    this.#options = options;
    this.#native = native;
    this.#opened = Promise.resolve(opened);
    this.algorithm = opened.algorithm;
    this.publicKey = opened.publicKey;
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    const before = this.#opened;
    try {
      return await signWith(await before, message);
    } catch (error) {
      if (!isGone(error)) throw asPkcs11Error(error);
      // What needs a moment to come back is asked again by the next signature, not here.
      return signWith(await this.#openAgain(before), message).catch((again: unknown) => {
        throw asPkcs11Error(again);
      });
    }
  }

  /** Once for all who found `before` gone. */
  #openAgain(before: Promise<Opened>): Promise<Opened> {
    if (this.#refused) throw this.#refused;
    if (this.#opened === before) {
      this.#opened = this.#reopen();
      this.#opened.catch((error: unknown) => {
        if (error instanceof Pkcs11Error && error.code.startsWith('pin-')) this.#refused = error;
      });
    }
    return this.#opened;
  }

  async #reopen(): Promise<Opened> {
    await this.#native.restart();
    const opened = await open(this.#options, this.#native);
    if (Buffer.compare(opened.publicKey, this.publicKey) !== 0)
      throw new Pkcs11Error('key-not-found', 'there is another key in its place');
    return opened;
  }

  async close(): Promise<void> {
    await this.#native.close();
  }
}

function signWith({ process, session, key, algorithm }: Opened, message: Uint8Array): Promise<Uint8Array> {
  return signMessage(process, session, key, algorithm, message);
}

/** What a fresh process, session and login may mend. */
const GONE: readonly (string | undefined)[] = [
  'CKR_DEVICE_REMOVED',
  'CKR_TOKEN_NOT_PRESENT',
  'CKR_SESSION_HANDLE_INVALID',
  'CKR_SESSION_CLOSED',
  'CKR_USER_NOT_LOGGED_IN',
  'CKR_KEY_HANDLE_INVALID',
  'CKR_OBJECT_HANDLE_INVALID',
  'CKR_CRYPTOKI_NOT_INITIALIZED',
];

function isGone(error: unknown): boolean {
  if (error instanceof NativeError) return error.code === 'library-crashed' || error.code === 'library-hung';
  // An earlier opening that failed: the token was still out, say.
  if (error instanceof Pkcs11Error) return error.code === 'token-not-found' || error.code === 'key-not-found';
  return GONE.includes(ckrOf(error));
}

function asPkcs11Error(error: unknown): unknown {
  const name = ckrOf(error);
  return name === undefined ? error : new Pkcs11Error('module-failed', name, { cause: error });
}

async function open(options: Pkcs11SignerOptions, native: Native<Pkcs11Functions>): Promise<Opened> {
  try {
    const process = native.process();
    const slot = theOne('token', await process.call('slots', []), (one) => isWanted(options, one));
    const session = await process.call('openSession', [slot.id, false]);
    await login(process, session, slot, options.pin);
    const { key, algorithm, publicKey } = await findKey(process, session, options);
    const opened = { process, session, key, algorithm, publicKey };
    const probe = Buffer.from('certdesk: is this the key of that certificate?');
    if (!verifyByKey(publicKey, probe, await signWith(opened, probe)))
      throw new Pkcs11Error('key-unsupported', 'what it signs does not verify by its public key');
    return opened;
  } catch (error) {
    throw asPkcs11Error(error);
  }
}

function isWanted({ tokenLabel, serial, slot }: Pkcs11SignerOptions, { id, token }: Slot): boolean {
  return (
    (tokenLabel === undefined || token.label === tokenLabel) &&
    (serial === undefined || token.serial === serial) &&
    (slot === undefined || Number(id) === slot)
  );
}

/** The only one that fits. */
export function theOne<T>(what: 'token' | 'key', all: readonly T[], fits: (one: T) => boolean): T {
  const [first, ...others] = all.filter(fits);
  if (!first) throw new Pkcs11Error(`${what}-not-found`, `${all.length} there, none that fits`);
  if (others.length > 0) throw new Pkcs11Error(`${what}-ambiguous`, `${others.length + 1} fit`);
  return first;
}

/** Never where only one try is left. @throws Pkcs11Error `pin-refused`, `pin-locked` */
export async function login(
  process: NativeProcess<Pkcs11Functions>,
  session: Handle,
  { token: { flags } }: Slot,
  pin: string,
): Promise<void> {
  if (!(flags & CKF.LOGIN_REQUIRED)) return;
  if (flags & CKF.USER_PIN_LOCKED) throw new Pkcs11Error('pin-locked', 'the token says so');
  if (flags & CKF.USER_PIN_FINAL_TRY)
    throw new Pkcs11Error('pin-refused', 'only one try is left, which is not spent unattended');
  try {
    await process.call('login', [session, 'USER', pin]);
  } catch (error) {
    const name = ckrOf(error);
    if (name === 'CKR_USER_ALREADY_LOGGED_IN') return;
    if (name === 'CKR_PIN_LOCKED') throw new Pkcs11Error('pin-locked', name, { cause: error });
    if (name?.startsWith('CKR_PIN_')) throw new Pkcs11Error('pin-refused', name, { cause: error });
    throw error;
  }
}

async function findKey(
  process: NativeProcess<Pkcs11Functions>,
  session: Handle,
  { keyLabel, keyId }: Pkcs11SignerOptions,
): Promise<{ key: Handle; algorithm: Pkcs11Algorithm; publicKey: Uint8Array }> {
  const wanted: Record<number, AttributeValue> = { [CKA.CLASS]: CKO.PRIVATE_KEY };
  if (keyLabel !== undefined) wanted[CKA.LABEL] = keyLabel;
  if (keyId !== undefined) wanted[CKA.ID] = Buffer.from(keyId, 'hex');
  const privateKeys = await process.call('find', [session, wanted, [CKA.ID, ...PUBLIC_KEY_ATTRIBUTES]]);
  const found = theOne('key', privateKeys, () => true);
  const id = found.attributes[CKA.ID];
  const beside = async (kind: number, attributes: readonly number[]): Promise<FoundObject[]> =>
    id instanceof Uint8Array && id.length > 0
      ? process.call('find', [session, { [CKA.CLASS]: kind, [CKA.ID]: id }, attributes])
      : [];
  for (const { attributes } of [found, ...(await beside(CKO.PUBLIC_KEY, PUBLIC_KEY_ATTRIBUTES))]) {
    const known = publicKeyOf(attributes);
    if (known) return { key: found.handle, ...known };
  }
  for (const { attributes } of await beside(CKO.CERTIFICATE, [CKA.VALUE])) {
    const known = publicKeyOfCertificate(attributes[CKA.VALUE]);
    if (known) return { key: found.handle, ...known };
  }
  throw new Pkcs11Error(
    'key-unsupported',
    'its public key is not to be had, or is of no kind that is used here',
  );
}

function publicKeyOfCertificate(value: unknown) {
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    const { publicKey } = Certificate.parse(value);
    const algorithm = keyAlgorithmOf(publicKey);
    return algorithm === 'sm2' ? undefined : { publicKey, algorithm };
  } catch {
    // Whatever stands there, it is no certificate that can be read.
    return undefined;
  }
}
