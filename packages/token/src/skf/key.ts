import { SM4_BLOCK_LENGTH, type Sm2PublicKey, sm3, sm4DecryptEcb } from '@certdesk/gm';
import { KeyError } from '../errors.ts';
import type {
  Container,
  EncryptionKeyEnvelope,
  InitialiseOptions,
  Key,
  KeyAlgorithm,
  KeyInfo,
  PairUse,
} from '../key.ts';
import { checkPinFormat } from '../pin-format.ts';
import type { Handle, PinResult } from './binding.ts';
import { fromSkf, lie, returnedOf, sar } from './codes.ts';
import type { Connection } from './connection.ts';
import {
  checkCertificate,
  createContainer,
  inNamed,
  listContainers,
  neededPublicKey,
  needNoPair,
  removeContainer,
} from './containers.ts';
import { decrypted, decryptedByWrappedKey } from './decryption.ts';
import type { SkfDriver } from './driver.ts';
import { listFiles, readFile, removeFile, writeFile } from './files.ts';
import { keyInfo } from './info.ts';
import { initialise } from './initialise.ts';
import { checkPinResult, needAdminTries, type PinOwner, pinTypes } from './pins.ts';
import { envelopedKeyBlob, publicKeyOf, signatureOf } from './sm2-blobs.ts';

const CHALLENGE_LENGTH = 8;

/** What is around every operation of a key. */
export type Use = <T>(work: (connection: Connection) => Promise<T>) => Promise<T>;

/** A key that an SKF library reaches. */
export class SkfKey implements Key {
  readonly #driver: SkfDriver;
  readonly #ref: string;
  #connection: Connection | undefined;
  #removed = false;
  #closed = false;

  constructor(driver: SkfDriver, connection: Connection) {
    this.#driver = driver;
    this.#ref = connection.ref;
    this.#attach(connection);
  }

  info(): Promise<KeyInfo> {
    return this.#use(keyInfo);
  }

  containers(): Promise<Container[]> {
    return this.#use(listContainers);
  }

