/** Keys and certificates on a token, put together to containers. */
import {
  type Attributes,
  CKA,
  CKO,
  type FoundObject,
  type Handle,
  PUBLIC_KEY_ATTRIBUTES,
  publicKeyOf,
} from '@certdesk/pkcs11';
import { Certificate, keyAlgorithmOf } from '@certdesk/pki';
import type { Container, KeyPair, PairUse } from '../key.ts';
import { KNOWN_ALGORITHMS, type Pkcs11KeyAlgorithm } from './info.ts';
import { type Mark, readData, textOf } from './marks.ts';
import { idOfContainer, nameOfContainer } from './names.ts';
import type { Session } from './session.ts';

export interface CertificateObject {
  readonly handle: Handle;
  readonly certificate: Certificate;
}

/** A key pair of a container, with the objects that it is made of. */
export interface PairObjects {
  readonly use: PairUse;
  readonly id: Uint8Array;
  readonly label: string;
  readonly algorithm: Pkcs11KeyAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly privateHandle?: Handle;
  /** The newest first; a stop while writing leaves two. */
  readonly certificates: readonly CertificateObject[];
}

export interface Holding {
  readonly name: string;
  readonly id: Uint8Array;
  readonly label: string;
  readonly pairs: readonly PairObjects[];
  /** All objects with this id, also those that make no pair. */
  readonly privateKeys: readonly Handle[];
  readonly publicKeys: readonly Handle[];
  readonly certificates: readonly Handle[];
  readonly marks: readonly Mark[];
}

interface Found {
  readonly handle: Handle;
  readonly id: Uint8Array;
  readonly label: string;
  readonly attributes: Attributes;
  readonly known?: { readonly algorithm: string; readonly publicKey: Uint8Array };
}

/**
 * What is on a token. Before login private keys cannot be seen: what has a public key or an end entity's certificate is
 * taken for a pair then. After it, a pair is what has a private key.
 */
export async function readHoldings(session: Session, loggedIn: boolean): Promise<Holding[]> {
  const publicKeys = await keysOf(session, CKO.PUBLIC_KEY);
  const privateKeys = loggedIn ? await keysOf(session, CKO.PRIVATE_KEY) : [];
  const certificates = await certificatesOf(session, [...publicKeys, ...privateKeys]);
  const { marks } = await readData(session);

  const groups = new Map<string, { id: Uint8Array; label: string }>();
  const all = [...privateKeys, ...publicKeys, ...certificates];
  for (const { id, label } of all) {
    const key = keyOf(id);
    if (!groups.get(key)?.label) groups.set(key, { id, label });
  }
  for (const { container } of marks.filter(({ kind }) => kind === 'made')) {
    const id = idOfContainer(container);
    if (!groups.has(keyOf(id))) groups.set(keyOf(id), { id, label: container });
  }
  const holdings = [...groups.values()].map(({ id, label }): Holding => {
    const ofThis = <T extends { id: Uint8Array }>(found: readonly T[]) =>
      found.filter((one) => keyOf(one.id) === keyOf(id));
    const parts = {
      privateKeys: ofThis(privateKeys),
      publicKeys: ofThis(publicKeys),
      certificates: ofThis(certificates),
    };
    const name = nameOfContainer(id, label);
    return {
      name,
      id,
      label,
      pairs: pairsOf(parts, { id, label }, loggedIn),
      privateKeys: parts.privateKeys.map(({ handle }) => handle),
      publicKeys: parts.publicKeys.map(({ handle }) => handle),
      certificates: parts.certificates.map(({ handle }) => handle),
      marks: marks.filter(({ container }) => container === name),
    };
  });
  // Certificates of CAs, and others whose key is elsewhere, are no containers.
  return holdings.filter(
    ({ pairs, privateKeys, publicKeys, marks }) =>
      pairs.length + privateKeys.length + publicKeys.length + marks.length > 0,
  );
}

const keyOf = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

async function keysOf(session: Session, kind: number): Promise<Found[]> {
  const wanted = [CKA.ID, CKA.LABEL, CKA.SIGN, CKA.VERIFY, ...PUBLIC_KEY_ATTRIBUTES];
  const found = await session.call('find', [
    session.handle,
    { [CKA.CLASS]: kind, [CKA.TOKEN]: true },
    wanted,
  ]);
  return found.map((one) => {
    const known = publicKeyOf(one.attributes);
    return { ...idAndLabel(one), ...(known && { known }) };
  });
}

