import type { IdentityNumber } from '@certdesk/contract';
import { keyAlgorithmOf, Name } from '@certdesk/pki';
import type { IssuingCa } from './authority/embedded/open.ts';
import { signWith } from './authority/embedded/signing.ts';
import { readProfiles } from './authority/profiles.ts';
import { randomSerialNumber } from './authority/serial-number.ts';

export interface EntityCertificateOptions {
  readonly name: string;
  readonly numbers: readonly IdentityNumber[];
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** A year before its end, if not said. */
  readonly notBefore?: Date;
  readonly notAfter: Date;
  /** The signing profile for the key, if not said. */
  readonly profile?: string;
}

const year = 365 * 86_400_000;

/** A company's certificate, DER, as this CA issues it; nobody but the caller knows of it. */
export async function entityCertificate(
  ca: IssuingCa,
  { name, numbers, publicKey, notAfter, notBefore, profile }: EntityCertificateOptions,
): Promise<Uint8Array> {
  const subject = Name.of([
    { type: 'C', value: 'CN' },
    { type: 'CN', value: name },
  ]);
  return signWith(
    ca,
    readProfiles(),
  )({
    profile: profile ?? `entity-signing-${keyAlgorithmOf(publicKey).replace(/^rsa\d+/, 'rsa')}`,
    publicKey,
    serialNumber: randomSerialNumber(),
    content: {
      entityName: name,
      subject: Buffer.from(subject.der).toString('base64'),
      identityNumbers: numbers,
      notBefore: (notBefore ?? new Date(notAfter.getTime() - year)).toISOString(),
      notAfter: notAfter.toISOString(),
    },
  });
}
