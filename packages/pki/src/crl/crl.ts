/** Certificate revocation lists as received: RFC 5280 §5, with the deviations that real ones have. */
import type { AlgorithmIdentifier } from '../algorithms.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { readCrlDistributionPoints } from '../certificate/extensions/crl-distribution-points.ts';
import {
  type Extension,
  extensionOid,
  readExtensions,
  readValue,
} from '../certificate/extensions/extension.ts';
import { readAuthorityKeyIdentifier, serialHex } from '../certificate/extensions/key-identifiers.ts';
import { type DerReader, readDer, readGeneralizedTime } from '../der/reader.ts';
import { tag } from '../der/tag.ts';
import { DerError, PkiError } from '../errors.ts';
import { Name } from '../name.ts';
import { derFrom, toPem } from '../pem.ts';
import { verifySignature } from '../signature.ts';
import { readRepeatedAlgorithm, readSigned } from '../signed.ts';
import type { RevokedCertificate } from './build.ts';
import { readIssuingDistributionPoint } from './issuing-distribution-point.ts';
import { reasonOf } from './reason.ts';

/** Large CAs publish tens of megabytes. */
const MAX_OCTETS = 64 * 1024 * 1024;

const understood: ReadonlySet<string> = new Set([
  extensionOid.authorityKeyIdentifier,
  extensionOid.crlNumber,
  extensionOid.deltaCrlIndicator,
  extensionOid.issuingDistributionPoint,
  extensionOid.freshestCrl,
]);
const understoodInEntries: ReadonlySet<string> = new Set([
  extensionOid.reasonCode,
  extensionOid.invalidityDate,
]);

interface Parts {
  readonly tbs: Uint8Array;
  readonly version: number;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly issuer: Name;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly revoked: ReadonlyMap<string, RevokedCertificate>;
  readonly criticalInEntries: ReadonlySet<string>;
  readonly extensions: readonly Extension[];
  readonly signature: Uint8Array;
}

/** A parsed CRL. Parsing believes nothing: whether it may be believed says `checkAgainstCrl`. */
export class CertificateRevocationList {
  /** Octet for octet as received. */
  readonly der: Uint8Array;
  /** The signed part, tbsCertList, as received. */
  readonly tbs: Uint8Array;
  /** 1 or 2. */
  readonly version: number;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly issuer: Name;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** By serial number, lower-case hex. */
  readonly revoked: ReadonlyMap<string, RevokedCertificate>;
  readonly extensions: readonly Extension[];
  readonly signature: Uint8Array;
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  readonly number: bigint | undefined;
  /** Set in a delta CRL: number of the complete CRL that it adds to. */
  readonly baseNumber: bigint | undefined;
  readonly issuingDistributionPoint: ReturnType<typeof readIssuingDistributionPoint> | undefined;
  /** Where delta CRLs are to be had (URIs). */
  readonly freshest: readonly string[];
  /** Critical extensions, of the list or of an entry, that are not understood here: with one the CRL proves nothing good. */
  readonly notUnderstood: readonly string[];

  private constructor(der: Uint8Array, parts: Parts) {
    const { extensions } = parts;
    this.der = der;
    this.tbs = parts.tbs;
    this.version = parts.version;
    this.signatureAlgorithm = parts.signatureAlgorithm;
    this.issuer = parts.issuer;
    this.thisUpdate = parts.thisUpdate;
    this.nextUpdate = parts.nextUpdate;
    this.revoked = parts.revoked;
    this.extensions = extensions;
    this.signature = parts.signature;
    this.authorityKeyIdentifier = readValue(
      extensions,
      extensionOid.authorityKeyIdentifier,
      readAuthorityKeyIdentifier,
    )?.keyIdentifier;
    this.number = readValue(extensions, extensionOid.crlNumber, readNumber);
    this.baseNumber = readValue(extensions, extensionOid.deltaCrlIndicator, readNumber);
    this.issuingDistributionPoint = readValue(
      extensions,
      extensionOid.issuingDistributionPoint,
      readIssuingDistributionPoint,
    );
    const points = readValue(extensions, extensionOid.freshestCrl, readCrlDistributionPoints) ?? [];
    this.freshest = points.flatMap((name) => (name.kind === 'uri' ? [name.value] : []));
    this.notUnderstood = [
      ...extensions.filter(({ oid, critical }) => critical && !understood.has(oid)).map(({ oid }) => oid),
      ...parts.criticalInEntries,
    ];
  }

