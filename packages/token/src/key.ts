/**
 * The Key interface: what certdesk asks of a hardware key, made so that a virtual key, PKCS#11 (OASIS v2.40/3.0)
 * and SKF (GM/T 0016) can each answer it. Everything is asynchronous, because real drivers run in a worker or a
 * child process. Nothing here remembers anything: the key itself is asked each time.
 *
 * Byte strings are DER unless said otherwise. Errors are `KeyError`s with one of the codes in `errors.ts`.
 */

/** The driver family that reached the key. The same key may be reachable through several. */
export type KeyFamily = 'virtual' | 'pkcs11' | 'skf';

/** Key pair algorithms a key may offer. */
export type KeyAlgorithm = 'sm2' | 'p256' | 'p384' | 'rsa2048' | 'rsa3072';

/** What is known of a PIN's retry counter. `tries` is absent where the driver cannot tell it (PKCS#11). */
export interface PinState {
  readonly tries?: number;
  readonly maxTries?: number;
  /** PKCS#11 flags CKF_USER_PIN_COUNT_LOW / FINAL_TRY / LOCKED, or derived from `tries`. */
  readonly flag: 'ok' | 'low' | 'final' | 'locked' | 'unknown';
  /** True while the PIN is the one the key was made with, where the key knows this. */
  readonly initial?: boolean;
}

/** How many more key pairs fit. `unknown` is settled by creating an empty container and removing it if unused. */
export type Room = { readonly containers: number } | 'unknown';

export interface KeyInfo {
  readonly family: KeyFamily;
  /** Opaque handle for `KeyDriver.open`, stable while the key stays plugged in. */
  readonly ref: string;
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  /** May be blank or shared between keys: never used to tell keys apart. */
  readonly serial: string;
  readonly algorithms: readonly KeyAlgorithm[];
  readonly room: Room;
  readonly pin: PinState;
  readonly adminPin: PinState;
  readonly can: {
    /** `importEncryptionKey` takes a twin key without the private key ever being in the clear. */
    readonly importEncryptionKey: boolean;
    readonly files: boolean;
    /** `unblockChallenge` / `unblockByResponse`. */
    readonly unblockByChallenge: boolean;
  };
}

/** One key pair of a container with its certificate, if one was written. */
export interface KeyPair {
  readonly algorithm: KeyAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** X.509 certificate, DER. */
  readonly certificate?: Uint8Array;
}

export interface Container {
  readonly name: string;
  readonly signing?: KeyPair;
  readonly encryption?: KeyPair;
}

export type PairUse = 'signing' | 'encryption';

/** A twin encryption key as the CA delivers it: only the container's signing key can open it. */
export interface EncryptionKeyEnvelope {
  /** SM2EnvelopedKey, GM/T 0009 §7.4, DER. */
  readonly envelope: Uint8Array;
  readonly certificate: Uint8Array;
}

/** An opened key. Login state belongs to this object and ends with `logout` or `close`. */
export interface Key {
  info(): Promise<KeyInfo>;
  /** Containers with public keys and certificates; needs no PIN. */
  containers(): Promise<Container[]>;

  /** Logs in. Wrong: KeyError `pin-incorrect` with `tries` where known; no more tries: `pin-locked`. */
  verifyPin(pin: string): Promise<void>;
  /** Drops the rights a PIN gave. */
  logout(): Promise<void>;
  changePin(oldPin: string, newPin: string): Promise<void>;

  /** Creates an empty container. `container-exists`, `no-room`. Needs login. */
  createContainer(name: string): Promise<void>;
  /**
   * Generates a signing key pair in an existing container without one. Needs login.
   * @returns SubjectPublicKeyInfo, DER. `key-pair-exists` if the container has one.
   */
  generateKeyPair(container: string, algorithm: KeyAlgorithm): Promise<Uint8Array>;
  /**
   * Signs a message with the container's signing key; the key hashes it (SM3 with the default signer ID for SM2,
   * SHA-256 for ECDSA P-256 and RSA PKCS#1 v1.5, SHA-384 for P-384). Needs login.
   * @returns signature as it stands in a certificate: DER SEQUENCE{r,s} for SM2 and ECDSA, octets for RSA.
   */
  sign(container: string, message: Uint8Array): Promise<Uint8Array>;
  /** Writes a certificate to the pair with its public key; `public-key-mismatch` otherwise. Repeatable. Needs login. */
  writeCertificate(container: string, use: PairUse, certificate: Uint8Array): Promise<void>;
  /** Imports a twin encryption key pair and its certificate. Repeatable. Needs login. */
  importEncryptionKey(container: string, twin: EncryptionKeyEnvelope): Promise<void>;
  /** Opens an SM2Cipher (GM/T 0009) with the container's encryption key; `not-supported` by many SKF keys. Needs login. */
  decrypt(container: string, ciphertext: Uint8Array): Promise<Uint8Array>;
  /**
   * Decrypts under an SM4 key that was wrapped for the container's encryption key. That key need not leave the key, so
   * every key that takes a twin can do this, and prove by it that it has the twin. Needs login.
   * @param wrappedKey SM2Cipher (GM/T 0009) of the SM4 key's 16 bytes; `envelope-invalid` if it does not open
   * @param data whole blocks, SM4-ECB without padding; `envelope-invalid` otherwise
   */
  decryptByWrappedKey(container: string, wrappedKey: Uint8Array, data: Uint8Array): Promise<Uint8Array>;
  /** Removes a container with its pairs and certificates; a missing one is no error. Needs login. */
  removeContainer(name: string): Promise<void>;

  listFiles(): Promise<{ name: string; size: number }[]>;
  /** Needs no login. `file-not-found`. */
  readFile(name: string): Promise<Uint8Array>;
  /** Creates or replaces a file; name at most 32 ASCII bytes. Needs login. */
  writeFile(name: string, content: Uint8Array): Promise<void>;
  removeFile(name: string): Promise<void>;

  /** Sets a new user PIN by the admin PIN. A wrong one spends the admin counter: `admin-pin-incorrect`, `admin-pin-locked`. */
  unlock(adminPin: string, newPin: string): Promise<void>;
  changeAdminPin(oldPin: string, newPin: string): Promise<void>;
  /** 8-byte challenge for a remote unblock, where `can.unblockByChallenge`; else `not-supported`. */
  unblockChallenge(): Promise<Uint8Array>;
  unblockByResponse(response: Uint8Array, newPin: string): Promise<void>;
  /** Erases everything and sets label and both PINs. Needs the present admin PIN where the key has one. */
  initialise(options: InitialiseOptions): Promise<void>;

  close(): Promise<void>;
}

export interface InitialiseOptions {
  readonly label: string;
  readonly pin: string;
  readonly adminPin: string;
  /** Needed where the key already has an admin PIN. */
  readonly presentAdminPin?: string;
}

export interface KeyEvent {
  readonly kind: 'inserted' | 'removed';
  readonly ref: string;
}

/** One way to reach keys. */
export interface KeyDriver {
  readonly family: KeyFamily;
  /** Keys present now, without logging in to any. */
  list(): Promise<KeyInfo[]>;
  /** `key-removed` if it is gone. */
  open(ref: string): Promise<Key>;
  /** @returns a function that stops watching. */
  watch(listener: (event: KeyEvent) => void): () => void;
}
