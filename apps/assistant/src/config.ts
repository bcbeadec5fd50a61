import { randomInt } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
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

const Language = z.enum(['zh', 'en']);
/** Only for a machine where others hold the fixed ports; the desk must know them too. */
const Ports = z.array(z.int().min(1).max(65535)).min(1).max(8);
const Desks = z
  .array(Desk)
  .max(32)
  .refine(
    (desks) => new Set(desks.map(({ origin }) => origin)).size === desks.length,
    'two desks with one origin',
  );
const Drivers = z.array(Driver).max(8);

const AssistantConfig = z.strictObject({
  /** Shown in every window of an order, so that an imitation is noticed. */
  phrase: z.string().min(1).max(60),
  language: Language,
  ports: Ports.optional(),
  desks: Desks,
  drivers: Drivers,
});

/**
 * What the operator of a machine sets for all its users. Without a phrase: one that many people see protects nobody.
 */
const OperatorDefaults = z.strictObject({
  language: Language.optional(),
  ports: Ports.optional(),
  desks: Desks.default([]),
  drivers: Drivers.default([]),
});
type OperatorDefaults = z.infer<typeof OperatorDefaults>;

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
 * Reads the user's configuration; a first one is written where there is none, in the operator's language. What the
 * operator sets besides is not copied into it but added at each start, so that a desk's new order key reaches everybody.
 * @param defaults the operator's file; it may be missing
 * @throws AssistantError `configuration-invalid` with every place that is wrong
 */
export async function loadConfig(path: string, defaults?: string): Promise<AssistantConfig> {
  const operator = defaults === undefined ? undefined : await readDefaults(defaults);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new AssistantError('configuration-invalid', { where: `${path}: ${error.code}` });
  });
  if (text !== undefined) return withDefaults(parseConfig(text, path), operator);
  const config = firstConfig(operator?.language ?? 'zh');
  await writeConfig(path, config);
  return withDefaults(config, operator);
}

/** The operator's desks and drivers first; of two entries for one desk, the operator's counts, which is kept up to date. */
function withDefaults(own: AssistantConfig, operator: OperatorDefaults | undefined): AssistantConfig {
  if (!operator) return own;
  const desks = new Set(operator.desks.map(({ origin }) => origin));
  const drivers = new Set(operator.drivers.map((driver) => JSON.stringify(driver)));
  const ports = own.ports ?? operator.ports;
  return {
    ...own,
    ...(ports && { ports }),
    desks: [...operator.desks, ...own.desks.filter(({ origin }) => !desks.has(origin))],
    drivers: [...operator.drivers, ...own.drivers.filter((driver) => !drivers.has(JSON.stringify(driver)))],
  };
}

/** Whoever can write to this file says whose orders are carried out: it must be the system's, or the user's own. */
async function readDefaults(path: string): Promise<OperatorDefaults | undefined> {
  const invalid = (why: string) => new AssistantError('configuration-invalid', { where: `${path}: ${why}` });
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw invalid(error.code ?? String(error));
  });
  if (!file) return undefined;
  try {
    const { uid, mode } = await file.stat();
    if ((uid !== 0 && uid !== process.getuid?.()) || (mode & 0o022) !== 0)
      throw invalid('others than the administrator may write to it');
    return checked(OperatorDefaults, await file.readFile('utf8'), path);
  } catch (error) {
    throw error instanceof AssistantError
      ? error
      : invalid((error as NodeJS.ErrnoException).code ?? String(error));
  } finally {
    await file.close();
  }
}

export function parseConfig(text: string, path: string): AssistantConfig {
  return checked(AssistantConfig, text, path);
}

function checked<T>(shape: z.ZodType<T>, text: string, path: string): T {
  const config = shape.safeParse(jsonOf(text, path));
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
function firstConfig(language: AssistantConfig['language']): AssistantConfig {
  return { phrase: `密码助手 ${randomInt(1000, 10_000)}`, language, desks: [], drivers: [] };
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
