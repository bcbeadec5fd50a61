import { Sm2PrivateKey, sm4DecryptEcb } from '@certdesk/gm';
import { generateSoftwareKey, softwareSigner } from '@certdesk/pki';
import type { KdfCost } from '@certdesk/safe';
import { KeyError, toKeyError } from '../errors.ts';
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
import { openTwinEnvelope } from '../twin-envelope.ts';
import {
  certificateFor,
  containerOf,
  pairOf,
  toContainer,
  withNewContainer,
  withoutContainer,
  withPair,
} from './containers.ts';
import { firstState } from './create.ts';
import { fileContent, fileSizes, withFile, withoutFile } from './files.ts';
import { ALGORITHMS, keyInfo } from './info.ts';
import type { KeyFile } from './key-file.ts';
import { byPin, incorrect, spendTry, withPin } from './pins.ts';
import { type Contents, fromBase64, type State, type StoredPair, toBase64 } from './state.ts';
import type { StorageKey } from './storage-key.ts';
import { decryptUnblockKey, openByAnswer, withNextUnblock } from './unblock.ts';

/** What the right PIN gave. It ends when the PIN's record in the file is no longer the one it was given by. */
interface Login {
  readonly storageKey: StorageKey;
  readonly sealed: string;
}

/** A key whose memory is a file. */
export class VirtualKey implements Key {
  readonly #file: KeyFile;
  readonly #kdfCost: KdfCost | undefined;
  #login: Login | undefined;
  #closed = false;

  /** @param kdfCost for the PINs that are set through this object; without it, the key's own */
  constructor(file: KeyFile, kdfCost?: KdfCost) {
    this.#file = file;
    this.#kdfCost = kdfCost;
  }

  info(): Promise<KeyInfo> {
    return this.#run(async () => keyInfo(this.#file.ref, await this.#file.read()));
  }

  containers(): Promise<Container[]> {
    return this.#run(async () => (await this.#file.read()).contents.containers.map(toContainer));
  }

