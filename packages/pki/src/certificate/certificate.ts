/** X.509 certificates as received: RFC 5280 §4.1, with the deviations from DER that real certificates have. */
import type { AlgorithmIdentifier } from '../algorithms.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { contextTag, tag } from '../der/tag.ts';
import { PkiError } from '../errors.ts';
import { type IdentityNumber, type IdentityNumberOid, readIdentityNumbers } from '../identity-number.ts';
import { Name } from '../name.ts';
import { derFrom, fromPem, toPem } from '../pem.ts';
import { verifySignature } from '../signature.ts';
import { readRepeatedAlgorithm, readSigned } from '../signed.ts';
import { type Extension, readExtensions } from './extensions/extension.ts';
import { serialHex } from './extensions/key-identifiers.ts';
import { type KnownExtensions, readKnownExtensions } from './extensions/known.ts';

const PEM_LABELS = ['CERTIFICATE', 'X509 CERTIFICATE'];

interface Parts {
  readonly tbs: Uint8Array;
  readonly version: number;
  readonly serialNumber: string;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly issuer: Name;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subject: Name;
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly signature: Uint8Array;
}

/** A parsed certificate. Parsing believes nothing: signatures and chains are checked by `verifiedBy` and `checkChain`. */
export class Certificate {
  /** The certificate, octet for octet as received. */
  readonly der: Uint8Array;
  /** The signed part, tbsCertificate, as received. */
  readonly tbs: Uint8Array;
  /** 1, 2 or 3. */
  readonly version: number;
  /** Lower-case hex of the octets, without a leading zero octet; with `-` for a (forbidden) negative one. */
  readonly serialNumber: string;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: Date;
  /** The last second of validity. */
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** All extensions in the certificate's order. */
  readonly extensions: readonly Extension[];
  readonly signature: Uint8Array;
  readonly #known: KnownExtensions;

  private constructor(der: Uint8Array, parts: Parts) {
    this.der = der;
    this.tbs = parts.tbs;
    this.version = parts.version;
    this.serialNumber = parts.serialNumber;
    this.signatureAlgorithm = parts.signatureAlgorithm;
    this.issuer = parts.issuer;
    this.subject = parts.subject;
    this.notBefore = parts.notBefore;
    this.notAfter = parts.notAfter;
    this.publicKey = parts.publicKey;
    this.extensions = parts.extensions;
    this.signature = parts.signature;
    this.#known = readKnownExtensions(parts.extensions);
  }

  /**
   * Reads one certificate of at most 64 KiB. Known extensions are read at once, so that no property throws later.
   * @param input DER, PEM or base64, as octets or text
   * @throws PkiError, of it DerError: `bad-pem`, `too-large`, `algorithm-mismatch` when the inner and outer algorithm
   *   differ in any octet, `duplicate-extension`, `malformed-extension`, …
   */
  static parse(input: Uint8Array | string): Certificate {
    const der = derFrom(input, PEM_LABELS);
    return new Certificate(der, readDer(der, readCertificate));
  }

  /** All certificates of a PEM text, in order. @throws PkiError as `parse` */
  static parseAll(pem: string): Certificate[] {
    return fromPem(pem)
      .filter(({ label }) => PEM_LABELS.includes(label))
      .map(({ der }) => Certificate.parse(der));
  }

  toPem(): string {
    return toPem('CERTIFICATE', this.der);
  }

  /** Undefined without the extension, which means: any usage. */
  get keyUsage() {
    return this.#known.keyUsage;
  }

  /** Names such as `clientAuth`, or dotted identifiers. */
  get extendedKeyUsage() {
    return this.#known.extendedKeyUsage;
  }

  get basicConstraints() {
    return this.#known.basicConstraints;
  }

  get subjectKeyIdentifier() {
    return this.#known.subjectKeyIdentifier;
  }

  get authorityKeyIdentifier() {
    return this.#known.authorityKeyIdentifier;
  }

  get policies() {
    return this.#known.policies;
  }

  /** Addresses (URIs) where CRLs are to be had. */
  get crlDistributionPoints(): readonly string[] {
    return this.#known.crlDistributionPoints.flatMap((name) => (name.kind === 'uri' ? [name.value] : []));
  }

  get aia() {
    return this.#known.authorityInfoAccess;
  }

  get subjectAltNames() {
    return this.#known.subjectAltNames;
  }

  /** Issuer and subject are the same name; says nothing of who signed. */
  get selfIssued(): boolean {
    return this.issuer.equals(this.subject);
  }

  /** Identity numbers in the certificate's order, as the table knows their OIDs. */
  identityNumbers(table: readonly IdentityNumberOid[]): IdentityNumber[] {
    return readIdentityNumbers(this.extensions, table);
  }

  /**
   * Whether the issuer's key made this signature over the octets received. Nothing else is checked: see `checkChain`.
   * False also where the algorithm or key is not supported.
   */
  verifiedBy(issuer: Certificate): boolean {
    try {
      return verifySignature(issuer.publicKey, this.signatureAlgorithm, this.tbs, this.signature);
    } catch (error) {
      if (error instanceof PkiError) return false;
      throw error;
    }
  }

  /** Not secret, but shown short in logs. */
  toJSON() {
    const { serialNumber, notBefore, notAfter } = this;
    return {
      serialNumber,
      issuer: this.issuer.toString(),
      subject: this.subject.toString(),
      notBefore,
      notAfter,
    };
  }
}

function readCertificate(reader: DerReader): Parts {
  const signed = readSigned(reader);
  const { element, content: tbs, signatureAlgorithm, signature } = signed;
  const version = readVersion(tbs);
  const serialNumber = serialHex(tbs.integerOctets());
  readRepeatedAlgorithm(signed);
  const issuer = Name.read(tbs);
  const validity = tbs.sequence();
  const notBefore = validity.time();
  const notAfter = validity.time();
  validity.end();
  const subject = Name.read(tbs);
  const publicKey = tbs.next(tag.sequence).der;
  for (const number of [1, 2]) if (tbs.optional(contextTag(number, false)) && version < 2) refuseVersion();
  const list = tbs.optionalContext(3);
  if (list && version < 3) refuseVersion();
  const extensions = list ? readExtensions(list) : [];
  list?.end();
  tbs.end();
  return {
    tbs: element.der,
    version,
    serialNumber,
    signatureAlgorithm,
    issuer,
    notBefore,
    notAfter,
    subject,
    publicKey,
    extensions,
    signature,
  };
}

function readVersion(tbs: DerReader): number {
  const field = tbs.optionalContext(0);
  const version = field ? field.smallInteger() + 1 : 1;
  field?.end();
  if (version > 3) refuseVersion();
  return version;
}

function refuseVersion(): never {
  throw new PkiError('bad-version', 'certificate version does not fit its fields');
}
