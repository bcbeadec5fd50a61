import { afterAll, beforeAll, describe } from 'vitest';
import { describeKey } from '../conformance.test-support.ts';
import type { SkfProfile } from './index.ts';
import { makeSlots, notHere, type Slots } from './software.test-support.ts';
import type { Abi } from './structures.ts';

function describeSkf(name: string, profile: Partial<SkfProfile>, abi: Abi): void {
  describe.skipIf(notHere)('through the software SKF library', () => {
    let slots: Slots;
    beforeAll(() => {
      slots = makeSlots(profile, abi);
    });
    afterAll(() => slots.dispose());
    describeKey(name, () => slots.plugIn());
  });
}

describeSkf('a packed key of the standard', {}, { packing: 'packed', ulongBits: 32 });

describeSkf(
  'a naturally aligned key with additions of its maker',
  { unblock: 'remote', decryption: 'SKF_PrvKeyDecrypt' },
  { packing: 'natural', ulongBits: 32 },
);
