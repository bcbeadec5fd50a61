/** What the server issued for a pair: read, written to it, read back, and the encryption key put to the test. */
import { createHmac } from 'node:crypto';
import {
  encryptionProofOctets,
  type ProofChallenge,
  type ProofStatement,
  type ReissuedCertificates,
} from '@certdesk/contract';
import { Certificate } from '@certdesk/pki';
import { type Container, type Key, KeyError, type PairUse } from '@certdesk/token';
import type { z } from 'zod';
import { AssistantError } from '../errors.ts';

/** DER throughout. */
export interface Issued {
  readonly signing: Uint8Array;
  readonly twin: IssuedTwin | null;
}

export interface IssuedTwin {
  readonly certificate: Uint8Array;
  /** SM2EnvelopedKey for the signing key; null: the key has the pair. */
  readonly envelope: Uint8Array | null;
}

/** @throws AssistantError `certificate-invalid` when it is not for this key, or not what the order is about */
export function readIssued(
  { certificate, twin }: z.infer<typeof ReissuedCertificates>,
  publicKey: Uint8Array,
  wantsTwin: boolean,
): Issued {
  const signing = Buffer.from(certificate, 'base64');
  if (!isFor(signing, publicKey) || (twin !== null) !== wantsTwin)
    throw new AssistantError('certificate-invalid');
  if (!twin) return { signing, twin: null };
  const envelope = twin.envelope === null ? null : Buffer.from(twin.envelope, 'base64');
  return { signing, twin: { certificate: Buffer.from(twin.certificate, 'base64'), envelope } };
}

function isFor(certificate: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return Buffer.compare(Certificate.parse(certificate).publicKey, publicKey) === 0;
  } catch {
    return false;
  }
}

/** Writes what is not there yet and reads it back. Repeatable. @throws AssistantError `key-failed`; KeyError */
export async function writeCertificates(
  key: Key,
  container: string,
  { signing, twin }: Issued,
): Promise<void> {
  await writeOne(key, container, 'signing', signing);
  if (twin) await writeTwin(key, container, twin);
}

/** The encryption certificate, with its pair where the key does not have that yet. */
export async function writeTwin(key: Key, container: string, twin: IssuedTwin): Promise<void> {
  const { certificate, envelope } = twin;
  const { encryption } = await found(key, container);
  const hasPair = encryption !== undefined && isFor(certificate, encryption.publicKey);
  if (hasPair || !envelope) return writeOne(key, container, 'encryption', certificate);
  try {
    await key.importEncryptionKey(container, { envelope, certificate });
  } catch (error) {
    // The envelope or its certificate is not what this key can take: no fault of the holder's, and nothing is lost.
    const codes = ['envelope-invalid', 'public-key-mismatch', 'certificate-invalid'];
    if (!(error instanceof KeyError && codes.includes(error.code))) throw error;
    throw new AssistantError('certificate-invalid', {}, error);
  }
  const after = (await found(key, container)).encryption;
  const stands = after?.certificate && Buffer.compare(after.certificate, certificate) === 0;
  if (!stands || !isFor(certificate, after.publicKey)) throw new AssistantError('key-failed');
}

/** Writes one certificate to its pair, unless it stands there. */
export async function writeOne(
  key: Key,
  container: string,
  use: PairUse,
  certificate: Uint8Array,
): Promise<void> {
  const stands = async () => {
    const there = (await found(key, container))[use]?.certificate;
    return there !== undefined && Buffer.compare(there, certificate) === 0;
  };
  if (await stands()) return;
  await key.writeCertificate(container, use, certificate);
  if (!(await stands())) throw new AssistantError('key-failed');
}

async function found(key: Key, name: string): Promise<Partial<Container>> {
  return (await key.containers()).find((container) => container.name === name) ?? {};
}

/** Has the encryption key read the server's secret, and makes the check value of it. */
export async function proveEncryption(
  key: Key,
  container: string,
  { wrappedKey, data }: NonNullable<z.infer<typeof ProofChallenge>['twin']>,
  about: Parameters<typeof encryptionProofOctets>[0],
): Promise<NonNullable<ProofStatement['twin']>> {
  const secret = await key.decryptByWrappedKey(
    container,
    Buffer.from(wrappedKey, 'base64'),
    Buffer.from(data, 'base64'),
  );
  try {
    const check = createHmac('sm3', secret).update(encryptionProofOctets(about)).digest('hex');
    return { certificate: about.certificate, check };
  } finally {
    secret.fill(0);
  }
}
