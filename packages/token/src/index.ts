export * from './errors.ts';
export * from './key.ts';
