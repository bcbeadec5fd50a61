import {
  buildCertificate,
  type Certificate,
  type CertificateProfile,
  type Extension,
  Name,
  type ProfileInput,
  prepareProfile,
} from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import type { IntentContent } from '../authority.ts';
import type { Profiles } from '../profiles.ts';
import type { IssuingCa } from './open.ts';

/** Everything that signing one certificate takes, as plain data: it can go to a worker or another process. */
export interface SigningOrder {
  readonly profile: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly serialNumber: string;
  readonly content: IntentContent;
}

/** Whoever turns an order into a certificate, DER. In this process here; a pool of workers has the same face. */
export type SignCertificate = (order: SigningOrder) => Promise<Uint8Array>;

/** Where the status of an issuer's certificates is published, and its own certificate. */
export interface PublishedAt {
  readonly ocsp: string;
  readonly caIssuers: string;
  readonly list: string;
}

/** @param issuer certificate of the CA */
export type AddressesOf = (issuer: Certificate) => PublishedAt;

/**
 * Signs in this process, one after the other.
 * @param addressesOf what certificates carry whose profile names no addresses of its own
 */
export function signWith(ca: IssuingCa, profiles: Profiles, addressesOf?: AddressesOf): SignCertificate {
  const prepared = new Map<string, (input: ProfileInput) => Extension[]>();
  const published = addressesOf?.(ca.certificate);
  for (const [name, profile] of profiles) {
    prepared.set(name, prepareProfile(withAddresses(profile, published), ca.certificate));
  }
  return async ({ profile, publicKey, serialNumber, content }) => {
    const extensionsFor = prepared.get(profile);
    if (!extensionsFor) throw new DeskError('authority-unavailable', { profile });
    const subject = Name.parse(Buffer.from(content.subject, 'base64'));
    const { identityNumbers } = content;
    return buildCertificate({
      serialNumber,
      issuer: ca.certificate.subject,
      subject,
      notBefore: new Date(content.notBefore),
      notAfter: new Date(content.notAfter),
      publicKey,
      extensions: extensionsFor({ subject, publicKey, identityNumbers }),
      signer: ca.signer,
    });
  };
}

function withAddresses(profile: CertificateProfile, published: PublishedAt | undefined): CertificateProfile {
  if (!published) return profile;
  const { aia, crlDistributionPoints } = profile;
  const or = (own: readonly string[], standard: string) => (own.length > 0 ? own : [standard]);
  return {
    ...profile,
    aia: { ocsp: or(aia.ocsp, published.ocsp), caIssuers: or(aia.caIssuers, published.caIssuers) },
    crlDistributionPoints: or(crlDistributionPoints, published.list),
  };
}
