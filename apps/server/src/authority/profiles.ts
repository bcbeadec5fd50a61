import { isDeepStrictEqual } from 'node:util';
import {
  type CertificateProfile,
  type IdentityNumberOid,
  type KeyAlgorithm,
  PkiError,
  parseProfile,
} from '@certdesk/pki';
import { DeskError } from '../platform/error.ts';

export type Profiles = ReadonlyMap<string, CertificateProfile>;

/**
 * The profiles of configuration, by name.
 * @param list JSON of each; none given: the default ones
 * @param oids in which extension each identity number stands, for profiles that do not say so themselves
 * @throws DeskError `configuration-invalid` with the path of what is wrong
 */
export function readProfiles(
  list: readonly unknown[] = defaultProfiles,
  oids?: readonly IdentityNumberOid[],
): Profiles {
  const profiles = new Map<string, CertificateProfile>();
  for (const [at, json] of list.entries()) {
    const profile = read(withOids(json, oids), `profiles[${at}]`);
    if (profiles.has(profile.name)) invalid(`profiles[${at}].name: ${profile.name} stands twice`);
    profiles.set(profile.name, profile);
  }
  for (const [at, { twin, validity }] of [...profiles.values()].entries()) {
    if (twin === 'none') continue;
    const encryption = profiles.get(twin.encryption);
    const fail = (what: string) => invalid(`profiles[${at}].twin.encryption: ${twin.encryption} ${what}`);
    if (!encryption) fail('is no profile');
    else if (!isEncryptionProfile(encryption)) fail('is not for SM2 encryption certificates alone');
    // Twins have one validity.
    else if (!isDeepStrictEqual(encryption.validity, validity)) fail('has another validity');
  }
  return profiles;
}

function isEncryptionProfile({ keyAlgorithms, keyUsage, twin }: CertificateProfile): boolean {
  const signs = keyUsage.includes('digitalSignature') || keyUsage.includes('nonRepudiation');
  const encrypts = keyUsage.includes('keyEncipherment');
  return twin === 'none' && encrypts && !signs && keyAlgorithms.every((algorithm) => algorithm === 'sm2');
}

function withOids(json: unknown, oids: readonly IdentityNumberOid[] | undefined): unknown {
  const { identityNumbers } = (json ?? {}) as { identityNumbers?: object };
  if (!oids || typeof identityNumbers !== 'object' || 'oids' in identityNumbers) return json;
  return { ...(json as object), identityNumbers: { ...identityNumbers, oids } };
}

function read(json: unknown, where: string): CertificateProfile {
  try {
    return parseProfile(json);
  } catch (error) {
    if (error instanceof PkiError) invalid(`${where}: ${error.message}`);
    throw error;
  }
}

function invalid(where: string): never {
  throw new DeskError('configuration-invalid', { where });
}

const entitySigning = (name: string, keyAlgorithms: readonly KeyAlgorithm[]) => ({
  name,
  keyAlgorithms,
  subject: [
    { type: 'C', required: true, value: 'CN' },
    ...['ST', 'L', 'OU', 'serialNumber', 'UID', 'organizationIdentifier', 'emailAddress'].map((type) => ({
      type,
    })),
    { type: 'O', maxLength: 200 },
    { type: 'CN', required: true, maxLength: 200 },
  ],
  // GB/T 20518: the signing certificate of twins, or one that stands alone.
  keyUsage: ['digitalSignature', 'nonRepudiation'],
  extendedKeyUsage: ['clientAuth'],
  identityNumbers: {
    kinds: [
      'uscc',
      'organizationCode',
      'businessLicense',
      'taxRegistration',
      'socialInsurance',
      'housingFund',
    ],
  },
  // The longest term follows what is left of the old certificate.
  validity: { terms: [12, 24, 36], maxMonths: 48 },
});

/** What an entity's signing certificate looks like where the configuration says nothing else. */
export const defaultProfiles: readonly unknown[] = [
  entitySigning('entity-signing-sm2', ['sm2']),
  entitySigning('entity-signing-p256', ['p256']),
  {
    ...entitySigning('entity-twin-sm2', ['sm2']),
    twin: { encryption: 'entity-encryption-sm2', keepContainers: 1 },
    recertify: true,
  },
  {
    ...entitySigning('entity-encryption-sm2', ['sm2']),
    // GB/T 20518: the encryption certificate of twins.
    keyUsage: ['keyEncipherment', 'dataEncipherment', 'keyAgreement'],
    extendedKeyUsage: [],
  },
  entitySigning('entity-signing-p384', ['p384']),
  entitySigning('entity-signing-rsa', ['rsa2048', 'rsa3072']),
];
