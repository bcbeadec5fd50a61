import type { Certificate } from '../certificate/certificate.ts';

/** What a certificate is for, in the sense of the two certificates that Chinese CAs give out; `any`: it does not say. */
export type CertificateRole = 'authority' | 'signing' | 'encryption' | 'both' | 'any' | 'none';

export function roleOf({
  basicConstraints,
  keyUsage,
}: Pick<Certificate, 'basicConstraints' | 'keyUsage'>): CertificateRole {
  if (basicConstraints?.ca) return 'authority';
  if (!keyUsage) return 'any';
  const signs = keyUsage.includes('digitalSignature') || keyUsage.includes('nonRepudiation');
  const enciphers = (['keyEncipherment', 'dataEncipherment', 'keyAgreement'] as const).some((usage) =>
    keyUsage.includes(usage),
  );
  if (signs) return enciphers ? 'both' : 'signing';
  return enciphers ? 'encryption' : 'none';
}
