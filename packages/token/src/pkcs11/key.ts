import {
  CKA,
  CKC,
  CKF,
  CKK,
  CKM,
  CKO,
  CURVES,
  ckrOf,
  type Handle,
  PUBLIC_KEY_ATTRIBUTES,
  publicKeyOf,
  signMessage,
  type Template,
} from '@certdesk/pkcs11';
import { Certificate, der } from '@certdesk/pki';
import { KeyError } from '../errors.ts';
import type { Container, InitialiseOptions, Key, KeyAlgorithm, KeyInfo, PairUse } from '../key.ts';
import { checkPinFormat } from '../pin-format.ts';
import { fromModule, type PinOwner } from './errors.ts';
import { adminPinState, keyInfo, userPinState } from './info.ts';
import { fileTemplate, markTemplate, readData, type StoredFile } from './marks.ts';
import { checkContainerName, idOfContainer } from './names.ts';
import { type Holding, type PairObjects, readHoldings, toContainer } from './objects.ts';
import type { Session } from './session.ts';

/** RSA keys of 3072 bits take a small chip a minute, and more. */
const GENERATING_MS = 180_000;
const FILE_NAME = /^[\x21-\x7e]{1,32}$/;

export interface Pkcs11KeyOptions {
  readonly ref: string;
  readonly session: Session;
  /** One more session with the same token, in a process of its own. */
  readonly another: () => Promise<Session>;
  readonly files: boolean;
  /** Something on the token was changed, or the token is gone: who keeps a module open should look again. */
  readonly onEnd: () => void;
}

/** A token that was opened: one session, in a process of its own, with a login of its own. */
export class Pkcs11Key implements Key {
  readonly #options: Pkcs11KeyOptions;
  #session: Session;
  #last: Promise<unknown> = Promise.resolve();
  #loggedIn = false;
  #closed = false;
  #gone = false;
  /** Containers that were made on a token that takes no marks: they exist once a key pair is in them. */
  readonly #unmarked = new Set<string>();

  constructor(options: Pkcs11KeyOptions) {
    this.#options = options;
    this.#session = options.session;
  }

