/** Who issues what: which series of issuing CAs for a profile and a kind of key, and whether profiles and CAs go together. */
import type { CertificateProfile, KeyAlgorithm } from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import type { Profiles } from '../profiles.ts';
import { activeOf, type IssuingCa } from './open.ts';

/** Name of a series by kind of key: `authority.issuedBy`. */
export type IssuedBy = Partial<Record<KeyAlgorithm, string>>;

/**
 * Whether those who verify certificates for this kind of key can verify its issuer's signature: whoever uses SM2 knows no
 * other, and whoever uses the others does not know SM2 (GM/T 0015 has SM2 alone; browsers and OpenSSL verify no SM2 chain).
 */
export function goTogether(ca: KeyAlgorithm, key: KeyAlgorithm): boolean {
  return (ca === 'sm2') === (key === 'sm2');
}

/**
 * The series that issues: the one that the profile names, or the configuration for this kind of key; else the main one
 * if its signature goes with such keys, else the first whose does.
 * @returns undefined: none
 */
export function seriesFor(
  profile: CertificateProfile,
  algorithm: KeyAlgorithm,
  issuers: readonly IssuingCa[],
  issuedBy: IssuedBy,
  now: Date,
): string | undefined {
  const named = profile.issuedBy ?? issuedBy[algorithm];
  if (named !== undefined) return named;
  const series = [...new Set(issuers.map((ca) => ca.series))];
  return series.find((name) => {
    const ca = activeOf(issuers, name, now);
    return ca && goTogether(ca.signer.algorithm, algorithm);
  });
}

/**
 * Holds each profile to the CA that issues by it.
 * @param configured whether somebody wrote these profiles for this desk; of the desk's own, those that nothing here can
 *   issue are left out
 * @returns the profiles that can be issued by
 * @throws DeskError `configuration-invalid` with the place of what is wrong
 */
export function issuable(
  profiles: Profiles,
  configured: boolean,
  issuers: readonly IssuingCa[],
  issuedBy: IssuedBy,
  now: Date,
): Profiles {
  const series = [...new Set(issuers.map((ca) => ca.series))];
  const known = (name: string, where: string) => {
    if (!series.includes(name))
      invalid(`${where}: there is no series of issuing CAs called ${name}, but ${series.join(', ')}`);
  };
  for (const [algorithm, name] of Object.entries(issuedBy)) known(name, `authority.issuedBy.${algorithm}`);
  const kept = new Map<string, CertificateProfile>();
  for (const [name, profile] of profiles) {
    const where = `profile ${name}`;
    if (profile.issuedBy !== undefined) known(profile.issuedBy, `${where}: issuedBy`);
    const reasons = profile.keyAlgorithms.map((algorithm) => {
      const by = seriesFor(profile, algorithm, issuers, issuedBy, now);
      const ca = by === undefined ? undefined : activeOf(issuers, by, now);
      return whyNot(profile, algorithm, by, ca);
    });
    const wrong = reasons.find((reason) => reason !== undefined);
    if (wrong && configured) invalid(`${where}: ${wrong}`);
    if (reasons.some((reason) => reason === undefined)) kept.set(name, profile);
  }
  return kept;
}

function whyNot(
  profile: CertificateProfile,
  algorithm: KeyAlgorithm,
  series: string | undefined,
  ca: IssuingCa | undefined,
): string | undefined {
  if (series === undefined) return `no issuing CA's signature goes with ${algorithm} keys`;
  if (!ca) return `no issuing CA of the series ${series} is active`;
  const { certificate, signer } = ca;
  if (!goTogether(signer.algorithm, algorithm))
    return `the ${signer.algorithm} signature of ${certificate.subject} does not go with ${algorithm} keys`;
  if (profile.basicConstraints.ca && certificate.basicConstraints?.pathLength === 0)
    return `${certificate.subject} may not issue to CAs`;
  const shortest = Math.min(...profile.validity.terms);
  const life = certificate.notAfter.getTime() - certificate.notBefore.getTime();
  // In months of 31 days: an error for what can never be, not for a CA that has grown old.
  if (shortest * 31 * 86_400_000 > life)
    return `validity.terms: ${shortest} months are more than ${certificate.subject} lives`;
  return undefined;
}

function invalid(where: string): never {
  throw new DeskError('configuration-invalid', { where });
}

/**
 * Active CAs that end before a term on offer would: renewals get shorter terms from then on.
 * @returns a sentence each, for whoever looks after the desk
 */
export function endingSoon(
  profiles: Profiles,
  issuers: readonly IssuingCa[],
  issuedBy: IssuedBy,
  now: Date,
): string[] {
  const said = new Set<string>();
  for (const profile of profiles.values()) {
    for (const algorithm of profile.keyAlgorithms) {
      const by = seriesFor(profile, algorithm, issuers, issuedBy, now);
      const ca = by === undefined ? undefined : activeOf(issuers, by, now);
      const longest = Math.max(...profile.validity.terms);
      if (!ca || ca.certificate.notAfter.getTime() - now.getTime() >= longest * 31 * 86_400_000) continue;
      const end = ca.certificate.notAfter.toISOString().slice(0, 10);
      said.add(
        `${ca.certificate.subject} ends on ${end}: certificates for ${longest} months cannot be had any more. Roll the series ${ca.series} over (certdesk authority roll).`,
      );
    }
  }
  return [...said];
}
