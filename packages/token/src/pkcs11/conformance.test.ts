import { describe } from 'vitest';
import { describeKey } from '../conformance.test-support.ts';
import { canRunSoftHsm, plugInSoftHsm } from './softhsm.test-support.ts';

describe.skipIf(!canRunSoftHsm)('PKCS#11', () => {
  describeKey('a SoftHSM2 token', () => plugInSoftHsm(), ['twins', 'room', 'counted PINs']);
});
