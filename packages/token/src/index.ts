export { nativeBindings } from './bindings.ts';
export * from './errors.ts';
export { type FoundKeyPair, findKeyPair } from './find.ts';
export * from './key.ts';
export { checkPinFormat } from './pin-format.ts';
export * from './pkcs11/index.ts';
export * from './skf/index.ts';
export * from './virtual/index.ts';
