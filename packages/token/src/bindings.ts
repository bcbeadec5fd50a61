import type { HostParts } from '@certdesk/native';

/**
 * The bindings of all native drivers, by name: what a program that is one file hands to `runNativeHost`. Where
 * programs are many files, each driver's module is found by itself.
 */
export const nativeBindings: HostParts['bindings'] = {
  pkcs11: () => import('@certdesk/pkcs11/binding'),
  skf: () => import('./skf/binding.ts'),
};
