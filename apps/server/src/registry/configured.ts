/** The registers that the configuration names, opened and put in their order. */
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../schema/database.ts';
import type { RegistersConfiguration } from './configuration.ts';
import type { NoAnswer } from './http/no-answer.ts';
import { httpRegistry } from './http/registry.ts';
import { type HttpRegisterSettings, openHttpRegister } from './http/settings.ts';
import { inOrder } from './in-order.ts';
import type { RegisterKind, Registry, RegistryAnswer } from './registry.ts';
import { tableRegistry } from './table/registry.ts';

export interface OpenedRegisters {
  readonly order: RegistersConfiguration['order'];
  readonly http: HttpRegisterSettings | undefined;
}

/**
 * Opens the keys and certificates that are needed to ask; no register is asked, and one that is away keeps no desk from starting.
 * @throws DeskError `configuration-invalid`, `passphrase-wrong`
 */
export async function openRegisters(
  { order, http }: RegistersConfiguration,
  passphrase: string,
  now: Date,
): Promise<OpenedRegisters> {
  return { order, http: http && (await openHttpRegister(http, passphrase, now)) };
}

export interface RegistersDeps {
  readonly db: Db;
  readonly clock: Clock;
  onTrouble(error: NoAnswer): void;
  onBreaker(open: boolean): void;
  /** Told of each register that was asked, what kind of answer it gave, and how long it took. */
  onAnswer?(register: RegisterKind, answer: RegistryAnswer['kind'], seconds: number): void;
}

export interface ConfiguredRegisters extends Registry {
  /** The register over HTTP is not asked by this node for a while. */
  readonly resting: boolean;
  close(): Promise<void>;
}

export function configuredRegisters(
  { order, http }: OpenedRegisters,
  deps: RegistersDeps,
): ConfiguredRegisters {
  const overHttp = http && httpRegistry(http, deps);
  const table = tableRegistry(deps);
  const registers = order.map((kind) => {
    const register = kind === 'table' ? table : overHttp;
    if (!register) throw new Error('the order names a register that is not configured');
    return told(kind, register, deps);
  });
  return {
    ...inOrder(registers, deps.clock),
    get resting() {
      return overHttp?.resting ?? false;
    },
    close: async () => overHttp?.close(),
  };
}

function told(kind: RegisterKind, register: Registry, { onAnswer }: RegistersDeps): Registry {
  return {
    async find(numbers, name) {
      const start = performance.now();
      const answer = await register.find(numbers, name);
      onAnswer?.(kind, answer.kind, (performance.now() - start) / 1000);
      return answer;
    },
  };
}
