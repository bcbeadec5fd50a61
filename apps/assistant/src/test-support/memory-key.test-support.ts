import { Sm2PrivateKey, sm4DecryptEcb } from '@certdesk/gm';
import { generateSoftwareKey, openEnvelopedKey, softwareSigner } from '@certdesk/pki';
import {
  type Container,
  type Key,
  type KeyDriver,
  KeyError,
  type KeyEvent,
  type KeyInfo,
  type KeyPair,
} from '@certdesk/token';

interface StoredPair {
  privateKey: Uint8Array;
  publicKey: Uint8Array;
  certificate?: Uint8Array;
  /** The encryption pair beside it. */
  twin?: { key: Sm2PrivateKey; certificate?: Uint8Array };
}

/** What the key holds: outlives every driver, run and "process" of a test. */
export class KeyStore {
  readonly containers = new Map<string, StoredPair | null>();
  readonly pin = 'Secret-2468';
  readonly maxTries = 6;
  tries = this.maxTries;
  maxContainers = 2;
  tellsRoom = true;
  takesTwins = true;
  /** Handles that are logged in now. */
  readonly loggedIn = new Set<object>();

  addPair(container: string): Uint8Array {
    const pair = generateSoftwareKey('sm2');
    this.containers.set(container, pair);
    return pair.publicKey;
  }

  setCertificate(container: string, certificate: Uint8Array): void {
    const pair = this.containers.get(container);
    if (pair) pair.certificate = certificate;
  }
}

/** Wraps every call of an opened key: what tests break. */
export type Interference = (method: string, call: () => Promise<unknown>) => Promise<unknown>;

/** A driver over one {@link KeyStore}, which is put in and pulled out at will. */
export class MemoryDriver implements KeyDriver {
  readonly family = 'virtual';
  readonly store: KeyStore;
  interfere: Interference = (_, call) => call();
  #present = true;
  readonly #listeners = new Set<(event: KeyEvent) => void>();

  constructor(store: KeyStore) {
    this.store = store;
  }

  pull(): void {
    this.#present = false;
    this.store.loggedIn.clear();
    for (const listener of [...this.#listeners]) listener({ kind: 'removed', ref: 'memory' });
  }

  insert(): void {
    this.#present = true;
    for (const listener of [...this.#listeners]) listener({ kind: 'inserted', ref: 'memory' });
  }

  async list(): Promise<KeyInfo[]> {
    return this.#present ? [infoOf(this.store)] : [];
  }

  async open(): Promise<Key> {
    if (!this.#present) throw new KeyError('key-removed');
    const session = {};
    const target = memoryKey(this.store, session);
    return new Proxy(target, {
      get: (key, method: keyof Key) => {
        const call = key[method];
        // A promise looks for `then` in whatever it resolves to.
        if (typeof call !== 'function') return undefined;
        return (...args: unknown[]) =>
          this.interfere(method, async () => {
            if (method === 'close') return this.store.loggedIn.delete(session);
            if (!this.#present) throw new KeyError('key-removed');
            return (call as (...args: unknown[]) => Promise<unknown>)(...args);
          });
      },
    });
  }

  watch(listener: (event: KeyEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function infoOf(store: KeyStore): KeyInfo {
  const { tries, maxTries } = store;
  return {
    family: 'virtual',
    ref: 'memory',
    label: 'Memory',
    manufacturer: 'certdesk',
    model: 'test',
    serial: '1',
    algorithms: ['sm2'],
    room: store.tellsRoom ? { containers: store.maxContainers - store.containers.size } : 'unknown',
    pin: { tries, maxTries, flag: tries === 0 ? 'locked' : tries === 1 ? 'final' : 'ok' },
    adminPin: { flag: 'unknown' },
    can: { importEncryptionKey: store.takesTwins, files: false, unblockByChallenge: false },
  };
}

function memoryKey(store: KeyStore, session: object): Key {
  const { containers } = store;
  const login = () => {
    if (!store.loggedIn.has(session)) throw new KeyError('login-needed');
  };
  const pairOf = (name: string): StoredPair => {
    const pair = containers.get(name);
    if (pair === undefined) throw new KeyError('container-not-found');
    if (pair === null) throw new KeyError('key-pair-not-found');
    return pair;
  };
  const no = async (): Promise<never> => {
    throw new KeyError('not-supported');
  };
  const check = (pin: string) => {
    if (store.tries === 0) throw new KeyError('pin-locked');
    if (pin === store.pin) {
      store.tries = store.maxTries;
      return;
    }
    store.tries -= 1;
    if (store.tries === 0) throw new KeyError('pin-locked');
    throw new KeyError('pin-incorrect', { tries: store.tries });
  };
  const shown = (pair: { publicKey: Uint8Array; certificate?: Uint8Array }): KeyPair => ({
    algorithm: 'sm2',
    publicKey: pair.publicKey,
    ...(pair.certificate && { certificate: pair.certificate }),
  });
  return {
    info: async () => infoOf(store),
    containers: async () =>
      [...containers].map(([name, pair]): Container => {
        if (!pair) return { name };
        const { twin } = pair;
        if (!twin) return { name, signing: shown(pair) };
        const encryption = { ...twin, publicKey: twin.key.publicKey.toSpki() };
        return { name, signing: shown(pair), encryption: shown(encryption) };
      }),
    verifyPin: async (pin) => {
      check(pin);
      store.loggedIn.add(session);
    },
    logout: async () => void store.loggedIn.delete(session),
    changePin: async (old) => check(old),
    createContainer: async (name) => {
      login();
      if (containers.has(name)) throw new KeyError('container-exists');
      if (containers.size >= store.maxContainers) throw new KeyError('no-room');
      containers.set(name, null);
    },
    generateKeyPair: async (name) => {
      login();
      if (!containers.has(name)) throw new KeyError('container-not-found');
      if (containers.get(name)) throw new KeyError('key-pair-exists');
      return store.addPair(name);
    },
    sign: async (name, message) => {
      login();
      return softwareSigner(pairOf(name).privateKey).sign(message);
    },
    writeCertificate: async (name, use, certificate) => {
      login();
      const pair = use === 'signing' ? pairOf(name) : pairOf(name).twin;
      if (!pair) throw new KeyError('key-pair-not-found');
      pair.certificate = certificate;
    },
    removeContainer: async (name) => {
      login();
      containers.delete(name);
    },
    importEncryptionKey: async (name, { envelope, certificate }) => {
      login();
      const pair = pairOf(name);
      pair.twin = { key: openEnvelopedKey(envelope, Sm2PrivateKey.fromPkcs8(pair.privateKey)), certificate };
    },
    decrypt: no,
    decryptByWrappedKey: async (name, wrappedKey, data) => {
      login();
      const { twin } = pairOf(name);
      if (!twin) throw new KeyError('key-pair-not-found');
      return sm4DecryptEcb(twin.key.decrypt(wrappedKey, 'asn1'), data, { padding: false });
    },
    listFiles: no,
    readFile: no,
    writeFile: no,
    removeFile: no,
    unlock: no,
    changeAdminPin: no,
    unblockChallenge: no,
    unblockByResponse: no,
    initialise: no,
    close: async () => undefined,
  };
}
