/** CertID, RFC 6960 §4.1.1: a certificate named by hashes of its issuer's name and key, and its serial number. */
import { hash } from 'node:crypto';
import { type AlgorithmIdentifier, publicKeyInfo, readAlgorithmIdentifier } from '../algorithms.ts';
import { serial } from '../certificate/build.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { serialHex } from '../certificate/extensions/key-identifiers.ts';
import type { DerReader } from '../der/reader.ts';
import { tag } from '../der/tag.ts';
import { encode, NULL, octetString, oid, sequence } from '../der/writer.ts';

/** Hashes that name an issuer. SHA-1 is what nearly every client sends; here it is a name, not a protection. */
const hashes: ReadonlyMap<string, { readonly name: CertIdHash; readonly octets: number }> = new Map([
  ['1.3.14.3.2.26', { name: 'sha1', octets: 20 }],
  ['2.16.840.1.101.3.4.2.1', { name: 'sha256', octets: 32 }],
  ['2.16.840.1.101.3.4.2.2', { name: 'sha384', octets: 48 }],
  ['2.16.840.1.101.3.4.2.3', { name: 'sha512', octets: 64 }],
  ['1.2.156.10197.1.401', { name: 'sm3', octets: 32 }],
]);

export type CertIdHash = 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'sm3';

export interface CertId {
  /** As it was asked: an answer repeats it octet for octet. */
  readonly der: Uint8Array;
  readonly hashAlgorithm: AlgorithmIdentifier;
  /** Undefined for a hash that is not known here. */
  readonly hash: CertIdHash | undefined;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Lower-case hex, as `Certificate.serialNumber` writes it. */
  readonly serialNumber: string;
}

export function readCertId(reader: DerReader): CertId {
  const element = reader.next(tag.sequence);
  const inside = reader.inside(element);
  const hashAlgorithm = readAlgorithmIdentifier(inside);
  const issuerNameHash = inside.octetString();
  const issuerKeyHash = inside.octetString();
  const serialNumber = serialHex(inside.integerOctets());
  inside.end();
  const known = hashes.get(hashAlgorithm.oid);
  // Lengths that do not fit the hash name nobody.
  const fits = known && issuerNameHash.length === known.octets && issuerKeyHash.length === known.octets;
  return {
    der: element.der,
    hashAlgorithm,
    hash: fits ? known.name : undefined,
    issuerNameHash,
    issuerKeyHash,
    serialNumber,
  };
}

/** Hashes of an issuer's name and key. */
export function issuerHashes(
  issuer: Pick<Certificate, 'subject' | 'publicKey'>,
  algorithm: CertIdHash,
): { readonly name: Uint8Array; readonly key: Uint8Array } {
  return {
    name: hash(algorithm, issuer.subject.der, 'buffer'),
    key: hash(algorithm, publicKeyInfo(issuer.publicKey).key, 'buffer'),
  };
}

/** Whether an issuer is the one that a CertID names. */
export function namesIssuer(id: CertId, issuer: Pick<Certificate, 'subject' | 'publicKey'>): boolean {
  if (!id.hash) return false;
  const { name, key } = issuerHashes(issuer, id.hash);
  return Buffer.compare(name, id.issuerNameHash) === 0 && Buffer.compare(key, id.issuerKeyHash) === 0;
}

/** CertID of a certificate, DER, with NULL as the hash's parameters, as clients send it. */
export function buildCertId(
  { serialNumber }: Pick<Certificate, 'serialNumber'>,
  issuer: Pick<Certificate, 'subject' | 'publicKey'>,
  algorithm: CertIdHash = 'sha1',
): Uint8Array {
  const [identifier = ''] = [...hashes].find(([, { name }]) => name === algorithm) ?? [];
  const { name, key } = issuerHashes(issuer, algorithm);
  return encode(
    sequence(sequence(oid(identifier), NULL), octetString(name), octetString(key), serial(serialNumber)),
  );
}
