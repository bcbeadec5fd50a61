/** Protection of PKIMessages, RFC 4210 §5.1.3: by signature, or by a MAC from a shared secret (PasswordBasedMac, §5.1.3.1). */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type AlgorithmIdentifier, readAlgorithmIdentifier, signatureAlgorithmFor } from '../algorithms.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { readDer } from '../der/reader.ts';
import { encode, integer, NULL, octetString, oid, sequence } from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import { verifySignature } from '../signature.ts';
import type { Signer } from '../signer.ts';

/** Whoever protects a message. */
export interface Protector {
  readonly algorithm: AlgorithmIdentifier;
  /** Which key or secret: senderKID. */
  readonly senderKey?: Uint8Array;
  /** @param octets ProtectedPart, DER */
  protect(octets: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** Signs with a certificate's key. */
export function signatureProtector(signer: Signer, certificate: Certificate): Protector {
  const senderKey = certificate.subjectKeyIdentifier;
  return {
    algorithm: signatureAlgorithmFor(signer.algorithm),
    ...(senderKey && { senderKey }),
    protect: (octets) => signer.sign(octets),
  };
}

/** False also where the algorithm or key is not supported. */
export function verifySignatureProtection(
  publicKey: Uint8Array,
  algorithm: AlgorithmIdentifier,
  octets: Uint8Array,
  protection: Uint8Array,
): boolean {
  try {
    return verifySignature(publicKey, algorithm, octets, protection);
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

const PASSWORD_BASED_MAC = '1.2.840.113533.7.66.13';

/** One-way functions and MACs by their identifiers; both of the two identifiers that HMAC with SHA-1 goes by. */
const hashes: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
  ['1.2.156.10197.1.401', 'sm3'],
]);
const macs: ReadonlyMap<string, string> = new Map([
  ['1.3.6.1.5.5.8.1.2', 'sha1'],
  ['1.2.840.113549.2.7', 'sha1'],
  ['1.2.840.113549.2.9', 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512'],
  ['1.2.156.10197.1.401.2', 'sm3'],
]);

/** An answer decides how often its hash is computed: within bounds. */
const MIN_ITERATIONS = 100;
const MAX_ITERATIONS = 100_000;

interface MacParameters {
  readonly salt: Uint8Array;
  readonly hash: string;
  readonly iterations: number;
  readonly mac: string;
}

/**
 * Authenticates with a shared secret: PasswordBasedMac with SHA-256 and HMAC-SHA-256.
 * @param secret octets; nothing of them is ever told
 * @param reference names the secret to the other side: senderKID
 */
export function macProtector(
  secret: Uint8Array,
  reference: Uint8Array,
  { iterations = 10_000, random = randomBytes as (size: number) => Uint8Array } = {},
): Protector {
  const parameters = { salt: random(16), hash: 'sha256', iterations, mac: 'sha256' };
  const key = macKey(secret, parameters);
  const der = encode(
    sequence(
      oid(PASSWORD_BASED_MAC),
      sequence(
        octetString(parameters.salt),
        sequence(oid('2.16.840.1.101.3.4.2.1'), NULL),
        integer(iterations),
        sequence(oid('1.2.840.113549.2.9'), NULL),
      ),
    ),
  );
  return {
    algorithm: readDer(der, readAlgorithmIdentifier),
    senderKey: reference,
    protect: (octets) => createHmac(parameters.mac, key).update(octets).digest(),
  };
}

/** False also for other kinds of MAC, and for parameters out of bounds. */
export function verifyMacProtection(
  secret: Uint8Array,
  algorithm: AlgorithmIdentifier,
  octets: Uint8Array,
  protection: Uint8Array,
): boolean {
  const parameters = macParameters(algorithm);
  if (!parameters) return false;
  const expected = createHmac(parameters.mac, macKey(secret, parameters)).update(octets).digest();
  return expected.length === protection.length && timingSafeEqual(expected, protection);
}

/** RFC 4211 §4.4: hash secret and salt, then the hash again and again; HMAC takes the result whole as its key. */
function macKey(secret: Uint8Array, { salt, hash, iterations }: MacParameters): Uint8Array {
  let key: Uint8Array = createHash(hash).update(secret).update(salt).digest();
  for (let round = 1; round < iterations; round += 1) key = createHash(hash).update(key).digest();
  return key;
}

function macParameters(algorithm: AlgorithmIdentifier): MacParameters | undefined {
  if (algorithm.oid !== PASSWORD_BASED_MAC || !algorithm.parameters) return undefined;
  try {
    return readDer(algorithm.parameters, (reader) => {
      const inside = reader.sequence();
      const salt = inside.octetString();
      const hash = hashes.get(readAlgorithmIdentifier(inside).oid);
      const iterations = inside.smallInteger();
      const mac = macs.get(readAlgorithmIdentifier(inside).oid);
      inside.end();
      const bounded = iterations >= MIN_ITERATIONS && iterations <= MAX_ITERATIONS;
      return hash && mac && bounded ? { salt, hash, iterations, mac } : undefined;
    });
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}
