import { describe } from 'vitest';
import { describeKey } from '../conformance.test-support.ts';
import { canRunOpenCryptoki, plugInOpenCryptoki } from './opencryptoki.test-support.ts';
import { canRunSoftHsm, plugInSoftHsm } from './softhsm.test-support.ts';

describe.skipIf(!canRunSoftHsm)('through PKCS#11', () => {
  describeKey('a SoftHSM2 token', () => plugInSoftHsm(), ['twins', 'room', 'counted PINs']);
});

describe.skipIf(!canRunOpenCryptoki)('through PKCS#11', () => {
  // After its C_InitToken (3.8.1) under another SO PIN than the maker's, the SO cannot log in any more.
  describeKey('openCryptoki’s soft token', plugInOpenCryptoki, ['twins', 'room', 'initialising']);
});
