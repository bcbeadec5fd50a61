/**
 * The PKCS#11 API (OASIS, v2.40) as it is called from another process: see @certdesk/native. Every function throws a
 * LibraryError with the C_ function's name and its CKR code. Handles are good in this process only.
 */
import type { Bind, Koffi } from '@certdesk/native';
import { type Attributes, readAttributes, type Template, withTemplate } from './attributes.ts';
import { CKF, CKU } from './constants.ts';
import { isUnavailable, type LayoutName, type Ulong } from './layout.ts';
import { Module } from './module.ts';

export type { Attributes, Template } from './attributes.ts';

/** Slots, sessions and objects: opaque. */
export type Handle = Ulong;

export interface ModuleOptions {
  readonly path: string;
  /** Only for a module that is not laid out as its platform does it. */
  readonly layout?: LayoutName;
}

export interface TokenInfo {
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
  /** `CKF`. */
  readonly flags: number;
  readonly minPin: number;
  readonly maxPin: number;
}

export interface Slot {
  readonly id: Handle;
  readonly description: string;
  readonly token: TokenInfo;
}

export interface MechanismInfo {
  readonly type: number;
  /** Key sizes, in bits for RSA and EC. */
  readonly min: number;
  readonly max: number;
  readonly flags: number;
}

export interface FoundObject {
  readonly handle: Handle;
  readonly attributes: Attributes;
}

