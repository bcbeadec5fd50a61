/** Who issued whom among the certificates of one file, and in which chains they stand. Nothing is trusted by it. */
import type { Certificate } from '../certificate/certificate.ts';
import { type SignatureState, signatureState } from './signature.ts';

/** Who signed a certificate, as far as the file shows it. */
export interface Link {
  /** Place of the issuer's certificate in the file; its own for a self-signed one. Undefined: it is not in the file. */
  readonly issuer: number | undefined;
  /** Undefined where the issuer is not there. */
  readonly signature: SignatureState | undefined;
}

/** Hostile files with thousands of equal names must not buy endless signature checks. */
const MAX_SIGNATURE_CHECKS = 2000;

/** One link for each certificate, in their order. */
export function linksOf(certificates: readonly Certificate[]): Link[] {
  const bySubject = new Map<string, number[]>();
  certificates.forEach((certificate, at) => {
    const key = nameKey(certificate.subject.toString());
    bySubject.set(key, [...(bySubject.get(key) ?? []), at]);
  });
  let checksLeft = MAX_SIGNATURE_CHECKS;
  const check = (issuer: Certificate, certificate: Certificate): SignatureState =>
    checksLeft-- > 0 ? signatureState(issuer.publicKey, signedOctetsOf(certificate)) : 'unsupported';

  return certificates.map((certificate, own) => {
    const places = (bySubject.get(nameKey(certificate.issuer.toString())) ?? []).filter((place) =>
      certificates[place]?.subject.equals(certificate.issuer),
    );
    // Itself first: of two certificates of one root, each is signed by its own key.
    const ordered = places.includes(own) ? [own, ...places.filter((place) => place !== own)] : places;
    let found: Link | undefined;
    for (const issuer of ordered) {
      const candidate = certificates[issuer];
      if (!candidate) continue;
      const signature = check(candidate, certificate);
      if (signature === 'holds') return { issuer, signature };
      // One of the name alone may be another key's; one should have signed whose key is named, or that nothing tells apart.
      const named = namesKey(certificate, candidate) !== false;
      if (named || signature === 'unsupported') found ??= { issuer, signature };
    }
    return found ?? { issuer: undefined, signature: undefined };
  });
}

const nameKey = (name: string) => name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ');

export const signedOctetsOf = ({ signatureAlgorithm, tbs, signature }: Certificate) => ({
  algorithm: signatureAlgorithm,
  signed: tbs,
  signature,
});

/** Whether the authority key identifier is the issuer's; undefined where one of the two has none. */
export function namesKey(certificate: Certificate, issuer: Certificate): boolean | undefined {
  const wanted = certificate.authorityKeyIdentifier?.keyIdentifier;
  const is = issuer.subjectKeyIdentifier;
  return wanted && is ? Buffer.compare(wanted, is) === 0 : undefined;
}

/** Chains from each certificate that issued no other up to the last issuer in the file, by their places. */
export function chainsOf(links: readonly Link[]): number[][] {
  const issuers = new Set(
    links.flatMap(({ issuer }, own) => (issuer === undefined || issuer === own ? [] : [issuer])),
  );
  return links.flatMap((_, leaf) => {
    if (issuers.has(leaf)) return [];
    const chain = [leaf];
    for (let at = links[leaf]?.issuer; at !== undefined && !chain.includes(at); at = links[at]?.issuer)
      chain.push(at);
    return [chain];
  });
}
