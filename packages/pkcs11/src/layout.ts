/** How a module's compiler lays out structures: the PKCS#11 headers leave it to the platform. */

export interface Layout {
  /** Octets of a CK_ULONG, that is of C's unsigned long. */
  readonly ulong: 4 | 8;
  /** Structures without padding (PKCS#11 base specification, section 2: packed to 1 on Windows). */
  readonly packed: boolean;
}

export const LAYOUTS = {
  /** Windows, of any word size. */
  windows: { ulong: 4, packed: true },
  /** 64-bit Unix. */
  lp64: { ulong: 8, packed: false },
  /** 32-bit Unix. */
  ilp32: { ulong: 4, packed: false },
} as const satisfies Record<string, Layout>;

export type LayoutName = keyof typeof LAYOUTS;

const NARROW = new Set(['ia32', 'arm', 'mips', 'mipsel']);

export function layoutHere(platform: string = process.platform, arch: string = process.arch): LayoutName {
  if (platform === 'win32') return 'windows';
  return NARROW.has(arch) ? 'ilp32' : 'lp64';
}

/** A field: a CK_ULONG, a pointer, or so many octets. */
export type Field = 'ulong' | 'pointer' | number;

/** Numbers that fit are numbers; a handle of a 64-bit module may be larger. */
export type Ulong = number | bigint;

/** One kind of structure in one layout: where its fields are. */
export class Structure<Name extends string> {
  readonly size: number;
  readonly #offsets: Readonly<Record<Name, number>>;
  readonly #layout: Layout;
  readonly #pointer: 4 | 8;

  constructor(layout: Layout, pointer: 4 | 8, fields: Readonly<Record<Name, Field>>) {
    const offsets: Record<string, number> = {};
    let [at, widest] = [0, 1];
    for (const [name, field] of Object.entries<Field>(fields)) {
      const width = field === 'ulong' ? layout.ulong : field === 'pointer' ? pointer : field;
      const alignment = layout.packed || typeof field === 'number' ? 1 : width;
      at = Math.ceil(at / alignment) * alignment;
      widest = Math.max(widest, alignment);
      offsets[name] = at;
      at += width;
    }
    this.size = Math.ceil(at / widest) * widest;
    this.#offsets = offsets as Record<Name, number>;
    this.#layout = layout;
    this.#pointer = pointer;
  }

  offset(name: Name): number {
    return this.#offsets[name];
  }

  ulong(memory: Buffer, name: Name, from = 0): Ulong {
    return readUlong(memory, this.#layout, from + this.#offsets[name]);
  }

  setUlong(memory: Buffer, name: Name, value: Ulong, from = 0): void {
    writeUlong(memory, this.#layout, value, from + this.#offsets[name]);
  }

  pointer(memory: Buffer, name: Name, from = 0): bigint {
    const at = from + this.#offsets[name];
    return this.#pointer === 8 ? memory.readBigUInt64LE(at) : BigInt(memory.readUInt32LE(at));
  }

  setPointer(memory: Buffer, name: Name, address: bigint, from = 0): void {
    const at = from + this.#offsets[name];
    if (this.#pointer === 8) memory.writeBigUInt64LE(address, at);
    else memory.writeUInt32LE(Number(address), at);
  }

  octets(memory: Buffer, name: Name, length: number): Buffer {
    return memory.subarray(this.#offsets[name], this.#offsets[name] + length);
  }

  /** A blank-padded text field (UTF-8). */
  text(memory: Buffer, name: Name, length: number): string {
    // Some modules end the text by a NUL, against the standard.
    return this.octets(memory, name, length)
      .toString('utf8')
      .replace(/[ \0]+$/, '');
  }
}

export function readUlong(memory: Buffer, { ulong }: Layout, at = 0): Ulong {
  if (ulong === 4) return memory.readUInt32LE(at);
  const value = memory.readBigUInt64LE(at);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

export function writeUlong(memory: Buffer, { ulong }: Layout, value: Ulong, at = 0): void {
  if (ulong === 4) memory.writeUInt32LE(Number(value), at);
  else memory.writeBigUInt64LE(BigInt(value), at);
}

/** CK_UNAVAILABLE_INFORMATION, also the length of an attribute that is not to be had: all bits set. */
export function isUnavailable(value: Ulong, { ulong }: Layout): boolean {
  return BigInt(value) === (1n << BigInt(8 * ulong)) - 1n;
}

/** The structures of PKCS#11 v2.40 that are used here. */
export function structuresOf(layout: Layout, pointer: 4 | 8) {
  const of = <Name extends string>(fields: Readonly<Record<Name, Field>>) =>
    new Structure<Name>(layout, pointer, fields);
  return {
    functionList: of({ version: 2, first: 'pointer' }),
    info: of({ version: 2, manufacturer: 32, flags: 'ulong', description: 32, libraryVersion: 2 }),
    slot: of({ description: 64, manufacturer: 32, flags: 'ulong', hardware: 2, firmware: 2 }),
    token: of({
      label: 32,
      manufacturer: 32,
      model: 16,
      serial: 16,
      flags: 'ulong',
      maxSessions: 'ulong',
      sessions: 'ulong',
      maxWriteSessions: 'ulong',
      writeSessions: 'ulong',
      maxPin: 'ulong',
      minPin: 'ulong',
      publicMemory: 'ulong',
      freePublicMemory: 'ulong',
      privateMemory: 'ulong',
      freePrivateMemory: 'ulong',
      hardware: 2,
      firmware: 2,
      time: 16,
    }),
    mechanism: of({ type: 'ulong', parameter: 'pointer', length: 'ulong' }),
    mechanismInfo: of({ min: 'ulong', max: 'ulong', flags: 'ulong' }),
    attribute: of({ type: 'ulong', value: 'pointer', length: 'ulong' }),
  };
}
