/** A module in front of another that can be pulled out, crash, hang, or die after any call: pkcs11-wrapper.c. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasProgram } from '../../tools/pkcs11-peers.mjs';

export const hasCompiler = hasProgram('gcc');

/** Functions by their place in CK_FUNCTION_LIST. */
export const C = { CreateObject: 20, DestroyObject: 22, GenerateKeyPair: 59 } as const;

export type Order =
  | 'gone'
  | 'crash'
  | 'hang'
  | 'no-data'
  | `back ${number}`
  | `exit-after ${number} ${number}`;

export interface WrappedModule {
  readonly module: string;
  readonly env: Readonly<Record<string, string>>;
  /** How it misbehaves from now on; undefined: not at all. */
  order(order?: Order): void;
  /** After `gone`: the token is back, and no session of before is good. */
  putBack(): void;
}

let compiled: string | undefined;

/** Compiled once for each file of tests. */
function compile(): string {
  if (compiled) return compiled;
  const source = fileURLToPath(new URL('pkcs11-wrapper.c', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-wrapper-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  compiled = join(folder, 'wrapper.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-w', '-o', compiled, source, '-ldl'], {
    stdio: 'inherit',
  });
  return compiled;
}

/** @param folder for its orders */
export function wrapModule(module: string, folder: string): WrappedModule {
  const orders = join(folder, 'order');
  const order = (order?: Order) => (order ? writeFileSync(orders, order) : rmSync(orders, { force: true }));
  let times = 0;
  return {
    module: compile(),
    env: { PKCS11_WRAPPED: module, PKCS11_ORDER: orders },
    order,
    putBack: () => order(`back ${++times}`),
  };
}
