export { createVirtualKey, type VirtualKeyOptions } from './create.ts';
export { type VirtualDriverOptions, virtualDriver } from './driver.ts';
export { unblockResponse } from './unblock.ts';
