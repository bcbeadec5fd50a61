/** Certificate requests in CMP's own format: CRMF, RFC 4211 (a module of IMPLICIT TAGS). */
import { type AlgorithmIdentifier, readAlgorithmIdentifier, signatureAlgorithmFor } from '../algorithms.ts';
import { type Extension, extensionsDer, readExtensions } from '../certificate/extensions/extension.ts';
import { encodeGeneralName } from '../certificate/extensions/general-name.ts';
import { serialHex } from '../certificate/extensions/key-identifiers.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { contextTag, tag } from '../der/tag.ts';
import {
  bitString,
  type Der,
  encode,
  explicit,
  integer,
  oid,
  sequence,
  tagged,
  time,
  unsignedInteger,
} from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import { Name } from '../name.ts';
import { verifySignature } from '../signature.ts';
import type { Signer } from '../signer.ts';
import { readRequestId } from './status.ts';

/** id-regCtrl-oldCertID, RFC 4211 §6.5: which certificate a key update replaces. */
const OLD_CERTIFICATE = '1.3.6.1.5.5.7.5.1.5';

/** CertTemplate, RFC 4211 §5: what is asked for, or which certificate is meant. */
export interface CertTemplate {
  /** Lower-case hex. */
  readonly serialNumber?: string;
  readonly issuer?: Name;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly subject?: Name;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey?: Uint8Array;
  readonly extensions?: readonly Extension[];
}

/** Names one certificate: CertId. */
export interface CertificateReference {
  readonly issuer: Name;
  /** Lower-case hex. */
  readonly serialNumber: string;
}

/**
 * Proof of possession: `raVerified` says that the sender, a registration authority, has seen the proof itself; a
 * signature is one by the new key over the CertRequest.
 */
export type ProofOfPossession =
  | { readonly kind: 'raVerified' }
  | {
      readonly kind: 'signature';
      readonly algorithm: AlgorithmIdentifier;
      readonly signature: Uint8Array;
      /** Only over the CertRequest; with a poposkInput in it the proof is not one that this package checks. */
      readonly overRequest: boolean;
    }
  | { readonly kind: 'other' };

/** CertReqMsg. */
export interface CertRequestMessage {
  readonly id: number;
  readonly template: CertTemplate;
  readonly oldCertificate?: CertificateReference;
  readonly proof?: ProofOfPossession;
  /** CertRequest, DER: what a signature as proof of possession is made over. */
  readonly request: Uint8Array;
}

/** @returns CertRequest, DER */
export function buildCertRequest(content: {
  readonly id: number;
  readonly template: CertTemplate;
  readonly oldCertificate?: CertificateReference;
}): Uint8Array {
  const { id, template, oldCertificate } = content;
  const controls = oldCertificate
    ? [sequence(sequence(oid(OLD_CERTIFICATE), encodeReference(oldCertificate)))]
    : [];
  return encode(sequence(integer(id), encodeTemplate(template), ...controls));
}

/** The proof that only the new key's holder can make: its signature over the CertRequest. */
export async function signatureProof(signer: Signer, request: Uint8Array): Promise<ProofOfPossession> {
  const algorithm = signatureAlgorithmFor(signer.algorithm);
  return { kind: 'signature', algorithm, signature: await signer.sign(request), overRequest: true };
}