  /**
   * Reads one CRL of at most 64 MiB.
   * @param input DER, PEM or base64, as octets or text
   * @throws PkiError, of it DerError: `bad-pem`, `too-large`, `bad-version`, `algorithm-mismatch`, `duplicate-extension`,
   *   `malformed-extension`, `bad-crl` for a serial number that stands twice
   */
  static parse(input: Uint8Array | string): CertificateRevocationList {
    const der = derFrom(input, ['X509 CRL'], MAX_OCTETS);
    return new CertificateRevocationList(der, readDer(der, readCrl));
  }

  toPem(): string {
    return toPem('X509 CRL', this.der);
  }

  /** Whether the issuer's key made this signature over the octets received. Nothing else is checked. */
  verifiedBy(issuer: Certificate): boolean {
    try {
      return verifySignature(issuer.publicKey, this.signatureAlgorithm, this.tbs, this.signature);
    } catch (error) {
      if (error instanceof PkiError) return false;
      throw error;
    }
  }
}

function readCrl(reader: DerReader): Parts {
  const signed = readSigned(reader);
  const { element, content: tbs, signatureAlgorithm, signature } = signed;
  const version = tbs.peek() === tag.integer ? tbs.smallInteger() + 1 : 1;
  if (version > 2) refuseVersion();
  readRepeatedAlgorithm(signed);
  const issuer = Name.read(tbs);
  const thisUpdate = tbs.time();
  const nextUpdate = isTime(tbs.peek()) ? tbs.time() : undefined;
  const criticalInEntries = new Set<string>();
  // RFC 5280 wants the list left out where it is empty; real CRLs have an empty one.
  const list = tbs.peek() === tag.sequence ? tbs.sequence() : undefined;
  const revoked = new Map<string, RevokedCertificate>();
  while (list && !list.atEnd) {
    const entry = readEntry(list, version, criticalInEntries);
    if (revoked.has(entry.serialNumber)) {
      throw new PkiError('bad-crl', `serial number ${entry.serialNumber} stands twice`);
    }
    revoked.set(entry.serialNumber, entry);
  }
  const field = tbs.optionalContext(0);
  if (field && version < 2) refuseVersion();
  const extensions = field ? readExtensions(field) : [];
  field?.end();
  tbs.end();
  return {
    tbs: element.der,
    version,
    signatureAlgorithm,
    issuer,
    thisUpdate,
    nextUpdate,
    revoked,
    criticalInEntries,
    extensions,
    signature,
  };
}

function readEntry(list: DerReader, version: number, critical: Set<string>): RevokedCertificate {
  const entry = list.sequence();
  const serialNumber = serialHex(entry.integerOctets());
  const revocationDate = entry.time();
  if (entry.atEnd) return { serialNumber, revocationDate };
  if (version < 2) refuseVersion();
  const extensions = readExtensions(entry);
  entry.end();
  for (const { oid, critical: must } of extensions) {
    if (must && !understoodInEntries.has(oid)) critical.add(oid);
  }
  const reason = readValue(extensions, extensionOid.reasonCode, readReason);
  const invalidityDate = readValue(extensions, extensionOid.invalidityDate, readGeneralizedTime);
  return {
    serialNumber,
    revocationDate,
    ...(reason && { reason }),
    ...(invalidityDate && { invalidityDate }),
  };
}

function readReason(reader: DerReader) {
  const { offset } = reader;
  const reason = reasonOf(reader.enumerated());
  if (!reason) throw new DerError('bad-value', 'no such reason', offset);
  return reason;
}

function readNumber(reader: DerReader): bigint {
  const { offset } = reader;
  const number = reader.integer();
  if (number < 0n) throw new DerError('bad-value', 'a CRL number is not negative', offset);
  return number;
}

const isTime = (next: number | undefined) => next === tag.utcTime || next === tag.generalizedTime;

function refuseVersion(): never {
  throw new PkiError('bad-version', 'CRL version does not fit its fields');
}
