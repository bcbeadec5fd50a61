import type { Sm2PublicKey } from '@certdesk/gm';
import { Certificate } from '@certdesk/pki';
import { KeyError } from '../errors.ts';
import type { Container, KeyPair, PairUse } from '../key.ts';
import type { Handle } from './binding.ts';
import type { Connection } from './connection.ts';
import { ContainerNames } from './container-names.ts';
import { fetchAll } from './library.ts';
import { publicKeyOf } from './sm2-blobs.ts';

/** At most 64 bytes (GM/T 0016). */
const CONTAINER_NAME = /^[\x21-\x7e]([\x20-\x7e]{0,62}[\x21-\x7e])?$/;
const BLOB_ROOM = 1_024;
const CERTIFICATE_ROOM = 8_192;
/** Of SKF_GetContainerType. */
const RSA = 1;

export async function listContainers(connection: Connection): Promise<Container[]> {
  const application = await connection.application();
  if (!application) return [];
  const names = await ContainerNames.read(connection, application.handle);
  const containers: Container[] = [];
  for (const name of names.onKey) {
    const pairs = await connection.inContainer(application.handle, name, (container) =>
      readPairs(connection, container),
    );
    containers.push({ name: names.shown(name), ...pairs });
  }
  return containers;
}

async function readPairs(
  connection: Connection,
  container: Handle,
): Promise<Pick<Container, 'signing' | 'encryption'>> {
  // Pairs of RSA containers are another family's matter: they are left alone.
  if ((await connection.call('getContainerType', [container])) === RSA) return {};
  const signing = await readPair(connection, container, 'signing');
  const encryption = await readPair(connection, container, 'encryption');
  return { ...(signing && { signing }), ...(encryption && { encryption }) };
}

async function readPair(
  connection: Connection,
  container: Handle,
  use: PairUse,
): Promise<KeyPair | undefined> {
  const publicKey = await readPublicKey(connection, container, use);
  if (!publicKey) return undefined;
  const certificate = await ifThere(connection, () =>
    fetchAll('a certificate', CERTIFICATE_ROOM, (room) =>
      connection.call('exportCertificate', [container, use === 'signing', room]),
    ),
  );
  return {
    algorithm: 'sm2',
    publicKey: publicKey.toSpki(),
    ...(certificate && certificate.length > 0 && { certificate: new Uint8Array(certificate) }),
  };
}

async function readPublicKey(
  connection: Connection,
  container: Handle,
  use: PairUse,
): Promise<Sm2PublicKey | undefined> {
  const blob = await ifThere(connection, () =>
    fetchAll('a public key', BLOB_ROOM, (room) =>
      connection.call('exportPublicKey', [container, use === 'signing', room]),
    ),
  );
  return blob && blob.length > 0 ? publicKeyOf(blob, connection.abi) : undefined;
}

async function ifThere<T>(connection: Connection, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (connection.isAbsent(error)) return undefined;
    throw error;
  }
}

/** @throws KeyError `container-name`, `container-exists`, `no-room` */
export async function createContainer(connection: Connection, name: string): Promise<void> {
  if (!CONTAINER_NAME.test(name)) throw new KeyError('container-name');
  const application = await connection.neededApplication();
  const names = await ContainerNames.read(connection, application);
  if (names.find(name) !== undefined) throw new KeyError('container-exists');
  if (names.room === 0) throw new KeyError('no-room');
  const container = await connection.call('createContainer', [application, await names.take(name)]);
  await connection.call('closeContainer', [container]).catch(() => undefined);
}

export async function removeContainer(connection: Connection, name: string): Promise<void> {
  const application = await connection.neededApplication();
  const names = await ContainerNames.read(connection, application);
  const found = names.find(name);
  if (found === undefined) return;
  await connection.call('deleteContainer', [application, found]);
  await names.free(found);
}

/** @throws KeyError `container-not-found` */
export async function inNamed<T>(
  connection: Connection,
  name: string,
  work: (container: Handle) => Promise<T>,
): Promise<T> {
  const application = await connection.neededApplication();
  const found = (await ContainerNames.read(connection, application)).find(name);
  if (found === undefined) throw new KeyError('container-not-found');
  return connection.inContainer(application, found, work);
}

/** @throws KeyError `key-pair-not-found` */
export async function neededPublicKey(
  connection: Connection,
  container: Handle,
  use: PairUse,
): Promise<Sm2PublicKey> {
  const publicKey = await readPublicKey(connection, container, use);
  if (!publicKey) throw new KeyError('key-pair-not-found');
  return publicKey;
}

/** @throws KeyError `key-pair-exists` for one that has a signing pair, or pairs of another family */
export async function needNoPair(connection: Connection, container: Handle): Promise<void> {
  const isRsa = (await connection.call('getContainerType', [container])) === RSA;
  if (isRsa || (await readPublicKey(connection, container, 'signing'))) throw new KeyError('key-pair-exists');
}

/**
 * @param publicKey SubjectPublicKeyInfo, DER, that the certificate has to be for
 * @throws KeyError `certificate-invalid`, `public-key-mismatch`
 */
export function checkCertificate(publicKey: Uint8Array, certificate: Uint8Array): void {
  let certified: Uint8Array;
  try {
    certified = Certificate.parse(certificate).publicKey;
  } catch (cause) {
    throw new KeyError('certificate-invalid', { cause });
  }
  if (!Buffer.from(certified).equals(publicKey)) throw new KeyError('public-key-mismatch');
}
