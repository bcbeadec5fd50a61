import { IdentityKind } from '@certdesk/contract';
import {
  Certificate,
  certificateDigest,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  keyAlgorithmOf,
  PkiError,
} from '@certdesk/pki';
import type { Container, KeyInfo, KeyPair, PairUse, PinState } from '@certdesk/token';
import type { Candidate, CertificateView, HeldCertificate, KeyView, PinView } from '../local/views.ts';
import type { PresentKey } from './ring.ts';

export function pinView({ tries, maxTries, flag }: PinState): PinView {
  return { tries: tries ?? null, maxTries: maxTries ?? null, flag };
}

/** What people see of a certificate; undefined for octets that are none. */
export function certificateView(der: Uint8Array, use: PairUse): CertificateView | undefined {
  try {
    const certificate = Certificate.parse(der);
    const { issuer, subject } = certificate;
    return {
      digest: certificateDigest(der),
      use,
      entityName: subject.get('CN') ?? subject.get('O') ?? subject.toString(),
      identityNumbers: certificate
        .identityNumbers(DEFAULT_IDENTITY_NUMBER_OIDS)
        .flatMap(({ kind, value }) => {
          const known = IdentityKind.safeParse(kind);
          return known.success ? [{ kind: known.data, value }] : [];
        }),
      issuer: issuer.get('CN') ?? issuer.get('O') ?? issuer.toString(),
      serialNumber: certificate.serialNumber,
      notBefore: certificate.notBefore.toISOString(),
      notAfter: certificate.notAfter.toISOString(),
      algorithm: keyAlgorithmOf(certificate.publicKey),
    };
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function pairView(pair: KeyPair | undefined, use: PairUse): CertificateView | null {
  return (pair?.certificate && certificateView(pair.certificate, use)) ?? null;
}

/** A container's certificates together, the newest first: older ones may stay for the documents that they open. */
export function heldCertificates(containers: readonly Container[]): HeldCertificate[] {
  const begun = ({ signing, encryption }: HeldCertificate) => (signing ?? encryption)?.notBefore ?? '';
  return containers
    .map(({ signing, encryption }) => ({
      signing: pairView(signing, 'signing'),
      encryption: pairView(encryption, 'encryption'),
    }))
    .filter(({ signing, encryption }) => signing ?? encryption)
    .sort((one, other) => begun(other).localeCompare(begun(one)));
}

/** Names one key among all drivers' keys, for requests of the window and the command line. */
export function keyHandle({ family, ref }: KeyInfo): string {
  return `${family}:${ref}`;
}

export function keyView({ info, containers, trouble }: PresentKey): KeyView {
  const { family, label, manufacturer, model, serial } = info;
  return {
    ref: keyHandle(info),
    family,
    label,
    manufacturer,
    model,
    serial,
    pin: pinView(info.pin),
    certificates: heldCertificates(containers),
    trouble,
  };
}

export function candidateView(info: KeyInfo, certificate: CertificateView): Candidate {
  const { label, serial, pin } = info;
  return { certificate, key: { ref: keyHandle(info), label, serial }, pin: pinView(pin) };
}