/** Whether the key that a request asks a certificate for signed this very request. */
export function verifyProof({ template, proof, request }: CertRequestMessage): boolean {
  if (proof?.kind !== 'signature' || !proof.overRequest || !template.publicKey) return false;
  try {
    return verifySignature(template.publicKey, proof.algorithm, request, proof.signature);
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

/** CertReqMsg from a CertRequest and its proof. */
export function encodeRequestMessage(request: Uint8Array, proof: ProofOfPossession | undefined): Der {
  return sequence(request, ...(proof ? [encodeProof(proof)] : []));
}

function encodeProof(proof: ProofOfPossession): Der {
  switch (proof.kind) {
    case 'raVerified':
      return tagged(contextTag(0, false));
    case 'signature':
      return tagged(contextTag(1, true), proof.algorithm.der, bitString(proof.signature));
    case 'other':
      throw new PkiError('bad-cmp', 'such a proof of possession can be read, not written');
  }
}

export function encodeTemplate(template: CertTemplate): Der {
  const { serialNumber, issuer, notBefore, notAfter, subject, publicKey, extensions } = template;
  const validity = [
    ...(notBefore ? [explicit(0, time(notBefore))] : []),
    ...(notAfter ? [explicit(1, time(notAfter))] : []),
  ];
  return sequence(
    ...(serialNumber === undefined ? [] : [retagged(contextTag(1, false), serial(serialNumber))]),
    // A Name is a CHOICE, so its tag is explicit in spite of the module.
    ...(issuer ? [explicit(3, issuer.der)] : []),
    ...(validity.length > 0 ? [tagged(contextTag(4, true), ...validity)] : []),
    ...(subject ? [explicit(5, subject.der)] : []),
    ...(publicKey ? [retagged(contextTag(6, true), publicKey)] : []),
    ...(extensions && extensions.length > 0
      ? [retagged(contextTag(9, true), extensionsDer(extensions))]
      : []),
  );
}

export function encodeReference({ issuer, serialNumber }: CertificateReference): Der {
  return sequence(encodeGeneralName({ kind: 'directoryName', value: issuer }), serial(serialNumber));
}

/** An element under another tag: IMPLICIT. */
function retagged(identifier: number, element: Der): Der {
  return tagged(identifier, readDer(encode(element), (reader) => reader.next()).content);
}

function serial(hex: string): Der {
  if (!/^(?:[0-9a-f]{2}){1,32}$/i.test(hex)) throw new PkiError('bad-serial-number', 'not a serial number');
  return unsignedInteger(Buffer.from(hex, 'hex'));
}

export function readRequestMessage(reader: DerReader): CertRequestMessage {
  const message = reader.sequence();
  const element = message.next(tag.sequence);
  const inside = message.inside(element);
  const id = readRequestId(inside);
  const template = readTemplate(inside);
  const controls = inside.peek() === tag.sequence ? inside.sequence() : undefined;
  const oldCertificate = controls && readOldCertificate(controls);
  inside.end();
  const proof = message.atEnd || message.peek() === tag.sequence ? undefined : readProof(message);
  message.optional(tag.sequence); // regInfo
  message.end();
  return {
    id,
    template,
    request: element.der,
    ...(oldCertificate && { oldCertificate }),
    ...(proof && { proof }),
  };
}

function readProof(message: DerReader): ProofOfPossession {
  const element = message.next();
  if (element.tag === contextTag(0, false)) {
    if (element.content.length > 0) throw new PkiError('bad-cmp', 'raVerified with content');
    return { kind: 'raVerified' };
  }
  if (element.tag !== contextTag(1, true)) return { kind: 'other' };
  const inside = message.inside(element);
  const overRequest = inside.optional(contextTag(0, true)) === undefined;
  const algorithm = readAlgorithmIdentifier(inside);
  const signature = inside.bitString();
  inside.end();
  return { kind: 'signature', algorithm, signature, overRequest };
}

function readOldCertificate(controls: DerReader): CertificateReference | undefined {
  let found: CertificateReference | undefined;
  while (!controls.atEnd) {
    const control = controls.sequence();
    if (control.oid() !== OLD_CERTIFICATE) {
      if (!control.atEnd) control.next();
    } else if (found) throw new PkiError('bad-cmp', 'oldCertID stands twice');
    else found = readReference(control);
    control.end();
  }
  return found;
}

function readReference(reader: DerReader): CertificateReference {
  const inside = reader.sequence();
  const name = inside.optionalContext(4);
  if (!name) throw new PkiError('bad-cmp', 'an issuer that is no directory name');
  const issuer = Name.read(name);
  name.end();
  const serialNumber = serialHex(inside.integerOctets());
  inside.end();
  return { issuer, serialNumber };
}

export function readTemplate(reader: DerReader): CertTemplate {
  const inside = reader.sequence();
  inside.optional(contextTag(0, false)); // version: there is one only
  const serialOctets = inside.optional(contextTag(1, false));
  inside.optional(contextTag(2, true)); // signingAlg: the CA's business
  const issuer = readOptionalName(inside, 3);
  const validity = inside.optionalContext(4);
  const notBefore = validity && readOptionalTime(validity, 0);
  const notAfter = validity && readOptionalTime(validity, 1);
  validity?.end();
  const subject = readOptionalName(inside, 5);
  const key = inside.optional(contextTag(6, true));
  for (const number of [7, 8]) inside.optional(contextTag(number, false));
  const list = inside.optional(contextTag(9, true));
  inside.end();
  const untagged = (content: Uint8Array) => encode(tagged(tag.sequence, content));
  return {
    ...(serialOctets && {
      serialNumber: serialHex(
        readDer(encode(tagged(tag.integer, serialOctets.content)), (one) => one.integerOctets()),
      ),
    }),
    ...(issuer && { issuer }),
    ...(notBefore && { notBefore }),
    ...(notAfter && { notAfter }),
    ...(subject && { subject }),
    ...(key && { publicKey: untagged(key.content) }),
    ...(list && { extensions: readDer(untagged(list.content), readExtensions) }),
  };
}

function readOptionalName(reader: DerReader, number: number): Name | undefined {
  const inside = reader.optionalContext(number);
  if (!inside) return undefined;
  const name = Name.read(inside);
  inside.end();
  return name;
}

function readOptionalTime(reader: DerReader, number: number): Date | undefined {
  const inside = reader.optionalContext(number);
  if (!inside) return undefined;
  const value = inside.time();
  inside.end();
  return value;
}