  async verifyPin(pin: string): Promise<void> {
    checkPinFormat(pin);
    await this.#use(async (connection) => {
      const application = await connection.neededApplication();
      connection.logins.delete(this);
      const verify = () => connection.call('verifyPin', [application, pinTypes.user, pin]);
      let result = await verify();
      if (result.returned === sar.alreadyLoggedIn) {
        // That somebody did before says nothing of this PIN.
        await connection.call('clearSecureState', [application]);
        result = await verify();
      }
      checkPinResult('SKF_VerifyPIN', result, 'user');
      connection.logins.add(this);
    });
  }

  logout(): Promise<void> {
    return this.#use((connection) => this.#logOut(connection));
  }

  async changePin(oldPin: string, newPin: string): Promise<void> {
    checkPinFormat(oldPin, newPin);
    await this.#withPin('SKF_ChangePIN', 'user', (connection, application) =>
      connection.call('changePin', [application, pinTypes.user, oldPin, newPin]),
    );
  }

  createContainer(name: string): Promise<void> {
    return this.#change((connection) => createContainer(connection, name));
  }

  generateKeyPair(container: string, algorithm: KeyAlgorithm): Promise<Uint8Array> {
    return this.#change((connection) =>
      inNamed(connection, container, async (handle) => {
        await needNoPair(connection, handle);
        if (algorithm !== 'sm2') throw new KeyError('not-supported');
        const made = await this.#generate(connection, handle);
        const stands = await neededPublicKey(connection, handle, 'signing');
        if (!same(made, stands)) throw lie('the key pair on the key is not the one that it said it made');
        return stands.toSpki();
      }),
    );
  }

  async #generate(connection: Connection, container: Handle): Promise<Sm2PublicKey> {
    const { sm2Algorithms, deadlinesMs } = connection.profile;
    const deadline = { deadlineMs: deadlinesMs.generate };
    for (const [at, algorithm] of sm2Algorithms.entries()) {
      try {
        const blob = await connection.call('genEccKeyPair', [container, algorithm], deadline);
        const publicKey = publicKeyOf(blob, connection.abi);
        if (!publicKey) throw lie('no public key came out of SKF_GenECCKeyPair');
        return publicKey;
      } catch (error) {
        const unknown: unknown[] = [sar.invalidParameter, sar.notSupported];
        if (!unknown.includes(returnedOf(error)) || at === sm2Algorithms.length - 1) throw error;
      }
    }
    throw new KeyError('not-supported');
  }

  sign(container: string, message: Uint8Array): Promise<Uint8Array> {
    return this.#loggedIn((connection) =>
      inNamed(connection, container, async (handle) => {
        const publicKey = await neededPublicKey(connection, handle, 'signing');
        // e of GB/T 32918.2: the key signs it and hashes nothing.
        const digest = sm3(publicKey.signerDigest(), message);
        const deadline = { deadlineMs: connection.profile.deadlinesMs.sign };
        const blob = await connection.call('eccSignData', [handle, digest], deadline);
        const signature = signatureOf(blob, connection.abi);
        if (!publicKey.verify(message, signature)) throw lie('a signature that does not verify');
        return signature;
      }),
    );
  }

  writeCertificate(container: string, use: PairUse, certificate: Uint8Array): Promise<void> {
    return this.#change((connection) =>
      inNamed(connection, container, async (handle) => {
        const publicKey = await neededPublicKey(connection, handle, use);
        checkCertificate(publicKey.toSpki(), certificate);
        await connection.call('importCertificate', [handle, use === 'signing', certificate]);
      }),
    );
  }

  importEncryptionKey(container: string, { envelope, certificate }: EncryptionKeyEnvelope): Promise<void> {
    return this.#change((connection) =>
      inNamed(connection, container, async (handle) => {
        await neededPublicKey(connection, handle, 'signing');
        const { blob, publicKey } = envelopedKeyBlob(envelope, connection.profile.envelope, connection.abi);
        checkCertificate(publicKey.toSpki(), certificate);
        await connection.call('importEccKeyPair', [handle, blob]).catch(refusedEnvelope);
        const stands = await neededPublicKey(connection, handle, 'encryption');
        if (!same(stands, publicKey)) throw lie('the encryption key on the key is not the one imported');
        await connection.call('importCertificate', [handle, false, certificate]);
      }),
    );
  }

  decrypt(container: string, ciphertext: Uint8Array): Promise<Uint8Array> {
    return this.#loggedIn((connection) =>
      inNamed(connection, container, (handle) => decrypted(connection, handle, ciphertext)),
    );
  }

  decryptByWrappedKey(container: string, wrappedKey: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
    return this.#loggedIn((connection) =>
      inNamed(connection, container, async (handle) => {
        if (connection.profile.decryption === 'session-key')
          return decryptedByWrappedKey(connection, handle, wrappedKey, data);
        const key = await decrypted(connection, handle, wrappedKey);
        if (key.length !== SM4_BLOCK_LENGTH || data.length % SM4_BLOCK_LENGTH !== 0)
          throw new KeyError('envelope-invalid');
        return sm4DecryptEcb(key, data, { padding: false });
      }),
    );
  }

  removeContainer(name: string): Promise<void> {
    return this.#change((connection) => removeContainer(connection, name));
  }

  listFiles(): Promise<{ name: string; size: number }[]> {
    return this.#use(listFiles);
  }

  readFile(name: string): Promise<Uint8Array> {
    return this.#use((connection) => readFile(connection, name));
  }

  writeFile(name: string, content: Uint8Array): Promise<void> {
    return this.#change((connection) => writeFile(connection, name, content));
  }

  removeFile(name: string): Promise<void> {
    return this.#change((connection) => removeFile(connection, name));
  }

  async unlock(adminPin: string, newPin: string): Promise<void> {
    checkPinFormat(adminPin, newPin);
    await this.#withPin('SKF_UnblockPIN', 'admin', async (connection, application) => {
      connection.logins.clear();
      return connection.call('unblockPin', [application, adminPin, newPin]);
    });
  }

  async changeAdminPin(oldPin: string, newPin: string): Promise<void> {
    checkPinFormat(oldPin, newPin);
    await this.#withPin('SKF_ChangePIN', 'admin', (connection, application) =>
      connection.call('changePin', [application, pinTypes.admin, oldPin, newPin]),
    );
  }

  unblockChallenge(): Promise<Uint8Array> {
    return this.#use(async (connection) => {
      if (connection.profile.unblock !== 'remote') throw new KeyError('not-supported');
      const application = await connection.neededApplication();
      return connection.call('genRemoteUnblockRequest', [application, CHALLENGE_LENGTH]);
    });
  }

  /** The new PIN is in the response, enciphered for the key; `newPin` is there for keys that want it beside it. */
  async unblockByResponse(response: Uint8Array, newPin: string): Promise<void> {
    checkPinFormat(newPin);
    await this.#withPin('SKF_RemoteUnblockPIN', 'admin', async (connection, application) => {
      if (connection.profile.unblock !== 'remote') throw new KeyError('not-supported');
      connection.logins.clear();
      return connection.call('remoteUnblockPin', [application, response]);
    });
  }

  async initialise(options: InitialiseOptions): Promise<void> {
    const pins = [options.pin, options.adminPin];
    checkPinFormat(...pins, ...(options.presentAdminPin === undefined ? [] : [options.presentAdminPin]));
    await this.#use((connection) => connection.locked(() => initialise(connection, options)));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const connection = this.#connection;
    this.#closed = true;
    this.#connection = undefined;
    if (connection) {
      await this.#driver.inTurn(async () => {
        await this.#logOut(connection).catch(() => undefined);
        connection.users.delete(this);
        await this.#driver.release(connection);
      });
    }
  }

  /** Rights belong to the application: they end with the last of those who share them here. */
  async #logOut(connection: Connection): Promise<void> {
    const had = connection.logins.delete(this);
    const application = await connection.application();
    if (had && application && connection.logins.size === 0)
      await connection.call('clearSecureState', [application.handle]);
  }

  #attach(connection: Connection): void {
    this.#connection = connection;
    connection.users.add(this);
  }

  /** Every operation passes here, one after the other: what goes wrong becomes a KeyError. */
  #use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#driver.inTurn(async () => {
      if (this.#closed) throw new KeyError('key-failed', { detail: 'the key was closed' });
      if (this.#removed || this.#connection?.gone) throw this.#gone();
      try {
        const connection = await this.#driver.connection(this.#ref);
        if (connection !== this.#connection) this.#attach(connection);
        return await work(connection);
      } catch (cause) {
        const error = await this.#driver.explain(this.#ref, cause);
        if (error.code === 'key-removed') throw this.#gone(error);
        // Said by the library, it is so for all who share the application.
        if (returnedOf(cause) === sar.notLoggedIn) this.#connection?.logins.clear();
        throw error;
      }
    });
  }

  /** It stays removed, also when it is back: open it again, and log in again. */
  #gone(error: KeyError = new KeyError('key-removed')): KeyError {
    this.#removed = true;
    return error;
  }

  #loggedIn<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#use((connection) => {
      // The library would let in whoever comes after one who logged in.
      if (!connection.logins.has(this)) throw new KeyError('login-needed');
      return work(connection);
    });
  }

  #change<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#loggedIn((connection) => connection.locked(() => work(connection)));
  }

  /** Something that costs a try if the PIN is wrong. */
  #withPin(
    called: string,
    owner: PinOwner,
    work: (connection: Connection, application: Handle) => Promise<PinResult>,
  ): Promise<void> {
    return this.#use(async (connection) => {
      const application = await connection.neededApplication();
      if (owner === 'admin') await needAdminTries(connection, application);
      checkPinResult(called, await work(connection, application), owner);
    });
  }
}

function same(one: Sm2PublicKey, other: Sm2PublicKey): boolean {
  return Buffer.from(one.toPoint()).equals(other.toPoint());
}

/** Libraries give all kinds of codes for an envelope that does not open. */
function refusedEnvelope(error: unknown): never {
  const known = fromSkf(error);
  throw known.code === 'key-failed' || known.code === 'key-pair-not-found'
    ? new KeyError('envelope-invalid', { detail: known.message, cause: error })
    : error;
}
