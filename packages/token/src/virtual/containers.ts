import { Certificate } from '@certdesk/pki';
import { KeyError } from '../errors.ts';
import type { Container, KeyPair, PairUse } from '../key.ts';
import { type Contents, fromBase64, type StoredContainer, type StoredPair, toBase64 } from './state.ts';

/** At most 64 bytes (GM/T 0016). */
const CONTAINER_NAME = /^[\x21-\x7e]([\x20-\x7e]{0,62}[\x21-\x7e])?$/;

/** @throws KeyError `container-name`, `container-exists`, `no-room` */
export function withNewContainer(contents: Contents, name: string): Contents {
  if (!CONTAINER_NAME.test(name)) throw new KeyError('container-name');
  if (contents.containers.some((container) => container.name === name))
    throw new KeyError('container-exists');
  if (contents.containers.length >= contents.maxContainers) throw new KeyError('no-room');
  return { ...contents, containers: [...contents.containers, { name }] };
}

export function withoutContainer(contents: Contents, name: string): Contents {
  return { ...contents, containers: contents.containers.filter((container) => container.name !== name) };
}

/** @throws KeyError `container-not-found` */
export function containerOf(contents: Contents, name: string): StoredContainer {
  const found = contents.containers.find((container) => container.name === name);
  if (!found) throw new KeyError('container-not-found');
  return found;
}

/** @throws KeyError `container-not-found`, `key-pair-not-found` */
export function pairOf(contents: Contents, name: string, use: PairUse): StoredPair {
  const pair = containerOf(contents, name)[use];
  if (!pair) throw new KeyError('key-pair-not-found');
  return pair;
}

export function withPair(contents: Contents, name: string, use: PairUse, pair: StoredPair): Contents {
  const changed = { ...containerOf(contents, name), [use]: pair };
  return {
    ...contents,
    containers: contents.containers.map((container) => (container.name === name ? changed : container)),
  };
}

/**
 * @param publicKey SubjectPublicKeyInfo, DER, that the certificate has to be for
 * @returns the certificate, base64 of its DER
 * @throws KeyError `certificate-invalid`, `public-key-mismatch`
 */
export function certificateFor(publicKey: Uint8Array, certificate: Uint8Array): string {
  const parsed = parsedCertificate(certificate);
  if (!Buffer.from(parsed.publicKey).equals(publicKey)) throw new KeyError('public-key-mismatch');
  return toBase64(parsed.der);
}

function parsedCertificate(certificate: Uint8Array): Certificate {
  try {
    return Certificate.parse(certificate);
  } catch (cause) {
    throw new KeyError('certificate-invalid', { cause });
  }
}

export function toContainer({ name, signing, encryption }: StoredContainer): Container {
  return {
    name,
    ...(signing && { signing: toKeyPair(signing) }),
    ...(encryption && { encryption: toKeyPair(encryption) }),
  };
}

function toKeyPair({ algorithm, publicKey, certificate }: StoredPair): KeyPair {
  return {
    algorithm,
    publicKey: fromBase64(publicKey),
    ...(certificate !== undefined && { certificate: fromBase64(certificate) }),
  };
}
