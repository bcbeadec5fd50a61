import { type Native, type NativeOptions, startNative } from '@certdesk/native';
import type { ModuleOptions, Pkcs11Functions } from './binding.ts';

export interface StartOptions extends ModuleOptions, Pick<NativeOptions, 'deadlineMs' | 'env' | 'launcher'> {}

/** A PKCS#11 module in a process of its own. Starts with the first call. */
export function startPkcs11({ path, layout, ...options }: StartOptions): Native<Pkcs11Functions> {
  return startNative<Pkcs11Functions>({
    binding: { name: 'pkcs11', module: () => new URL('./binding.js', import.meta.url) },
    options: { path, ...(layout && { layout }) } satisfies ModuleOptions,
    ...options,
  });
}

/** As `startPkcs11`, from options that hold more: secrets among them have no business in a library's process. */
export function startModule(
  options: Omit<StartOptions, 'path'> & { readonly module: string },
): Native<Pkcs11Functions> {
  const { module: path, layout, deadlineMs, env, launcher } = options;
  return startPkcs11({
    path,
    ...(layout && { layout }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(env && { env }),
    ...(launcher && { launcher }),
  });
}
