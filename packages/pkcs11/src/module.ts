/** A PKCS#11 module, loaded: its functions with the return code taken care of, and memory in its layout. */
import { type Koffi, LibraryError, loadLibrary } from '@certdesk/native';
import { FUNCTION_LIST } from './functions.ts';
import {
  LAYOUTS,
  type Layout,
  type LayoutName,
  layoutHere,
  readUlong,
  structuresOf,
  type Ulong,
  writeUlong,
} from './layout.ts';

type Argument = Ulong | Buffer | null;

export class Module {
  readonly layout: Layout;
  readonly structures: ReturnType<typeof structuresOf>;
  readonly #koffi: Koffi;
  readonly #functions = new Map<string, (...args: Argument[]) => Ulong>();

  /**
   * @param path of the module. @param layout only where it differs from the platform's
   * @throws NativeError `library-missing`; LibraryError of C_GetFunctionList
   */
  constructor(koffi: Koffi, path: string, layout: LayoutName = layoutHere()) {
    this.#koffi = koffi;
    this.layout = LAYOUTS[layout];
    const pointer = koffi.sizeof('void *') === 4 ? 4 : 8;
    this.structures = structuresOf(this.layout, pointer);
    const ulong = this.layout.ulong === 4 ? 'uint32' : 'uint64';
    const library = loadLibrary(koffi, path);
    const address = Buffer.alloc(pointer);
    const returned = library.func('C_GetFunctionList', ulong, ['void *'])(address);
    if (Number(returned) !== 0) throw new LibraryError('C_GetFunctionList', Number(returned));
    const where = pointer === 8 ? address.readBigUInt64LE() : BigInt(address.readUInt32LE());
    const first = this.structures.functionList.offset('first');
    const list = Buffer.from(koffi.view(where, first + FUNCTION_LIST.length * pointer));
    const types = { u: ulong, p: 'void *', b: 'uint8' } as const;
    for (const [at, { name, args }] of FUNCTION_LIST.entries()) {
      const from = first + at * pointer;
      const target = pointer === 8 ? list.readBigUInt64LE(from) : BigInt(list.readUInt32LE(from));
      if (target === 0n) continue;
      const proto = koffi.proto(
        ulong,
        [...args].map((letter) => types[letter as keyof typeof types]),
      );
      this.#functions.set(name, koffi.decode(target, proto));
    }
  }

  /** Calls a function. @throws LibraryError with what it returned, unless that is CKR_OK */
  call(name: string, ...args: Argument[]): void {
    const returned = this.try(name, ...args);
    if (returned !== 0) this.fail(name, returned);
  }

  /** @throws LibraryError always */
  fail(name: string, returned: number): never {
    throw new LibraryError(name, returned);
  }

  /** Calls a function. @returns its return code */
  try(name: string, ...args: Argument[]): number {
    const called = this.#functions.get(name);
    // As a module says it that has the function and does not support it.
    return called ? Number(called(...args)) : 0x54;
  }

  address(memory: Buffer): bigint {
    return memory.length === 0 ? 0n : this.#koffi.address(memory);
  }

  ulongs(count: number, value: Ulong = 0): Buffer {
    const memory = Buffer.alloc(count * this.layout.ulong);
    if (count === 1) writeUlong(memory, this.layout, value);
    return memory;
  }

  ulong(memory: Buffer, at = 0): Ulong {
    return readUlong(memory, this.layout, at * this.layout.ulong);
  }
}
