import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { assistantPorts, Origin } from '@certdesk/contract';
import { GmError, Sm2PublicKey } from '@certdesk/gm';
import { writeFileAtomically } from '@certdesk/safe';
import { z } from 'zod';
import { AssistantError } from './errors.ts';

const OrderKey = z.base64().refine(isSm2Key, 'not an SM2 public key (SubjectPublicKeyInfo in base64)');

const Desk = z.strictObject({
  /** Origin of the holders' pages. */
  origin: Origin,
  /** Base address of the server that orders may name. */
  server: Origin,
  name: z.string().min(1).max(100),
  /** Keys that the desk's orders are signed with; several while the desk changes its key. */
  orderKeys: z.array(OrderKey).min(1).max(4),
});

const Driver = z.discriminatedUnion('family', [
  /** Keys in software, for trying things out. `folder` holds one file for each. */
  z.strictObject({ family: z.literal('virtual'), folder: z.string().min(1) }),
  /** Keys with a library of SKF (GM/T 0016): docs/keys.md. */
  z.strictObject({
    family: z.literal('skf'),
    /** `standard`, or a profile of the maker's library: a JSON file. */
    profile: z.string().min(1),
    /** The library, where the profile does not name the right one for this machine. */
    library: z.string().min(1).optional(),
    /** What the library finds in its environment. */
    env: z.record(z.string(), z.string()).optional(),
  }),
  /** Keys that their maker's PKCS#11 module reaches. */
  z.strictObject({
    family: z.literal('pkcs11'),
    /** Path of the module, or a name that the system's loader finds. */
    module: z.string().min(1),
    /** False for keys that take no data objects. */
    files: z.boolean().optional(),
    /** What the module finds in its environment. */
    env: z.record(z.string(), z.string()).optional(),
  }),
]);

const AssistantConfig = z.strictObject({
  /** Shown in every window of an order, so that an imitation is noticed. */
  phrase: z.string().min(1).max(60),
  language: z.enum(['zh', 'en']),
  /** Only for a machine where others hold the fixed ports; the desk must know them too. */
  ports: z.array(z.int().min(1).max(65535)).min(1).max(8).optional(),
  desks: z
    .array(Desk)
    .max(32)
    .refine(
      (desks) => new Set(desks.map(({ origin }) => origin)).size === desks.length,
      'two desks with one origin',
    ),
  drivers: z.array(Driver).max(8),
});

export type AssistantConfig = z.infer<typeof AssistantConfig>;
export type DriverConfig = z.infer<typeof Driver>;

function isSm2Key(text: string): boolean {
  try {
    Sm2PublicKey.fromSpki(Buffer.from(text, 'base64'));
    return true;
  } catch (error) {
    if (error instanceof GmError) return false;
    throw error;
  }
}

/**
 * Reads the configuration; a first one is written where there is none.
 * @throws AssistantError `configuration-invalid` with every place that is wrong
 */
export async function loadConfig(path: string): Promise<AssistantConfig> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new AssistantError('configuration-invalid', { where: `${path}: ${error.code}` });
  });
  if (text === undefined) {
    const config = firstConfig();
    await writeConfig(path, config);
    return config;
  }
  return parseConfig(text, path);
}

export function parseConfig(text: string, path: string): AssistantConfig {
  const config = AssistantConfig.safeParse(jsonOf(text, path));
  if (config.success) return config.data;
  const places = config.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`);
  throw new AssistantError('configuration-invalid', { where: `${path}: ${places.join('; ')}` });
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AssistantError('configuration-invalid', { where: `${path}: not JSON` });
  }
}

export function writeConfig(path: string, config: AssistantConfig): Promise<void> {
  return writeFileAtomically(path, `${JSON.stringify(AssistantConfig.parse(config), null, 2)}\n`, 0o600);
}

/** Trusts nobody and reaches no key yet. The phrase differs on every machine until its user chooses one. */
function firstConfig(): AssistantConfig {
  return { phrase: `密码助手 ${randomInt(1000, 10_000)}`, language: 'zh', desks: [], drivers: [] };
}

/**
 * Ports to try in turn: `CERTDESK_ASSISTANT_PORTS` (comma separated; 0 takes any free one), the configuration's, the fixed three.
 * @throws AssistantError `configuration-invalid`
 */
export function portsOf(
  config: AssistantConfig,
  env: Readonly<Record<string, string | undefined>>,
): number[] {
  const text = env.CERTDESK_ASSISTANT_PORTS;
  if (!text) return config.ports ?? [...assistantPorts];
  const ports = text.split(',').map((part) => (/^\d{1,5}$/.test(part.trim()) ? Number(part) : -1));
  if (ports.some((port) => port < 0 || port > 65535)) {
    throw new AssistantError('configuration-invalid', { where: 'CERTDESK_ASSISTANT_PORTS' });
  }
  return ports;
}
