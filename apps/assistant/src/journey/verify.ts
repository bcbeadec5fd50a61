/** What a journey checks by itself once it is done: the certificates, and the key that carries them. */
import { randomBytes } from 'node:crypto';
import type { IdentityKind } from '@certdesk/contract';
import {
  Certificate,
  checkChain,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  publicKeyDigest,
  verifyByKey,
} from '@certdesk/pki';
import type { Container } from '@certdesk/token';
import type { Assistant } from '../assistant.ts';
import { AssistantError } from '../errors.ts';
import type { PresentKey } from '../keys/ring.ts';
import type { DeskClient } from './desk-client.ts';

/** The certificates above this one, up to its root. */
export function issuersOf(
  certificate: Uint8Array,
  desk: Awaited<ReturnType<DeskClient['authority']>>,
): Uint8Array[] {
  const parse = (list: readonly string[]) => list.map((der) => Certificate.parse(Buffer.from(der, 'base64')));
  const trusted = { intermediates: parse(desk.intermediates), roots: parse(desk.roots) };
  const result = checkChain(Certificate.parse(certificate), { ...trusted, at: new Date() });
  if (!result.ok) throw new AssistantError('certificate-foreign');
  return result.chain.slice(1).map(({ der }) => der);
}

/**
 * The old certificate's numbers stand in the new one, and those that were added, and no other.
 * @throws AssistantError `certificate-invalid`
 */
export function checkNumbers(old: Uint8Array, fresh: Uint8Array, added: readonly IdentityKind[]): void {
  const numbersOf = (der: Uint8Array) => Certificate.parse(der).identityNumbers(DEFAULT_IDENTITY_NUMBER_OIDS);
  const [before, after] = [numbersOf(old), numbersOf(fresh)];
  const kept = before.every(({ kind, value }) =>
    after.some((number) => number.kind === kind && number.value === value),
  );
  const cameIn = after.filter(({ kind }) => !before.some((number) => number.kind === kind));
  const kinds = cameIn.map(({ kind }) => kind);
  const asDecided = kinds.length === added.length && added.every((kind) => kinds.includes(kind));
  if (!kept || !asDecided) throw new AssistantError('certificate-invalid');
}

/**
 * The same key pair, until the same second.
 * @throws AssistantError `certificate-invalid`
 */
export function checkSame(old: Uint8Array, fresh: Uint8Array): void {
  const [before, after] = [Certificate.parse(old), Certificate.parse(fresh)];
  const samePair = Buffer.compare(before.publicKey, after.publicKey) === 0;
  if (!samePair || before.notAfter.getTime() !== after.notAfter.getTime())
    throw new AssistantError('certificate-invalid');
}

/** Where a certificate stands on the key of that name. @throws AssistantError `key-missing`, `key-failed` */
async function carrierOf(
  { ring }: Assistant,
  name: string,
  certificate: Uint8Array,
): Promise<{ present: PresentKey; carrier: Container }> {
  for (const present of await ring.survey()) {
    const { info, containers } = present;
    if (![info.ref, `${info.family}:${info.ref}`, info.serial].includes(name)) continue;
    const carrier = containers.find(({ signing }) => {
      const there = signing?.certificate;
      return there !== undefined && Buffer.compare(there, certificate) === 0;
    });
    if (!carrier) throw new AssistantError('key-failed');
    return { present, carrier };
  }
  throw new AssistantError('key-missing', {
    key: publicKeyDigest(Certificate.parse(certificate).publicKey),
  });
}

/** @returns the encryption certificate beside a signing certificate on the key, if there is one */
export async function encryptionBeside(
  assistant: Assistant,
  name: string,
  signing: Uint8Array,
): Promise<Uint8Array | undefined> {
  const { carrier } = await carrierOf(assistant, name, signing);
  return carrier.encryption?.certificate;
}

/**
 * The key itself is asked: it holds the new certificate, of the old one nothing but an encryption key, and signs with the
 * key of the new one.
 * @returns the encryption certificate beside it, if there is one
 */
export async function checkKey(
  assistant: Assistant,
  name: string,
  pin: string,
  certificate: Uint8Array,
): Promise<Uint8Array | undefined> {
  const { present, carrier } = await carrierOf(assistant, name, certificate);
  // A former container may stay for its encryption key alone.
  const others = present.containers.filter((one) => one.signing && one !== carrier && !one.encryption);
  if (others.length > 0) throw new AssistantError('key-failed');
  const key = await present.driver.open(present.info.ref);
  try {
    await key.verifyPin(pin);
    const message = randomBytes(32);
    const signature = await key.sign(carrier.name, message);
    if (!verifyByKey(Certificate.parse(certificate).publicKey, message, signature))
      throw new AssistantError('signature-invalid');
    return carrier.encryption?.certificate;
  } finally {
    await key.logout().catch(() => undefined);
    await key.close();
  }
}