  info(): Promise<KeyInfo> {
    return this.#run(async () => {
      const { id } = this.#session.slot;
      const token = await this.#session.call('token', [id]);
      const mechanisms = await this.#session.call('mechanisms', [id]);
      return keyInfo(this.#options.ref, token, mechanisms, this.#options.files);
    });
  }

  containers(): Promise<Container[]> {
    return this.#run(async () => {
      const holdings = (await this.#holdings()).map(toContainer);
      const names = new Set(holdings.map(({ name }) => name));
      return [
        ...holdings,
        ...[...this.#unmarked].filter((name) => !names.has(name)).map((name) => ({ name })),
      ];
    });
  }

  verifyPin(pin: string): Promise<void> {
    return this.#run(async () => {
      checkPinFormat(pin);
      await this.#dropLogin();
      await this.#usePin(this.#session, 'user', () =>
        this.#session.call('login', [this.#session.handle, 'USER', pin]),
      );
      this.#loggedIn = true;
      await this.#finishRemovals();
    });
  }

  logout(): Promise<void> {
    return this.#run(() => this.#dropLogin());
  }

  changePin(oldPin: string, newPin: string): Promise<void> {
    return this.#run(async () => {
      checkPinFormat(newPin);
      checkPinFormat(oldPin);
      await this.#usePin(this.#session, 'user', () =>
        this.#session.call('setPin', [this.#session.handle, oldPin, newPin]),
      );
    });
  }

  createContainer(name: string): Promise<void> {
    return this.#change(async () => {
      checkContainerName(name);
      if (this.#unmarked.has(name) || (await this.#find(name))) throw new KeyError('container-exists');
      try {
        await this.#session.call('create', [this.#session.handle, markTemplate('made', name)]);
      } catch (error) {
        if (!takesNoData(error)) throw error;
        // A container is there once a key pair is: what a stop loses of it is nothing but its name.
        this.#unmarked.add(name);
      }
    });
  }

  generateKeyPair(container: string, algorithm: KeyAlgorithm): Promise<Uint8Array> {
    return this.#change(async () => {
      if (algorithm === 'sm2') throw new KeyError('not-supported');
      const holding = await this.#find(container);
      if (!holding && !this.#unmarked.has(container)) throw new KeyError('container-not-found');
      const id = holding?.id ?? idOfContainer(container);
      await this.#makeWay(holding);
      // Label and id go into the templates: whenever this is cut off, what was made is found by them.
      const label = holding?.label || container;
      const common = { [CKA.TOKEN]: true, [CKA.LABEL]: label, [CKA.ID]: id };
      const { type, kind, parameters } = generationOf(algorithm);
      const made = await this.#session.call(
        'generateKeyPair',
        [
          this.#session.handle,
          type,
          { ...common, ...parameters, [CKA.KEY_TYPE]: kind, [CKA.PRIVATE]: false, [CKA.VERIFY]: true },
          {
            ...common,
            [CKA.KEY_TYPE]: kind,
            [CKA.PRIVATE]: true,
            [CKA.SENSITIVE]: true,
            [CKA.EXTRACTABLE]: false,
            [CKA.SIGN]: true,
          },
        ],
        { deadlineMs: GENERATING_MS },
      );
      const publicKey = await this.#publicKeyOf(made.publicKey, id);
      this.#unmarked.delete(container);
      return publicKey;
    });
  }

  sign(container: string, message: Uint8Array): Promise<Uint8Array> {
    return this.#change(async () => {
      const { algorithm, privateHandle } = await this.#pair(container, 'signing');
      if (privateHandle === undefined) throw new KeyError('key-pair-not-found');
      return signMessage(this.#session, this.#session.handle, privateHandle, algorithm, message);
    });
  }

  writeCertificate(container: string, use: PairUse, certificate: Uint8Array): Promise<void> {
    return this.#change(async () => {
      const pair = await this.#pair(container, use);
      const parsed = parsedCertificate(certificate);
      if (Buffer.compare(parsed.publicKey, pair.publicKey) !== 0) throw new KeyError('public-key-mismatch');
      const isThis = (one: { certificate: Certificate }) =>
        Buffer.compare(one.certificate.der, parsed.der) === 0;
      if (!pair.certificates.some(isThis)) {
        await this.#session.call('create', [
          this.#session.handle,
          certificateTemplate(pair.id, pair.label || container, parsed),
        ]);
      }
      // The new one first: at no moment is the pair without a certificate.
      for (const old of pair.certificates) if (!isThis(old)) await this.#destroy(old.handle);
    });
  }

  importEncryptionKey(): Promise<void> {
    return this.#run(() => Promise.reject(new KeyError('not-supported')));
  }

  decrypt(): Promise<Uint8Array> {
    return this.#run(() => Promise.reject(new KeyError('not-supported')));
  }

  decryptByWrappedKey(): Promise<Uint8Array> {
    return this.#run(() => Promise.reject(new KeyError('not-supported')));
  }

  removeContainer(name: string): Promise<void> {
    return this.#change(async () => {
      this.#unmarked.delete(name);
      const holding = await this.#find(name);
      if (holding) await this.#remove(holding);
    });
  }

  listFiles(): Promise<{ name: string; size: number }[]> {
    return this.#run(async () =>
      (await this.#files()).map(({ name, content }) => ({ name, size: content.length })),
    );
  }

  readFile(name: string): Promise<Uint8Array> {
    return this.#run(async () => {
      const file = (await this.#files()).find((one) => one.name === name);
      if (!file) throw new KeyError('file-not-found');
      return file.content;
    });
  }

  writeFile(name: string, content: Uint8Array): Promise<void> {
    return this.#change(async () => {
      if (!FILE_NAME.test(name)) throw new KeyError('file-name');
      const before = (await this.#storedFiles()).filter((one) => one.name === name);
      const version = 1 + Math.max(0, ...before.map((one) => one.version));
      try {
        await this.#session.call('create', [this.#session.handle, fileTemplate(name, version, content)]);
      } catch (error) {
        throw takesNoData(error) ? new KeyError('not-supported', { cause: error }) : error;
      }
      for (const { handle } of before) await this.#destroy(handle);
    });
  }

  removeFile(name: string): Promise<void> {
    return this.#change(async () => {
      const files = (await this.#storedFiles()).filter((one) => one.name === name);
      // The oldest first: a stop must not bring an old content back.
      files.sort((one, other) => one.version - other.version);
      for (const { handle } of files) await this.#destroy(handle);
    });
  }

  unlock(adminPin: string, newPin: string): Promise<void> {
    return this.#asAdmin(adminPin, newPin, async (session) => {
      await session.call('initPin', [session.handle, newPin]);
      await session.call('logout', [session.handle]);
      // What the old process knows of the PIN may be the old one, and its login was given by that.
      return 'goes on';
    });
  }

  changeAdminPin(oldPin: string, newPin: string): Promise<void> {
    return this.#asAdmin(oldPin, newPin, async (session) => {
      await session.call('setPin', [session.handle, oldPin, newPin]);
      return 'ends';
    });
  }

  unblockChallenge(): Promise<Uint8Array> {
    return this.#run(() => Promise.reject(new KeyError('not-supported')));
  }

  unblockByResponse(): Promise<void> {
    return this.#run(() => Promise.reject(new KeyError('not-supported')));
  }

  initialise({ label, pin, adminPin, presentAdminPin }: InitialiseOptions): Promise<void> {
    return this.#run(async () => {
      checkPinFormat(pin, adminPin);
      const isNew = !(this.#session.slot.token.flags & CKF.TOKEN_INITIALIZED);
      const present = presentAdminPin ?? (isNew ? adminPin : undefined);
      if (present === undefined) throw new KeyError('admin-pin-incorrect');
      const session = await this.#options.another();
      try {
        // Tried before anything is touched; a token that is new has nothing to try it on.
        if (!isNew) {
          await this.#loginAsAdmin(session, present);
          await session.call('logout', [session.handle]);
        }
      } catch (error) {
        await session.end();
        throw error;
      }
      await this.#goOnWith(session);
      this.#unmarked.clear();
      await session.withoutSessions((slot) => session.call('initToken', [slot, present, label]));
      await this.#loginAsAdmin(session, present);
      await session.call('initPin', [session.handle, pin]);
      if (present !== adminPin) await session.call('setPin', [session.handle, present, adminPin]);
      await session.call('logout', [session.handle]);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#loggedIn = false;
    await this.#session.end();
    this.#options.onEnd();
  }

  /** Every operation passes here, one after the other: what goes wrong becomes a KeyError, and a pulled key stays gone. */
  #run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      if (this.#closed) throw new KeyError('key-failed', { detail: 'the key was closed' });
      if (this.#gone) throw new KeyError('key-removed');
      try {
        return await work();
      } catch (cause) {
        const error = fromModule(cause);
        if (error.code === 'key-removed') {
          this.#gone = true;
          this.#loggedIn = false;
          this.#options.onEnd();
        }
        throw error;
      }
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** For whom the right PIN was entered here; the module could not tell whose login it is. */
  #change<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(() => (this.#loggedIn ? work() : Promise.reject(new KeyError('login-needed'))));
  }

  /** Does what spends a try if the PIN is wrong; a locked one is not tried. */
  async #usePin(session: Session, owner: PinOwner, use: () => Promise<void>): Promise<void> {
    const flag = async () => {
      const token = await session.call('token', [session.slot.id]);
      return (owner === 'admin' ? adminPinState(token) : userPinState(token)).flag;
    };
    const locked = owner === 'admin' ? 'admin-pin-locked' : 'pin-locked';
    const before = await flag();
    // Nothing recovers a key whose admin PIN is locked: its last try is not spent here.
    if (before === 'locked' || (owner === 'admin' && before === 'final')) throw new KeyError(locked);
    try {
      await use();
    } catch (cause) {
      const error = fromModule(cause, owner);
      const wasTry = error.code === 'pin-incorrect' || error.code === 'admin-pin-incorrect';
      throw wasTry && (await flag()) === 'locked' ? new KeyError(locked, { cause }) : error;
    }
  }

  #loginAsAdmin(session: Session, pin: string): Promise<void> {
    return this.#usePin(session, 'admin', () => session.call('login', [session.handle, 'SO', pin]));
  }

  /**
   * In a process of its own: the holder's login here goes on beside it.
   * @param work says whether that process takes the place of this key's own
   */
  #asAdmin(
    adminPin: string,
    newPin: string,
    work: (session: Session) => Promise<'goes on' | 'ends'>,
  ): Promise<void> {
    return this.#run(async () => {
      checkPinFormat(newPin, adminPin);
      const session = await this.#options.another();
      try {
        await this.#loginAsAdmin(session, adminPin);
        if ((await work(session)) === 'goes on') await this.#goOnWith(session);
      } finally {
        if (session !== this.#session) await session.end();
      }
    });
  }

  async #goOnWith(session: Session): Promise<void> {
    const before = this.#session;
    this.#session = session;
    this.#loggedIn = false;
    await before.end();
  }

  async #dropLogin(): Promise<void> {
    if (!this.#loggedIn) return;
    this.#loggedIn = false;
    await this.#session.call('logout', [this.#session.handle]);
  }

  /** Without those that are being removed. */
  async #holdings(): Promise<Holding[]> {
    const holdings = await readHoldings(this.#session, this.#loggedIn);
    return holdings.filter(({ marks }) => !marks.some(({ kind }) => kind === 'removing'));
  }

  async #find(name: string): Promise<Holding | undefined> {
    return (await this.#holdings()).find((holding) => holding.name === name);
  }

  async #pair(container: string, use: PairUse): Promise<PairObjects> {
    const holding = await this.#find(container);
    const pair = holding?.pairs.find((one) => one.use === use);
    if (pair) return pair;
    const exists = holding || this.#unmarked.has(container);
    throw new KeyError(exists ? 'key-pair-not-found' : 'container-not-found');
  }

  #destroy(object: Handle): Promise<void> {
    return this.#session.call('destroy', [this.#session.handle, object]);
  }

  /**
   * Clears what a stop left in a container of ours: a public key without its private one, or the other way round, for
   * which no certificate can have been asked.
   */
  async #makeWay(holding: Holding | undefined): Promise<void> {
    if (!holding) return;
    const { pairs, privateKeys, publicKeys, certificates } = holding;
    const isOurs = Buffer.compare(holding.id, idOfContainer(holding.label)) === 0;
    if (pairs.length > 0 || (privateKeys.length > 0 && !(isOurs && certificates.length === 0)))
      throw new KeyError('key-pair-exists');
    if (!isOurs) return;
    for (const object of [...privateKeys, ...certificates, ...publicKeys]) await this.#destroy(object);
  }

  async #publicKeyOf(made: Handle, id: Uint8Array): Promise<Uint8Array> {
    const found = await this.#session.call('find', [
      this.#session.handle,
      { [CKA.CLASS]: CKO.PUBLIC_KEY, [CKA.ID]: id },
      PUBLIC_KEY_ATTRIBUTES,
    ]);
    const known = publicKeyOf(found.find(({ handle }) => handle === made)?.attributes ?? {});
    if (!known)
      throw new KeyError('key-failed', { detail: 'the token does not show the public key it made' });
    return known.publicKey;
  }

  /** Written down first, so that a removal that was cut off is finished at the next login and not found half-done. */
  async #remove(holding: Holding): Promise<void> {
    const { name, pairs, privateKeys, publicKeys, certificates, marks } = holding;
    if (new Set(pairs.map(({ use }) => use)).size < pairs.length)
      throw new KeyError('key-failed', { detail: 'several key pairs share one CKA_ID' });
    const removing: Handle[] = [];
    try {
      const { handle } = this.#session;
      removing.push(await this.#session.call('create', [handle, markTemplate('removing', name)]));
    } catch (error) {
      if (!takesNoData(error)) throw error;
    }
    // Where no mark can be written, the worst that a stop leaves is a public key.
    for (const object of [...certificates, ...privateKeys, ...publicKeys]) await this.#destroy(object);
    for (const mark of marks) await this.#destroy(mark.handle);
    for (const mark of removing) await this.#destroy(mark);
  }

  async #finishRemovals(): Promise<void> {
    const { marks } = await readData(this.#session);
    const removing = marks.filter(({ kind }) => kind === 'removing');
    if (removing.length === 0) return;
    const holdings = await readHoldings(this.#session, true);
    for (const mark of removing) {
      const holding = holdings.find(({ name }) => name === mark.container);
      if (holding) await this.#remove(holding);
      else await this.#destroy(mark.handle);
    }
  }

  async #storedFiles(): Promise<StoredFile[]> {
    return (await readData(this.#session)).files;
  }

  /** By name, the newest of each. */
  async #files(): Promise<StoredFile[]> {
    const newest = new Map<string, StoredFile>();
    for (const file of await this.#storedFiles())
      if (file.version > (newest.get(file.name)?.version ?? 0)) newest.set(file.name, file);
    return [...newest.values()];
  }
}

const NO_DATA: readonly (string | undefined)[] = [
  'CKR_ATTRIBUTE_TYPE_INVALID',
  'CKR_ATTRIBUTE_VALUE_INVALID',
  'CKR_TEMPLATE_INCONSISTENT',
  'CKR_TEMPLATE_INCOMPLETE',
  'CKR_FUNCTION_NOT_SUPPORTED',
  'CKR_FUNCTION_REJECTED',
  'CKR_ACTION_PROHIBITED',
];

/** Many tokens keep keys and certificates, and no data objects. */
function takesNoData(error: unknown): boolean {
  return NO_DATA.includes(ckrOf(error));
}

function generationOf(algorithm: Exclude<KeyAlgorithm, 'sm2'>): {
  type: number;
  kind: number;
  parameters: Template;
} {
  const curve = CURVES.find((one) => one.algorithm === algorithm);
  if (curve)
    return { type: CKM.EC_KEY_PAIR_GEN, kind: CKK.EC, parameters: { [CKA.EC_PARAMS]: curve.params } };
  const bits = algorithm === 'rsa3072' ? 3072 : 2048;
  const exponent = Uint8Array.of(1, 0, 1);
  return {
    type: CKM.RSA_PKCS_KEY_PAIR_GEN,
    kind: CKK.RSA,
    parameters: { [CKA.MODULUS_BITS]: bits, [CKA.PUBLIC_EXPONENT]: exponent },
  };
}

function parsedCertificate(certificate: Uint8Array): Certificate {
  try {
    return Certificate.parse(certificate);
  } catch (cause) {
    throw new KeyError('certificate-invalid', { cause });
  }
}

/** Public, with the id of its pair, which is how applications find the key of a certificate. */
function certificateTemplate(id: Uint8Array, label: string, certificate: Certificate): Template {
  const { subject, issuer, serialNumber } = certificate;
  return {
    [CKA.CLASS]: CKO.CERTIFICATE,
    [CKA.TOKEN]: true,
    [CKA.PRIVATE]: false,
    [CKA.CERTIFICATE_TYPE]: CKC.X_509,
    [CKA.LABEL]: label,
    [CKA.ID]: id,
    [CKA.SUBJECT]: subject.der,
    [CKA.ISSUER]: issuer.der,
    [CKA.SERIAL_NUMBER]: der.encode(der.unsignedInteger(Buffer.from(serialNumber, 'hex'))),
    [CKA.VALUE]: certificate.der,
  };
}
