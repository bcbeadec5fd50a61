/** CK_ATTRIBUTE arrays: templates that go into a module, and values that come out of one. */
import { BOOLEAN_ATTRIBUTES, ULONG_ATTRIBUTES } from './constants.ts';
import { isUnavailable, type Ulong } from './layout.ts';
import type { Module } from './module.ts';

/** A number is a CK_ULONG, a boolean a CK_BBOOL, a text UTF-8 without an end. */
export type AttributeValue = Uint8Array | string | number | boolean;
/** By attribute type (`CKA`). */
export type Template = Readonly<Record<number, AttributeValue>>;
/** What was read: attributes that an object has not, or does not show, are absent. */
export type Attributes = Readonly<Record<number, Uint8Array | number | boolean>>;

interface Laid {
  readonly memory: Buffer;
  readonly count: number;
}

/** Lays a template out in memory for as long as `use` takes. */
export function withTemplate<T>(
  module: Module,
  template: Template,
  use: (memory: Buffer | null, count: number) => T,
): T {
  const entries = Object.entries(template).map(
    ([type, value]) => [Number(type), octetsOf(module, value)] as const,
  );
  const { memory, count } = layOut(module, entries);
  const result = use(count === 0 ? null : memory, count);
  // Only addresses of the values were handed over: they must not be collected before this line, and may be secret after it.
  for (const [, value] of entries) value.fill(0);
  return result;
}

function layOut(module: Module, entries: readonly (readonly [number, Buffer])[]): Laid {
  const { attribute } = module.structures;
  const memory = Buffer.alloc(attribute.size * entries.length);
  for (const [at, [type, value]] of entries.entries()) {
    const from = at * attribute.size;
    attribute.setUlong(memory, 'type', type, from);
    attribute.setPointer(memory, 'value', module.address(value), from);
    attribute.setUlong(memory, 'length', value.length, from);
  }
  return { memory, count: entries.length };
}

function octetsOf(module: Module, value: AttributeValue): Buffer {
  if (typeof value === 'number') return module.ulongs(1, value);
  if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0]);
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value);
}

/** No attribute that is read here is longer; a module that says so lies. */
const LONGEST = 1 << 20;

/** Reads one object's attributes; what it has not or hides is left out. */
export function readAttributes(
  module: Module,
  session: Ulong,
  object: Ulong,
  types: readonly number[],
): Attributes {
  const { attribute } = module.structures;
  const lengths = layOut(
    module,
    types.map((type) => [type, Buffer.alloc(0)] as const),
  );
  // CKR_ATTRIBUTE_SENSITIVE and …_TYPE_INVALID: some attribute is not to be had, and its length says which (section 4.4).
  askFor(module, session, object, lengths);
  const found = types.flatMap((type, at) => {
    const length = attribute.ulong(lengths.memory, 'length', at * attribute.size);
    if (isUnavailable(length, module.layout) || Number(length) > LONGEST) return [];
    return [[type, Buffer.alloc(Number(length))] as const];
  });
  const values = layOut(module, found);
  askFor(module, session, object, values);
  return Object.fromEntries(
    found.flatMap(([type, value], at) => {
      const length = attribute.ulong(values.memory, 'length', at * attribute.size);
      if (isUnavailable(length, module.layout) || Number(length) > value.length) return [];
      const decoded = decode(module, type, value.subarray(0, Number(length)));
      return decoded === undefined ? [] : [[type, decoded]];
    }),
  );
}

const NOT_TO_BE_HAD = [0x11, 0x12];

function askFor(module: Module, session: Ulong, object: Ulong, { memory, count }: Laid): void {
  if (count === 0) return;
  const returned = module.try('C_GetAttributeValue', session, object, memory, count);
  if (returned === 0 || NOT_TO_BE_HAD.includes(returned)) return;
  module.fail('C_GetAttributeValue', returned);
}

function decode(module: Module, type: number, value: Buffer): Uint8Array | number | boolean | undefined {
  if (ULONG_ATTRIBUTES.has(type)) {
    return value.length === module.layout.ulong ? Number(module.ulong(value)) : undefined;
  }
  if (BOOLEAN_ATTRIBUTES.has(type)) return value.length === 1 ? value[0] !== 0 : undefined;
  return new Uint8Array(value);
}
