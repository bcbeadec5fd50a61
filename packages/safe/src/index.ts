export { writeFileAtomically } from './atomic-file.ts';
export { SafeError, type SafeErrorCode } from './errors.ts';
export { DEFAULT_COST, type KdfCost } from './kdf.ts';
export { open, readSafe, seal, writeSafe } from './safe.ts';
export { SafeKey } from './safe-key.ts';
