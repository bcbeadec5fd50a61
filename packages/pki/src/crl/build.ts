/** Making certificate revocation lists, version 2: RFC 5280 §5. */
import { type AlgorithmIdentifier, signatureAlgorithmFor } from '../algorithms.ts';
import { assembleSigned, serial } from '../certificate/build.ts';
import { freshestCrl } from '../certificate/extensions/crl-distribution-points.ts';
import {
  type Extension,
  extension,
  extensionOid,
  extensionsDer,
} from '../certificate/extensions/extension.ts';
import { authorityKeyIdentifier } from '../certificate/extensions/key-identifiers.ts';
import { encode, enumerated, explicit, generalizedTime, integer, sequence, time } from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import type { Name } from '../name.ts';
import type { Signer } from '../signer.ts';
import { type IssuingDistributionPoint, issuingDistributionPoint } from './issuing-distribution-point.ts';
import { type CrlReason, reasonNumber } from './reason.ts';

export interface RevokedCertificate {
  /** Lower-case hex, as `Certificate.serialNumber` writes it. */
  readonly serialNumber: string;
  readonly revocationDate: Date;
  /** `unspecified` is left out, as RFC 5280 §5.3.1 wants it. */
  readonly reason?: CrlReason;
  /** Since when the key is thought to be in other hands, where that is known. */
  readonly invalidityDate?: Date;
}

export interface CrlContent {
  readonly issuer: Name;
  /** Identifier of the issuer's key: its certificate's subject key identifier. */
  readonly authorityKeyIdentifier: Uint8Array;
  /** Grows with each CRL of the issuer. A complete and a delta CRL made at once have the same one. */
  readonly number: number | bigint;
  /** Makes it a delta CRL: what changed since the complete CRL of this number. */
  readonly baseNumber?: number | bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly RevokedCertificate[];
  /** Where the delta CRLs are, for a complete one. */
  readonly freshest?: readonly string[];
  /** Where the CRL is not about all of the issuer's certificates. */
  readonly issuingDistributionPoint?: Partial<Omit<IssuingDistributionPoint, 'onlySomeReasons'>>;
}

/** RFC 5280 §5.2.3: at most 20 octets, not negative. */
const maxNumber = 1n << 159n;

/**
 * Builds and signs a CRL.
 * @returns the CRL, DER
 * @throws PkiError `bad-serial-number`, `bad-validity`, `bad-time`, `bad-crl`; and what the signer throws
 */
export async function buildCrl(content: CrlContent & { readonly signer: Signer }): Promise<Uint8Array> {
  const algorithm = signatureAlgorithmFor(content.signer.algorithm);
  const tbs = buildTbsCrl(content, algorithm);
  return assembleSigned(tbs, algorithm, await content.signer.sign(tbs));
}

/** The part to be signed, DER: what is written down before anything is signed. Errors as `buildCrl`. */
export function buildTbsCrl(content: CrlContent, algorithm: AlgorithmIdentifier): Uint8Array {
  const { thisUpdate, nextUpdate, number, baseNumber, revoked } = content;
  if (!(nextUpdate > thisUpdate)) throw new PkiError('bad-validity', 'the next CRL comes before this one');
  const delta = baseNumber !== undefined;
  if (BigInt(number) < 0n || BigInt(number) >= maxNumber || (delta && BigInt(baseNumber) > BigInt(number))) {
    throw new PkiError('bad-crl', 'a CRL number is not negative, below 2^159, and after its base');
  }
  if (!delta && revoked.some(({ reason }) => reason === 'removeFromCRL')) {
    throw new PkiError('bad-crl', 'removeFromCRL belongs into a delta CRL');
  }
  if (new Set(revoked.map(({ serialNumber }) => serialNumber)).size < revoked.length) {
    throw new PkiError('bad-crl', 'a serial number stands twice');
  }
  const { freshest = [], issuingDistributionPoint: point } = content;
  const extensions: Extension[] = [
    authorityKeyIdentifier(content.authorityKeyIdentifier),
    extension(extensionOid.crlNumber, false, integer(number)),
    ...(delta ? [extension(extensionOid.deltaCrlIndicator, true, integer(baseNumber))] : []),
    ...(point ? [issuingDistributionPoint(point)] : []),
    ...(freshest.length > 0 && !delta ? [freshestCrl(freshest)] : []),
  ];
  return encode(
    sequence(
      integer(1),
      algorithm.der,
      content.issuer.der,
      time(thisUpdate),
      time(nextUpdate),
      // The list is left out where it would be empty.
      ...(revoked.length > 0 ? [sequence(...revoked.map(entryDer))] : []),
      explicit(0, extensionsDer(extensions)),
    ),
  );
}

function entryDer({ serialNumber, revocationDate, reason, invalidityDate }: RevokedCertificate): Uint8Array {
  const extensions = [
    ...(reason && reason !== 'unspecified' ? [reasonExtension(reason)] : []),
    ...(invalidityDate
      ? [extension(extensionOid.invalidityDate, false, generalizedTime(invalidityDate))]
      : []),
  ];
  const list = extensions.length > 0 ? [extensionsDer(extensions)] : [];
  return encode(sequence(serial(serialNumber), time(revocationDate), ...list));
}

/** There are ten, and they stand in every entry. */
const reasons = new Map<CrlReason, Extension>();

function reasonExtension(reason: CrlReason): Extension {
  const known =
    reasons.get(reason) ?? extension(extensionOid.reasonCode, false, enumerated(reasonNumber(reason)));
  reasons.set(reason, known);
  return known;
}
