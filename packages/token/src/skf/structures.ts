/**
 * The structures of SKF (GM/T 0016 §6.4) as data. Headers differ in two ways: how wide ULONG is, and whether structures are
 * packed to 1 or aligned as the compiler likes. A structure that ends in `Cipher[1]` goes on for as long as its CipherLen says.
 */

export interface Abi {
  readonly packing: 'packed' | 'natural';
  readonly ulongBits: 32 | 64;
}

/** A ULONG, or so many bytes. VERSION is two. */
type Kind = 'ulong' | number;
type Fields = Readonly<Record<string, Kind>>;
type Values<F extends Fields> = { [K in keyof F]: F[K] extends 'ulong' ? number : Uint8Array };

const VERSION = 2;
const COORDINATE = 64;

const eccPublicKey = { BitLen: 'ulong', XCoordinate: COORDINATE, YCoordinate: COORDINATE } as const;
const eccCipher = {
  XCoordinate: COORDINATE,
  YCoordinate: COORDINATE,
  HASH: 32,
  CipherLen: 'ulong',
} as const;

const fields = {
  DEVINFO: {
    Version: VERSION,
    Manufacturer: 64,
    Issuer: 64,
    Label: 32,
    SerialNumber: 32,
    HWVersion: VERSION,
    FirmwareVersion: VERSION,
    AlgSymCap: 'ulong',
    AlgAsymCap: 'ulong',
    AlgHashCap: 'ulong',
    DevAuthAlgId: 'ulong',
    TotalSpace: 'ulong',
    FreeSpace: 'ulong',
    MaxECCBufferSize: 'ulong',
    MaxBufferSize: 'ulong',
    Reserved: 64,
  },
  ECCPUBLICKEYBLOB: eccPublicKey,
  /** Without its Cipher, which begins where these end. */
  ECCCIPHERBLOB: eccCipher,
  ECCSIGNATUREBLOB: { r: COORDINATE, s: COORDINATE },
  /** Up to its ECCCipherBlob, which begins where these end: everything before it is a whole number of ULONGs. */
  ENVELOPEDKEYBLOB: {
    Version: 'ulong',
    ulSymmAlgID: 'ulong',
    ulBits: 'ulong',
    cbEncryptedPriKey: 64,
    PubKeyBitLen: 'ulong',
    PubKeyXCoordinate: COORDINATE,
    PubKeyYCoordinate: COORDINATE,
  },
  FILEATTRIBUTE: { FileName: 32, FileSize: 'ulong', ReadRights: 'ulong', WriteRights: 'ulong' },
} as const satisfies Record<string, Fields>;

export type StructureName = keyof typeof fields;
export type StructureValues<N extends StructureName> = Values<(typeof fields)[N]>;

/** Where each field stands, and where the last one ends. */
export function layoutOf(
  name: StructureName,
  { packing, ulongBits }: Abi,
): { offsets: ReadonlyMap<string, number>; end: number } {
  const width = ulongBits / 8;
  const offsets = new Map<string, number>();
  let end = 0;
  for (const [field, kind] of Object.entries<Kind>(fields[name])) {
    if (kind === 'ulong' && packing === 'natural') end = Math.ceil(end / width) * width;
    offsets.set(field, end);
    end += kind === 'ulong' ? width : kind;
  }
  return { offsets, end };
}

/** @throws RangeError for fewer bytes than the structure has */
export function readStructure<N extends StructureName>(
  name: N,
  bytes: Uint8Array,
  abi: Abi,
): StructureValues<N> {
  const { offsets, end } = layoutOf(name, abi);
  if (bytes.length < end) throw new RangeError(`${name} of ${bytes.length} bytes, not ${end}`);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries = Object.entries<Kind>(fields[name]).map(([field, kind]) => {
    const at = offsets.get(field) ?? 0;
    return [
      field,
      kind === 'ulong' ? readUlong(view, at, abi) : new Uint8Array(view.subarray(at, at + kind)),
    ] as const;
  });
  return Object.fromEntries(entries) as StructureValues<N>;
}

/** @param rest what stands behind the fields */
export function writeStructure<N extends StructureName>(
  name: N,
  values: StructureValues<N>,
  abi: Abi,
  rest: Uint8Array = new Uint8Array(),
): Uint8Array {
  const { offsets, end } = layoutOf(name, abi);
  const bytes = Buffer.alloc(end + rest.length);
  for (const [field, value] of Object.entries<number | Uint8Array>(values)) {
    const at = offsets.get(field) ?? 0;
    if (typeof value !== 'number') bytes.set(value, at);
    else if (abi.ulongBits === 64) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUInt32LE(value, at);
  }
  bytes.set(rest, end);
  return bytes;
}

function readUlong(view: Buffer, at: number, { ulongBits }: Abi): number {
  return ulongBits === 64 ? Number(view.readBigUInt64LE(at)) : view.readUInt32LE(at);
}

/** SM2 values stand right-aligned in fields of 64 bytes. @param value at most 64 bytes, leading zeros or not */
export function rightAligned(value: Uint8Array): Uint8Array {
  const field = new Uint8Array(COORDINATE);
  field.set(value.subarray(-COORDINATE), COORDINATE - Math.min(value.length, COORDINATE));
  return field;
}

/** The 32 bytes of an SM2 value; some libraries align it left. @throws RangeError for a longer one */
export function scalarIn(field: Uint8Array): Uint8Array {
  const [left, right] = [new Uint8Array(field.subarray(0, 32)), new Uint8Array(field.subarray(32))];
  if (left.every((byte) => byte === 0)) return right;
  if (right.every((byte) => byte === 0)) return left;
  throw new RangeError('a value of more than 256 bits');
}

/**
 * Tells a library's ABI by what SKF_GetDevInfo wrote into two buffers that were filled differently: where both are the same
 * now, it has written. It is told by where the last field ends, or the last but Reserved.
 */
export function detectAbi(first: Uint8Array, second: Uint8Array): Abi | undefined {
  let written = first.length;
  while (written > 0 && first[written - 1] !== second[written - 1]) written -= 1;
  return allAbis.find((abi) => {
    const { offsets, end } = layoutOf('DEVINFO', abi);
    return written === end || written === offsets.get('Reserved');
  });
}

export const allAbis: readonly Abi[] = [
  { packing: 'packed', ulongBits: 32 },
  { packing: 'natural', ulongBits: 32 },
  { packing: 'packed', ulongBits: 64 },
  { packing: 'natural', ulongBits: 64 },
];
