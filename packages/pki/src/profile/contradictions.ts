/** What a profile may not say at once, though each field by itself is good. */
import type { KeyAlgorithm } from '../algorithms.ts';
import type { KeyUsage } from '../certificate/extensions/key-usage.ts';
import type { CertificateProfile } from './profile.ts';

export interface Contradiction {
  /** Field at fault, as in the JSON. */
  readonly field: string;
  readonly message: string;
}

type Usages = Pick<
  CertificateProfile,
  'keyAlgorithms' | 'keyUsage' | 'extendedKeyUsage' | 'basicConstraints'
>;

/** Key usages of which a purpose asks for at least one: RFC 5280 §4.2.1.12. */
const usagesOfPurpose: Readonly<Record<string, readonly KeyUsage[]>> = {
  serverAuth: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  clientAuth: ['digitalSignature', 'keyAgreement'],
  codeSigning: ['digitalSignature'],
  emailProtection: ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyAgreement'],
  timeStamping: ['digitalSignature', 'nonRepudiation'],
  ocspSigning: ['digitalSignature', 'nonRepudiation'],
};

/**
 * What a kind of key cannot do: ECDSA keys encipher nothing (RFC 8813 §3), RSA keys agree on nothing (RFC 4055 §1.2). SM2
 * keys do all of it (GB/T 32918).
 */
function impossible(algorithm: KeyAlgorithm): readonly KeyUsage[] {
  if (algorithm === 'sm2') return [];
  return algorithm === 'p256' || algorithm === 'p384'
    ? ['keyEncipherment', 'dataEncipherment']
    : ['keyAgreement', 'encipherOnly', 'decipherOnly'];
}

/** The first contradiction between a profile's usages, if there is one. */
export function contradictionIn(profile: Usages): Contradiction | undefined {
  const { keyUsage, extendedKeyUsage, keyAlgorithms, basicConstraints } = profile;
  const usage = (message: string) => ({ field: 'keyUsage', message });
  if (basicConstraints.ca !== keyUsage.includes('keyCertSign'))
    return usage('keyCertSign belongs to a CA and to a CA alone');
  if (!basicConstraints.ca && keyUsage.includes('cRLSign')) return usage('cRLSign belongs to a CA alone');
  const only = keyUsage.find((one) => one === 'encipherOnly' || one === 'decipherOnly');
  if (only && !keyUsage.includes('keyAgreement')) return usage(`${only} means nothing without keyAgreement`);
  for (const algorithm of keyAlgorithms) {
    const never = impossible(algorithm).find((one) => keyUsage.includes(one));
    if (never) return usage(`${algorithm} keys cannot be used for ${never}`);
  }
  for (const purpose of extendedKeyUsage) {
    const needed = usagesOfPurpose[purpose];
    if (needed && !needed.some((one) => keyUsage.includes(one)))
      return { field: 'extendedKeyUsage', message: `${purpose} needs keyUsage ${needed.join(' or ')}` };
  }
  return undefined;
}
