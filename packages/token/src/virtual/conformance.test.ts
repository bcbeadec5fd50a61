import { describeKey } from '../conformance.test-support.ts';
import { plugIn } from './fixture.test-support.ts';

describeKey('a virtual key', () => plugIn());
