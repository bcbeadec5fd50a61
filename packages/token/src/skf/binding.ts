/**
 * The SKF functions over koffi, in the library's own process. Structures come and go as bytes: what is in them is the driver's
 * business. Every ULONG is passed as wide as a register and every `ULONG *` points at that much, zeroed: libraries of either
 * width read and write it rightly, for all platforms of ours are little-endian.
 */
import { type Bind, type Koffi, LibraryError, loadLibrary } from '@certdesk/native';
import type { Abi } from './structures.ts';

/** SAR_NOTSUPPORTYETERR and SAR_BUFFER_TOO_SMALL. A function that is missing is one that is not supported. */
const NOT_SUPPORTED = 0x0a000003;
const TOO_SMALL = 0x0a000020;
/** Room behind every buffer, for libraries that write more than they were allowed to. */
const MARGIN = 4096;

export type Handle = number | bigint;

/** What came into a buffer. `length` is what the library says it is, true or not. */
export interface Filled {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly tooSmall: boolean;
}

/** Of functions that count wrong PINs: what they returned, and the tries that are left, if they said so. */
export interface PinResult {
  readonly returned: number;
  readonly tries: number;
}

/** HANDLE, ULONG by value, BOOL, pointers to ULONG, HANDLE and BOOL, bytes in or out, and a structure by value. */
const letters: Readonly<Record<string, string>> = {
  h: 'uintptr_t',
  u: 'SKF_ULONG',
  b: 'int32_t',
  U: '_Inout_ SKF_ULONG *',
  H: '_Out_ uintptr_t *',
  B: '_Out_ int32_t *',
  x: 'uint8_t *',
  p: 'SKF_BLOCKCIPHERPARAM',
};

