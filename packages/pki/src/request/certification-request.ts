/** PKCS#10 certification requests, RFC 2986, with the extension request of RFC 2985 §5.4.2. */
import type { AlgorithmIdentifier } from '../algorithms.ts';
import { type Extension, readExtensions } from '../certificate/extensions/extension.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { tag } from '../der/tag.ts';
import { PkiError } from '../errors.ts';
import { Name } from '../name.ts';
import { derFrom, toPem } from '../pem.ts';
import { verifySignature } from '../signature.ts';
import { readSigned } from '../signed.ts';

const PEM_LABELS = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];

export const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** An attribute's type and the DER of each of its values. */
export interface RequestAttribute {
  readonly oid: string;
  readonly values: readonly Uint8Array[];
}

interface Parts {
  readonly info: Uint8Array;
  readonly subject: Name;
  readonly publicKey: Uint8Array;
  readonly attributes: readonly RequestAttribute[];
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/** A parsed request. What it asks for is a wish of whoever sent it; `verify` proves possession of the key alone. */
export class CertificationRequest {
  readonly der: Uint8Array;
  /** The signed part, certificationRequestInfo, as received. */
  readonly info: Uint8Array;
  readonly subject: Name;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly attributes: readonly RequestAttribute[];
  /** Extensions asked for. */
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;

  private constructor(der: Uint8Array, parts: Parts) {
    this.der = der;
    this.info = parts.info;
    this.subject = parts.subject;
    this.publicKey = parts.publicKey;
    this.attributes = parts.attributes;
    this.extensions = parts.extensions;
    this.signatureAlgorithm = parts.signatureAlgorithm;
    this.signature = parts.signature;
  }

  /**
   * Reads one request of at most 64 KiB.
   * @param input DER, PEM or base64, as octets or text
   * @throws PkiError, of it DerError
   */
  static parse(input: Uint8Array | string): CertificationRequest {
    const der = derFrom(input, PEM_LABELS);
    return new CertificationRequest(der, readDer(der, readRequest));
  }

  toPem(): string {
    return toPem('CERTIFICATE REQUEST', this.der);
  }

  /** Whether the request's own key signed it. False also where the algorithm or key is not supported. */
  verify(): boolean {
    try {
      return verifySignature(this.publicKey, this.signatureAlgorithm, this.info, this.signature);
    } catch (error) {
      if (error instanceof PkiError) return false;
      throw error;
    }
  }
}

function readRequest(reader: DerReader): Parts {
  const { element, content: info, signatureAlgorithm, signature } = readSigned(reader);
  if (info.smallInteger() !== 0) throw new PkiError('bad-version', 'certification request is not version 1');
  const subject = Name.read(info);
  const publicKey = info.next(tag.sequence).der;
  // RFC 2986 wants the field even when empty; several token drivers leave it out.
  const list = info.optionalContext(0);
  const attributes = list ? readAttributes(list) : [];
  info.end();
  const extensions = requestedExtensions(attributes);
  return { info: element.der, subject, publicKey, attributes, extensions, signatureAlgorithm, signature };
}

function readAttributes(list: DerReader): RequestAttribute[] {
  const attributes: RequestAttribute[] = [];
  while (!list.atEnd) {
    const attribute = list.sequence();
    const oid = attribute.oid();
    const set = attribute.set();
    const values: Uint8Array[] = [];
    while (!set.atEnd) values.push(set.next().der);
    attribute.end();
    attributes.push({ oid, values });
  }
  return attributes;
}

function requestedExtensions(attributes: readonly RequestAttribute[]): Extension[] {
  const values = attributes.filter(({ oid }) => oid === EXTENSION_REQUEST).flatMap(({ values }) => values);
  const [value] = values;
  if (values.length > 1) throw new PkiError('duplicate-extension', 'the request asks for extensions twice');
  return value ? readDer(value, readExtensions) : [];
}