function idAndLabel({ handle, attributes }: FoundObject): Found {
  const id = attributes[CKA.ID];
  return {
    handle,
    id: id instanceof Uint8Array ? id : new Uint8Array(),
    label: textOf(attributes[CKA.LABEL]),
    attributes,
  };
}

type FoundCertificate = Found & CertificateObject;

/** Certificates go to the key with their public key, whatever id they carry: some programs write none. */
async function certificatesOf(session: Session, keys: readonly Found[]): Promise<FoundCertificate[]> {
  const found = await session.call('find', [
    session.handle,
    { [CKA.CLASS]: CKO.CERTIFICATE, [CKA.TOKEN]: true },
    [CKA.ID, CKA.LABEL, CKA.VALUE],
  ]);
  return found.flatMap((one) => {
    const value = one.attributes[CKA.VALUE];
    const certificate = value instanceof Uint8Array && parsed(value);
    if (!certificate) return [];
    const own = keys.find(({ known }) => known && same(known.publicKey, certificate.publicKey));
    const { id, ...rest } = idAndLabel(one);
    return [{ ...rest, id: own?.id ?? id, certificate }];
  });
}

function parsed(value: Uint8Array): Certificate | undefined {
  try {
    return Certificate.parse(value);
  } catch {
    return undefined;
  }
}

const same = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

interface Parts {
  readonly privateKeys: readonly Found[];
  readonly publicKeys: readonly Found[];
  readonly certificates: readonly FoundCertificate[];
}

function pairsOf(
  { privateKeys, publicKeys, certificates }: Parts,
  named: { id: Uint8Array; label: string },
  loggedIn: boolean,
): PairObjects[] {
  if (loggedIn && privateKeys.length === 0) return [];
  const publics = new Map<string, { publicKey: Uint8Array; found?: Found }>();
  for (const found of [...publicKeys, ...privateKeys])
    if (found.known) publics.set(keyOf(found.known.publicKey), { publicKey: found.known.publicKey, found });
  for (const { certificate } of certificates) {
    const isEndEntity = certificate.basicConstraints?.ca !== true;
    const { publicKey } = certificate;
    // Where public keys are not kept as objects, the certificate is what shows the pair.
    if (isEndEntity && publicKeys.length === 0 && !publics.has(keyOf(publicKey)))
      publics.set(keyOf(publicKey), { publicKey });
  }
  return [...publics.values()].flatMap(({ publicKey, found }) => {
    const algorithm = algorithmOf(publicKey);
    if (!algorithm) return [];
    const own = certificates
      .filter(({ certificate }) => same(certificate.publicKey, publicKey))
      .sort((one, other) => Number(other.certificate.notBefore) - Number(one.certificate.notBefore));
    const privateKey =
      privateKeys.find(({ known }) => known && same(known.publicKey, publicKey)) ??
      privateKeys.find(({ known }) => !known);
    if (loggedIn && !privateKey) return [];
    return [
      {
        ...named,
        use: useOf(found, own[0]?.certificate),
        algorithm,
        publicKey,
        certificates: own,
        ...(privateKey && { privateHandle: privateKey.handle }),
      },
    ];
  });
}

function algorithmOf(publicKey: Uint8Array): Pkcs11KeyAlgorithm | undefined {
  try {
    const algorithm = keyAlgorithmOf(publicKey);
    return KNOWN_ALGORITHMS.includes(algorithm) ? (algorithm as Pkcs11KeyAlgorithm) : undefined;
  } catch {
    return undefined;
  }
}

/** A key that may not sign, or whose certificate says so, is there to decrypt. */
function useOf(key: Found | undefined, certificate: Certificate | undefined): PairUse {
  if (key && (key.attributes[CKA.VERIFY] ?? key.attributes[CKA.SIGN]) === false) return 'encryption';
  const usage = certificate?.keyUsage;
  const signs = !usage || usage.includes('digitalSignature') || usage.includes('nonRepudiation');
  return signs ? 'signing' : 'encryption';
}

export function toContainer({ name, pairs }: Holding): Container {
  const pair = (use: PairUse): KeyPair | undefined => {
    const found = pairs.find((one) => one.use === use);
    const certificate = found?.certificates[0]?.certificate.der;
    return (
      found && {
        algorithm: found.algorithm,
        publicKey: found.publicKey,
        ...(certificate && { certificate: new Uint8Array(certificate) }),
      }
    );
  };
  const [signing, encryption] = [pair('signing'), pair('encryption')];
  return { name, ...(signing && { signing }), ...(encryption && { encryption }) };
}