  verifyPin(pin: string): Promise<void> {
    return this.#run(async () => {
      const attempt = byPin('pin', pin);
      this.#login = undefined;
      this.#login = await spendTry(this.#file, 'pin', attempt, async (state, storageKey) => ({
        state,
        result: { storageKey, sealed: state.pin.sealed },
      }));
    });
  }

  logout(): Promise<void> {
    return this.#run(async () => {
      this.#login = undefined;
    });
  }

  changePin(oldPin: string, newPin: string): Promise<void> {
    return this.#run(async () => {
      checkPinFormat(newPin);
      const before = this.#login;
      const login = await spendTry(this.#file, 'pin', byPin('pin', oldPin), async (old, storageKey) => {
        const state = await withPin(old, 'pin', storageKey, newPin, this.#kdfCost);
        const stays = before?.sealed === old.pin.sealed;
        return { state, result: stays ? { storageKey, sealed: state.pin.sealed } : undefined };
      });
      this.#login = login;
    });
  }

  createContainer(name: string): Promise<void> {
    return this.#change(async (contents) => withNewContainer(contents, name));
  }

  generateKeyPair(container: string, algorithm: KeyAlgorithm): Promise<Uint8Array> {
    return this.#run(async () => {
      if (!ALGORITHMS.includes(algorithm)) throw new KeyError('not-supported');
      let publicKey = new Uint8Array();
      await this.#changeContents(async (contents, storageKey) => {
        if (containerOf(contents, container).signing) throw new KeyError('key-pair-exists');
        const pair = generateSoftwareKey(algorithm);
        publicKey = new Uint8Array(pair.publicKey);
        return withPair(contents, container, 'signing', stored(algorithm, pair, storageKey));
      });
      return publicKey;
    });
  }

  sign(container: string, message: Uint8Array): Promise<Uint8Array> {
    return this.#run(async () => {
      const { contents, storageKey } = await this.#loggedIn();
      const signer = softwareSigner(privateKey(pairOf(contents, container, 'signing'), storageKey));
      return new Uint8Array(await signer.sign(message));
    });
  }

  writeCertificate(container: string, use: PairUse, certificate: Uint8Array): Promise<void> {
    return this.#change(async (contents) => {
      const pair = pairOf(contents, container, use);
      const written = certificateFor(fromBase64(pair.publicKey), certificate);
      return withPair(contents, container, use, { ...pair, certificate: written });
    });
  }

  importEncryptionKey(container: string, twin: EncryptionKeyEnvelope): Promise<void> {
    return this.#change(async (contents, storageKey) => {
      const signing = pairOf(contents, container, 'signing');
      if (signing.algorithm !== 'sm2') throw new KeyError('not-supported');
      const opened = openTwinEnvelope(
        twin.envelope,
        Sm2PrivateKey.fromPkcs8(privateKey(signing, storageKey)),
      );
      const publicKey = opened.publicKey.toSpki();
      const certificate = certificateFor(publicKey, twin.certificate);
      const pair = stored('sm2', { privateKey: opened.toPkcs8(), publicKey }, storageKey);
      return withPair(contents, container, 'encryption', { ...pair, certificate });
    });
  }

  decrypt(container: string, ciphertext: Uint8Array): Promise<Uint8Array> {
    return this.#run(() => this.#decrypt(container, ciphertext));
  }

  decryptByWrappedKey(container: string, wrappedKey: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
    return this.#run(async () => {
      const key = await this.#decrypt(container, wrappedKey);
      try {
        return sm4DecryptEcb(key, data, { padding: false });
      } catch (cause) {
        throw new KeyError('envelope-invalid', { cause });
      }
    });
  }

  removeContainer(name: string): Promise<void> {
    return this.#change(async (contents) => withoutContainer(contents, name));
  }

  listFiles(): Promise<{ name: string; size: number }[]> {
    return this.#run(async () => fileSizes((await this.#file.read()).contents));
  }

  readFile(name: string): Promise<Uint8Array> {
    return this.#run(async () => fileContent((await this.#file.read()).contents, name));
  }

  writeFile(name: string, content: Uint8Array): Promise<void> {
    return this.#change(async (contents) => withFile(contents, name, content));
  }

  removeFile(name: string): Promise<void> {
    return this.#change(async (contents) => withoutFile(contents, name));
  }

  unlock(adminPin: string, newPin: string): Promise<void> {
    return this.#run(async () => {
      checkPinFormat(newPin);
      await spendTry(this.#file, 'adminPin', byPin('adminPin', adminPin), async (state, storageKey) => ({
        state: await withPin(state, 'pin', storageKey, newPin, this.#kdfCost),
        result: undefined,
      }));
    });
  }

  changeAdminPin(oldPin: string, newPin: string): Promise<void> {
    return this.#run(async () => {
      checkPinFormat(newPin);
      await spendTry(this.#file, 'adminPin', byPin('adminPin', oldPin), async (state, storageKey) => ({
        state: await withPin(state, 'adminPin', storageKey, newPin, this.#kdfCost),
        result: undefined,
      }));
    });
  }

  unblockChallenge(): Promise<Uint8Array> {
    return this.#run(async () => {
      const { unblock } = await this.#file.read();
      if (!unblock) throw new KeyError('not-supported');
      return fromBase64(unblock.challenge);
    });
  }

  unblockByResponse(response: Uint8Array, newPin: string): Promise<void> {
    return this.#run(async () => {
      checkPinFormat(newPin);
      if (!(await this.#file.read()).unblock) throw new KeyError('not-supported');
      const attempt = async ({ unblock }: State) => unblock && openByAnswer(unblock, response);
      await spendTry(this.#file, 'adminPin', attempt, async (state, storageKey) => ({
        state: withNextUnblock(await withPin(state, 'pin', storageKey, newPin, this.#kdfCost), storageKey),
        result: undefined,
      }));
    });
  }

  initialise(options: InitialiseOptions): Promise<void> {
    return this.#run(async () => {
      checkPinFormat(options.pin, options.adminPin);
      const { presentAdminPin } = options;
      if (presentAdminPin === undefined) {
        throw incorrect('adminPin', (await this.#file.read()).adminPin.tries);
      }
      await spendTry(
        this.#file,
        'adminPin',
        byPin('adminPin', presentAdminPin),
        async (state, storageKey) => {
          const { unblockKey, ...rest } = state.contents;
          const kdfCost = this.#kdfCost ?? rest.kdfCost;
          const empty: Contents = { ...rest, kdfCost, label: options.label, containers: [], files: [] };
          const { pin, adminPin } = options;
          const shared = unblockKey ? { unblockKey: decryptUnblockKey(storageKey, unblockKey) } : {};
          return { state: await firstState(empty, { pin, adminPin, ...shared }), result: undefined };
        },
      );
      this.#login = undefined;
    });
  }

  async close(): Promise<void> {
    this.#login = undefined;
    this.#closed = true;
  }

  /** Every operation passes here: what goes wrong becomes a KeyError, and a pulled key forgets its login. */
  async #run<T>(work: () => Promise<T>): Promise<T> {
    try {
      if (this.#closed) throw new KeyError('key-failed', { detail: 'the key was closed' });
      return await work();
    } catch (cause) {
      const error = toKeyError(cause);
      if (error.code === 'key-removed') this.#login = undefined;
      throw error;
    }
  }

  async #decrypt(container: string, ciphertext: Uint8Array): Promise<Uint8Array> {
    const { contents, storageKey } = await this.#loggedIn();
    const key = Sm2PrivateKey.fromPkcs8(privateKey(pairOf(contents, container, 'encryption'), storageKey));
    try {
      return key.decrypt(ciphertext, 'asn1');
    } catch (cause) {
      throw new KeyError('envelope-invalid', { cause });
    }
  }

  #change(change: (contents: Contents, storageKey: StorageKey) => Promise<Contents>): Promise<void> {
    return this.#run(() => this.#changeContents(change));
  }

  #changeContents(change: (contents: Contents, storageKey: StorageKey) => Promise<Contents>): Promise<void> {
    return this.#file.exclusively(async (state, write) => {
      const storageKey = this.#storageKey(state);
      const contents = await change(state.contents, storageKey);
      await write({ ...state, ...storageKey.authenticate(contents) });
    });
  }

  async #loggedIn(): Promise<{ contents: Contents; storageKey: StorageKey }> {
    const state = await this.#file.read();
    return { contents: state.contents, storageKey: this.#storageKey(state) };
  }

  #storageKey(state: State): StorageKey {
    const login = this.#login;
    if (!login || login.sealed !== state.pin.sealed) {
      this.#login = undefined;
      throw new KeyError('login-needed');
    }
    login.storageKey.checkContents(state);
    return login.storageKey;
  }
}

function stored(
  algorithm: KeyAlgorithm,
  pair: { privateKey: Uint8Array; publicKey: Uint8Array },
  storageKey: StorageKey,
): StoredPair {
  return {
    algorithm,
    publicKey: toBase64(pair.publicKey),
    privateKey: storageKey.encrypt(pair.privateKey, pair.publicKey),
  };
}

function privateKey(pair: StoredPair, storageKey: StorageKey): Uint8Array {
  return storageKey.decrypt(pair.privateKey, fromBase64(pair.publicKey));
}
