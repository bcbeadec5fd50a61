/** What a certificate is reissued to, without I/O: by which profile, and with a key pair of which kind. */
import { KeyAlgorithm } from '@certdesk/contract';
import {
  type Certificate,
  type CertificateProfile,
  keyAlgorithmOf,
  keyAlgorithms,
  PkiError,
} from '@certdesk/pki';
import { DeskError } from '../platform/error.ts';

/** Profiles of new certificates, by the name of the old one's profile or by the kind of its key. */
export type ReissueKinds = ReadonlyMap<string, CertificateProfile>;

/** Profile and kind of key pair of the new certificate. */
export interface ReissueKind {
  readonly profile: string;
  readonly algorithm: KeyAlgorithm;
}

/** Where the configuration says nothing: like becomes like, as far as there are such profiles. */
const standard: Readonly<Record<KeyAlgorithm, string>> = {
  sm2: 'entity-signing-sm2',
  p256: 'entity-signing-p256',
  p384: 'entity-signing-p384',
  rsa2048: 'entity-signing-rsa',
  rsa3072: 'entity-signing-rsa',
};

/**
 * @param configured names of profiles, by profile or kind of key
 * @param where the configuration's name for it, for errors
 * @throws DeskError `configuration-invalid` when a name is no profile's, or its profile has no kind of key that keys make
 */
export function readKinds(
  configured: Readonly<Record<string, string>> | undefined,
  profiles: ReadonlyMap<string, CertificateProfile>,
  where: string,
): ReissueKinds {
  const kinds = new Map<string, CertificateProfile>();
  for (const [of, name] of Object.entries(configured ?? standard)) {
    const profile = profiles.get(name);
    const fail = (what: string): never => {
      throw new DeskError('configuration-invalid', { where: `${where}.${of}: ${what}` });
    };
    if (!profile) {
      if (configured) fail(`there is no profile ${name}, or no issuing CA that goes with it`);
      continue;
    }
    if (!keyAlgorithms.some((kind) => kind === of) && !profiles.has(of))
      fail('is neither a kind of key nor a profile');
    if (!profile.keyAlgorithms.some(isKeyAlgorithm)) fail(`no key makes what ${name} asks for`);
    kinds.set(of, profile);
  }
  return kinds;
}

/**
 * What a certificate is reissued to: for a pair of the old one's kind if the profile allows it, else of the profile's first.
 * @returns undefined: it cannot be done here
 */
export function reissueKind(
  kinds: ReissueKinds,
  old: { readonly profile: string; readonly algorithm: string },
): ReissueKind | undefined {
  const profile = kinds.get(old.profile) ?? kinds.get(old.algorithm);
  if (!profile) return undefined;
  const possible = profile.keyAlgorithms.filter(isKeyAlgorithm);
  const algorithm = possible.find((one) => one === old.algorithm) ?? possible[0];
  return algorithm && { profile: profile.name, algorithm };
}

/** The kind of a certificate's key, as people call it; `unknown` for one that nothing here knows. */
export function keyKindOf({ publicKey }: Certificate): string {
  try {
    return keyAlgorithmOf(publicKey);
  } catch (error) {
    if (error instanceof PkiError) return 'unknown';
    throw error;
  }
}

function isKeyAlgorithm(name: string): name is KeyAlgorithm {
  return KeyAlgorithm.safeParse(name).success;
}