function functionsOf(koffi: Koffi, { path, layout }: ModuleOptions) {
  const module = new Module(koffi, path, layout);
  const { structures } = module;
  module.call('C_Initialize', null);

  function slotIds(): Handle[] {
    for (;;) {
      const count = module.ulongs(1);
      module.call('C_GetSlotList', 1, null, count);
      const expected = Number(module.ulong(count));
      const ids = module.ulongs(expected);
      const returned = module.try('C_GetSlotList', 1, expected === 0 ? null : ids, count);
      // Another token came in between.
      if (returned === 0x150) continue;
      if (returned !== 0) module.fail('C_GetSlotList', returned);
      const found = Math.min(expected, Number(module.ulong(count)));
      return Array.from({ length: found }, (_, at) => module.ulong(ids, at));
    }
  }

  function token(slot: Handle): TokenInfo {
    const { token: shape } = structures;
    const memory = Buffer.alloc(shape.size);
    module.call('C_GetTokenInfo', slot, memory);
    const limit = (name: 'minPin' | 'maxPin', unknown: number) => {
      const value = shape.ulong(memory, name);
      return isUnavailable(value, module.layout) ? unknown : Number(value);
    };
    return {
      label: shape.text(memory, 'label', 32),
      manufacturer: shape.text(memory, 'manufacturer', 32),
      model: shape.text(memory, 'model', 16),
      serial: shape.text(memory, 'serial', 16),
      flags: Number(shape.ulong(memory, 'flags')),
      minPin: limit('minPin', 0),
      maxPin: limit('maxPin', 255),
    };
  }

  function slotDescription(slot: Handle): string {
    const memory = Buffer.alloc(structures.slot.size);
    module.call('C_GetSlotInfo', slot, memory);
    return structures.slot.text(memory, 'description', 64);
  }

  function mechanism(type: number): Buffer {
    const memory = Buffer.alloc(structures.mechanism.size);
    structures.mechanism.setUlong(memory, 'type', type);
    return memory;
  }

  /** Gives a PIN to `use` as octets, and wipes them. */
  function withPin<T>(pin: string, use: (octets: Buffer) => T): T {
    const octets = Buffer.from(pin, 'utf8');
    try {
      return use(octets);
    } finally {
      octets.fill(0);
    }
  }

  /** C_Sign and C_Decrypt: no answer is longer than the longest RSA modulus, or than what went in. */
  function transform(name: 'C_Sign' | 'C_Decrypt', session: Handle, data: Uint8Array): Uint8Array {
    const out = Buffer.alloc(Math.max(2048, data.length));
    const length = module.ulongs(1, out.length);
    module.call(name, session, Buffer.from(data), data.length, out, length);
    const result = new Uint8Array(out.subarray(0, Math.min(out.length, Number(module.ulong(length)))));
    if (name === 'C_Decrypt') out.fill(0);
    return result;
  }

  return {
    /** Who made the module. */
    info(): { manufacturer: string; description: string; version: string } {
      const memory = Buffer.alloc(structures.info.size);
      module.call('C_GetInfo', memory);
      const [major, minor] = structures.info.octets(memory, 'libraryVersion', 2);
      return {
        manufacturer: structures.info.text(memory, 'manufacturer', 32),
        description: structures.info.text(memory, 'description', 32),
        version: `${major}.${minor}`,
      };
    },

    /** Slots with a token in them. One that goes while it is asked, or cannot be read, is left out. */
    slots(): Slot[] {
      return slotIds().flatMap((id) => {
        try {
          return [{ id, description: slotDescription(id), token: token(id) }];
        } catch {
          return [];
        }
      });
    },

    token,

    mechanisms(slot: Handle): MechanismInfo[] {
      const count = module.ulongs(1);
      module.call('C_GetMechanismList', slot, null, count);
      const types = module.ulongs(Number(module.ulong(count)));
      if (types.length > 0) module.call('C_GetMechanismList', slot, types, count);
      return Array.from({ length: Number(module.ulong(count)) }, (_, at) => {
        const type = module.ulong(types, at);
        const memory = Buffer.alloc(structures.mechanismInfo.size);
        if (module.try('C_GetMechanismInfo', slot, type, memory) !== 0) return undefined;
        const value = (name: 'min' | 'max' | 'flags') => Number(structures.mechanismInfo.ulong(memory, name));
        return { type: Number(type), min: value('min'), max: value('max'), flags: value('flags') };
      }).filter((info) => info !== undefined);
    },

    /** Slots whose token came or went since the last call; undefined where the module does not tell. */
    events(): Handle[] | undefined {
      const slots: Handle[] = [];
      // No honest module has more to tell at once.
      while (slots.length < 64) {
        const slot = module.ulongs(1);
        const returned = module.try('C_WaitForSlotEvent', CKF.DONT_BLOCK, slot, null);
        if (returned === 0x08) return slots;
        if (returned !== 0) return undefined;
        slots.push(module.ulong(slot));
      }
      return slots;
    },

    openSession(slot: Handle, write: boolean): Handle {
      const session = module.ulongs(1);
      const flags = CKF.SERIAL_SESSION | (write ? CKF.RW_SESSION : 0);
      module.call('C_OpenSession', slot, flags, null, null, session);
      return module.ulong(session);
    },

    closeSession(session: Handle): void {
      module.call('C_CloseSession', session);
    },

    login(session: Handle, who: keyof typeof CKU, pin: string): void {
      withPin(pin, (octets) => module.call('C_Login', session, CKU[who], octets, octets.length));
    },

    logout(session: Handle): void {
      module.call('C_Logout', session);
    },

    /** Of whoever is logged in; of the user where nobody is. */
    setPin(session: Handle, oldPin: string, newPin: string): void {
      withPin(oldPin, (old) =>
        withPin(newPin, (fresh) => module.call('C_SetPIN', session, old, old.length, fresh, fresh.length)),
      );
    },

    /** Sets the user's PIN; the SO is logged in. */
    initPin(session: Handle, pin: string): void {
      withPin(pin, (octets) => module.call('C_InitPIN', session, octets, octets.length));
    },

    /** Erases a token. @param label of at most 32 octets */
    initToken(slot: Handle, soPin: string, label: string): void {
      const padded = Buffer.alloc(32, ' ');
      padded.write(label, 'utf8');
      withPin(soPin, (octets) => module.call('C_InitToken', slot, octets, octets.length, padded));
    },

    /** Objects that match a template, with these of their attributes. */
    find(session: Handle, template: Template, attributes: readonly number[]): FoundObject[] {
      withTemplate(module, template, (memory, count) =>
        module.call('C_FindObjectsInit', session, memory, count),
      );
      const handles: Handle[] = [];
      try {
        const [some, found] = [module.ulongs(64), module.ulongs(1)];
        do {
          module.call('C_FindObjects', session, some, 64, found);
          for (let at = 0; at < Math.min(64, Number(module.ulong(found))); at++)
            handles.push(module.ulong(some, at));
        } while (Number(module.ulong(found)) > 0 && handles.length < 10_000);
      } finally {
        module.try('C_FindObjectsFinal', session);
      }
      return handles.map((handle) => ({
        handle,
        attributes: readAttributes(module, session, handle, attributes),
      }));
    },

    create(session: Handle, template: Template): Handle {
      const object = module.ulongs(1);
      withTemplate(module, template, (memory, count) =>
        module.call('C_CreateObject', session, memory, count, object),
      );
      return module.ulong(object);
    },

    destroy(session: Handle, object: Handle): void {
      module.call('C_DestroyObject', session, object);
    },

    generateKeyPair(
      session: Handle,
      type: number,
      publicKey: Template,
      privateKey: Template,
    ): { publicKey: Handle; privateKey: Handle } {
      const [publicHandle, privateHandle] = [module.ulongs(1), module.ulongs(1)];
      withTemplate(module, publicKey, (...outer) =>
        withTemplate(module, privateKey, (...inner) =>
          module.call(
            'C_GenerateKeyPair',
            session,
            mechanism(type),
            ...outer,
            ...inner,
            publicHandle,
            privateHandle,
          ),
        ),
      );
      return { publicKey: module.ulong(publicHandle), privateKey: module.ulong(privateHandle) };
    },

    sign(session: Handle, key: Handle, type: number, data: Uint8Array): Uint8Array {
      module.call('C_SignInit', session, mechanism(type), key);
      return transform('C_Sign', session, data);
    },

    decrypt(session: Handle, key: Handle, type: number, data: Uint8Array): Uint8Array {
      module.call('C_DecryptInit', session, mechanism(type), key);
      return transform('C_Decrypt', session, data);
    },

    close(): void {
      module.try('C_Finalize', null);
    },
  };
}

export type Pkcs11Functions = ReturnType<typeof functionsOf>;
export const bind: Bind<ModuleOptions, Pkcs11Functions> = functionsOf;