function functionsOf(koffi: Koffi, path: string) {
  const library = loadLibrary(koffi, path);
  koffi.alias('SKF_ULONG', /64|s390x/.test(process.arch) ? 'uint64_t' : 'uint32_t');
  const declared = new Map<string, (...args: unknown[]) => number | bigint>();

  const declare = (name: string, parameters: string) => {
    const list = [...parameters].map((letter) => letters[letter]).join(', ');
    try {
      const made = library.func(`SKF_ULONG __stdcall ${name}(${list || 'void'})`);
      declared.set(name, made);
      return made;
    } catch {
      throw new LibraryError(name, NOT_SUPPORTED);
    }
  };
  const returned = (name: string, parameters: string, args: unknown[]): number => {
    const call = declared.get(name) ?? declare(name, parameters);
    // Of a 32-bit answer in a wider register, the upper half is anything.
    return Number(BigInt(call(...args)) & 0xffffffffn);
  };
  const run = (name: string, parameters: string, ...args: unknown[]): void => {
    const result = returned(name, parameters, args);
    if (result !== 0) throw new LibraryError(name, result);
  };
  const handle = (name: string, parameters: string, ...args: unknown[]): Handle => {
    const out: Handle[] = [0];
    run(name, parameters, ...args, out);
    return out[0] ?? 0;
  };
  /** The last two arguments are a buffer and its length. */
  const filled = (name: string, parameters: string, room: number, ...args: unknown[]): Filled => {
    const bytes = Buffer.alloc(room + MARGIN);
    const length: (number | bigint)[] = [room];
    const result = returned(name, parameters, [...args, bytes, length]);
    if (result !== 0 && result !== TOO_SMALL) throw new LibraryError(name, result);
    return { bytes: bytes.subarray(0, room), length: Number(length[0]), tooSmall: result === TOO_SMALL };
  };
  /** The last argument gets the tries that are left. PINs do not stay in memory. */
  const pin = (
    name: string,
    parameters: string,
    before: unknown[],
    pins: string[],
    after: unknown[] = [],
  ): PinResult => {
    const texts = pins.map(text);
    const tries: (number | bigint)[] = [0];
    try {
      const result = returned(name, parameters, [...before, ...texts, ...after, tries]);
      return { returned: result, tries: Number(tries[0]) };
    } finally {
      for (const one of texts) one.fill(0);
    }
  };
  const structure = (name: string, parameters: string, fill: number, ...args: unknown[]): Uint8Array => {
    const bytes = Buffer.alloc(1024 + MARGIN, fill);
    run(name, parameters, ...args, bytes);
    return bytes.subarray(0, 1024);
  };

  return {
    enumDev: (room: number) => filled('SKF_EnumDev', 'bxU', room, 1),
    waitForDevEvent(room: number): { name: Filled; event: number } {
      const bytes = Buffer.alloc(room + MARGIN);
      const length: (number | bigint)[] = [room];
      const event: (number | bigint)[] = [0];
      run('SKF_WaitForDevEvent', 'xUU', bytes, length, event);
      const name = { bytes: bytes.subarray(0, room), length: Number(length[0]), tooSmall: false };
      return { name, event: Number(event[0]) };
    },
    connectDev: (name: string) => handle('SKF_ConnectDev', 'xH', text(name)),
    disConnectDev: (device: Handle) => run('SKF_DisConnectDev', 'h', device),
    getDevInfo: (device: Handle, fill: number) => structure('SKF_GetDevInfo', 'hx', fill, device),
    setLabel: (device: Handle, label: Uint8Array) =>
      run('SKF_SetLabel', 'hx', device, Buffer.concat([label, Buffer.alloc(1)])),
    lockDev: (device: Handle, timeoutMs: number) => run('SKF_LockDev', 'hu', device, timeoutMs),
    unlockDev: (device: Handle) => run('SKF_UnlockDev', 'h', device),
    genRandom(device: Handle, length: number): Uint8Array {
      const bytes = Buffer.alloc(length + MARGIN);
      run('SKF_GenRandom', 'hxu', device, bytes, length);
      return bytes.subarray(0, length);
    },
    devAuth: (device: Handle, data: Uint8Array) => run('SKF_DevAuth', 'hxu', device, data, data.length),

    enumApplication: (device: Handle, room: number) => filled('SKF_EnumApplication', 'hxU', room, device),
    createApplication(
      device: Handle,
      name: string,
      pins: { admin: string; adminTries: number; user: string; userTries: number },
      fileRights: number,
    ): Handle {
      const [admin, user] = [text(pins.admin), text(pins.user)];
      try {
        return handle(
          'SKF_CreateApplication',
          'hxxuxuuH',
          device,
          text(name),
          admin,
          pins.adminTries,
          user,
          pins.userTries,
          fileRights,
        );
      } finally {
        for (const one of [admin, user]) one.fill(0);
      }
    },
    deleteApplication: (device: Handle, name: string) =>
      run('SKF_DeleteApplication', 'hx', device, text(name)),
    openApplication: (device: Handle, name: string) =>
      handle('SKF_OpenApplication', 'hxH', device, text(name)),
    closeApplication: (application: Handle) => run('SKF_CloseApplication', 'h', application),
    getPinInfo(application: Handle, type: number): { max: number; tries: number; initial: boolean } {
      const [max, tries, initial]: (number | bigint)[][] = [[0], [0], [0]];
      run('SKF_GetPINInfo', 'huUUB', application, type, max, tries, initial);
      return { max: Number(max?.[0]), tries: Number(tries?.[0]), initial: Number(initial?.[0]) !== 0 };
    },
    verifyPin: (application: Handle, type: number, given: string) =>
      pin('SKF_VerifyPIN', 'huxU', [application, type], [given]),
    changePin: (application: Handle, type: number, old: string, fresh: string) =>
      pin('SKF_ChangePIN', 'huxxU', [application, type], [old, fresh]),
    unblockPin: (application: Handle, admin: string, user: string) =>
      pin('SKF_UnblockPIN', 'hxxU', [application], [admin, user]),
    clearSecureState: (application: Handle) => run('SKF_ClearSecureState', 'h', application),
    genRemoteUnblockRequest(application: Handle, length: number): Uint8Array {
      const bytes = Buffer.alloc(length + MARGIN);
      run('SKF_GenRemoteUnblockRequest', 'hxu', application, bytes, length);
      return bytes.subarray(0, length);
    },
    remoteUnblockPin: (application: Handle, response: Uint8Array) =>
      pin('SKF_RemoteUnblockPIN', 'hxuU', [application, response, response.length], []),

    enumContainer: (application: Handle, room: number) =>
      filled('SKF_EnumContainer', 'hxU', room, application),
    createContainer: (application: Handle, name: string) =>
      handle('SKF_CreateContainer', 'hxH', application, text(name)),
    deleteContainer: (application: Handle, name: string) =>
      run('SKF_DeleteContainer', 'hx', application, text(name)),
    openContainer: (application: Handle, name: string) =>
      handle('SKF_OpenContainer', 'hxH', application, text(name)),
    closeContainer: (container: Handle) => run('SKF_CloseContainer', 'h', container),
    getContainerType(container: Handle): number {
      const type: (number | bigint)[] = [0];
      run('SKF_GetContainerType', 'hU', container, type);
      return Number(type[0]);
    },
    genEccKeyPair: (container: Handle, algorithm: number) =>
      structure('SKF_GenECCKeyPair', 'hux', 0, container, algorithm),
    importEccKeyPair: (container: Handle, envelope: Uint8Array) =>
      run('SKF_ImportECCKeyPair', 'hx', container, envelope),
    eccSignData: (container: Handle, digest: Uint8Array) =>
      structure('SKF_ECCSignData', 'hxux', 0, container, digest, digest.length),
    exportPublicKey: (container: Handle, signing: boolean, room: number) =>
      filled('SKF_ExportPublicKey', 'hbxU', room, container, Number(signing)),
    importCertificate: (container: Handle, signing: boolean, certificate: Uint8Array) =>
      run('SKF_ImportCertificate', 'hbxu', container, Number(signing), certificate, certificate.length),
    exportCertificate: (container: Handle, signing: boolean, room: number) =>
      filled('SKF_ExportCertificate', 'hbxU', room, container, Number(signing)),

    importSessionKey: (container: Handle, algorithm: number, wrapped: Uint8Array) =>
      handle('SKF_ImportSessionKey', 'huxuH', container, algorithm, wrapped, wrapped.length),
    /** ECB, no padding. */
    decryptInit({ packing, ulongBits }: Abi, key: Handle): void {
      if (!declared.has('SKF_DecryptInit')) {
        const ulong = ulongBits === 64 ? 'uint64_t' : 'uint32_t';
        const members = { IV: 'uint8_t [32]', IVLen: ulong, PaddingType: ulong, FeedBitLen: ulong };
        if (packing === 'packed') koffi.pack('SKF_BLOCKCIPHERPARAM', members);
        else koffi.struct('SKF_BLOCKCIPHERPARAM', members);
      }
      const parameters = { IV: new Uint8Array(32), IVLen: 0, PaddingType: 0, FeedBitLen: 0 };
      run('SKF_DecryptInit', 'hp', key, parameters);
    },
    decrypt: (key: Handle, data: Uint8Array, room: number) =>
      filled('SKF_Decrypt', 'hxuxU', room, key, data, data.length),
    closeHandle: (key: Handle) => run('SKF_CloseHandle', 'h', key),
    eccDecrypt: (container: Handle, cipher: Uint8Array, room: number) =>
      filled('SKF_ECCDecrypt', 'hxxU', room, container, cipher),
    prvKeyDecrypt: (container: Handle, which: number, cipher: Uint8Array, room: number) =>
      filled('SKF_PrvKeyDecrypt', 'huxxU', room, container, which, cipher),

    createFile: (application: Handle, name: string, size: number, read: number, write: number) =>
      run('SKF_CreateFile', 'hxuuu', application, text(name), size, read, write),
    deleteFile: (application: Handle, name: string) => run('SKF_DeleteFile', 'hx', application, text(name)),
    enumFiles: (application: Handle, room: number) => filled('SKF_EnumFiles', 'hxU', room, application),
    getFileInfo: (application: Handle, name: string) =>
      structure('SKF_GetFileInfo', 'hxx', 0, application, text(name)),
    readFile: (application: Handle, name: string, offset: number, size: number) =>
      filled('SKF_ReadFile', 'hxuuxU', size, application, text(name), offset, size),
    writeFile: (application: Handle, name: string, offset: number, data: Uint8Array) =>
      run('SKF_WriteFile', 'hxuxu', application, text(name), offset, data, data.length),
  };
}

/** Names are bytes, one to a character: what a library lists is what it is asked for, in whatever encoding it is. */
function text(name: string): Buffer {
  return Buffer.from(`${name}\0`, 'latin1');
}

export type SkfFunctions = ReturnType<typeof functionsOf>;
export const bind: Bind<{ path: string }, SkfFunctions> = (koffi, { path }) => functionsOf(koffi, path);
