import type { CallOptions, NativeProcess } from '@certdesk/native';
import { CKF, ckrOf, type Handle, type Pkcs11Functions, type Slot } from '@certdesk/pkcs11';

/** CK_INVALID_HANDLE. */
const NO_SESSION = 0;

/** One session with one token, in a process of its own: login, handles and crashes are this session's alone. */
export class Session {
  readonly slot: Slot;
  readonly #process: NativeProcess<Pkcs11Functions>;
  #handle: Handle;

  private constructor(process: NativeProcess<Pkcs11Functions>, slot: Slot, handle: Handle) {
    this.#process = process;
    this.slot = slot;
    this.#handle = handle;
  }

  /** @param process fresh, of nobody else */
  static async open(process: NativeProcess<Pkcs11Functions>, slot: Slot): Promise<Session> {
    // A token that was never initialised takes no sessions; all that can be done with it is to do that.
    const takesSessions = (slot.token.flags & CKF.TOKEN_INITIALIZED) !== 0;
    return new Session(process, slot, takesSessions ? await openHandle(process, slot) : NO_SESSION);
  }

  get handle(): Handle {
    return this.#handle;
  }

  call<N extends keyof Pkcs11Functions & string>(
    name: N,
    args: Parameters<Pkcs11Functions[N]>,
    options?: CallOptions,
  ): Promise<Awaited<ReturnType<Pkcs11Functions[N]>>> {
    return this.#process.call(name, args, options);
  }

  /** Closes the session for what needs that there is none, and opens another. */
  async withoutSessions(work: (slot: Handle) => Promise<void>): Promise<void> {
    if (this.#handle !== NO_SESSION) await this.call('closeSession', [this.#handle]);
    try {
      await work(this.slot.id);
    } finally {
      this.#handle = await openHandle(this.#process, this.slot);
    }
  }

  /** Ends the process, and with it whatever a PIN gave. */
  end(): Promise<void> {
    return this.#process.stop();
  }
}

/** For writing, or for reading where the token takes no other. */
function openHandle(process: NativeProcess<Pkcs11Functions>, { id }: Slot): Promise<Handle> {
  return process.call('openSession', [id, true]).catch((error: unknown) => {
    if (ckrOf(error) === 'CKR_TOKEN_WRITE_PROTECTED') return process.call('openSession', [id, false]);
    throw error;
  });
}
