/** Certification paths, RFC 5280 §6, without policies and name constraints (a certificate that insists on them is refused). */
import type { Certificate } from '../certificate/certificate.ts';
import { issuerFailure, namesKeyOf } from './issuer.ts';
import type { ChainOptions } from './options.ts';
import { type ChainFailure, type ChainResult, progressOf } from './result.ts';
import { ownFailure } from './subject.ts';

/** What is tried before giving up: hostile intermediates with equal names must not buy endless signature checks. */
const MAX_SIGNATURE_CHECKS = 64;

interface Search {
  readonly options: ChainOptions;
  readonly maxLength: number;
  checksLeft: number;
  best: ChainFailure;
}

/**
 * Builds a path from a leaf over intermediates to a root and checks it: signatures over the octets received, names,
 * validity at `at`, CA flag, path length, certificate-signing key usage, unknown critical extensions. Revocation is
 * not looked at. Never throws for what certificates hold.
 * @returns the path from leaf to root, or the failure of the path that came furthest
 */
export function checkChain(leaf: Certificate, options: ChainOptions): ChainResult {
  const failure = ownFailure(leaf, options, true);
  if (failure) return failure;
  const search: Search = {
    options,
    maxLength: options.maxLength ?? 8,
    checksLeft: MAX_SIGNATURE_CHECKS,
    best: {
      ok: false,
      reason: 'unknown-issuer',
      certificate: leaf,
      message: `no CA known as ${leaf.issuer}`,
    },
  };
  return extend([leaf], search) ?? search.best;
}

function extend(path: readonly Certificate[], search: Search): ChainResult | undefined {
  const { roots, intermediates } = search.options;
  const last = path.at(-1);
  if (!last) return undefined;
  if (roots.some((root) => same(root, last))) return { ok: true, chain: path };
  const candidates = [
    ...roots.map((issuer) => ({ issuer, trusted: true })),
    ...intermediates.map((issuer) => ({ issuer, trusted: false })),
  ];
  for (const { issuer, trusted } of candidates) {
    if (!namesKeyOf(last, issuer) || path.some((each) => same(each, issuer))) continue;
    const failure = linkFailure(path, issuer, search);
    if (failure) {
      if (progressOf(failure) > progressOf(search.best)) search.best = failure;
      continue;
    }
    if (trusted) return { ok: true, chain: [...path, issuer] };
    const found = extend([...path, issuer], search);
    if (found) return found;
  }
  return undefined;
}

function linkFailure(
  path: readonly Certificate[],
  issuer: Certificate,
  search: Search,
): ChainFailure | undefined {
  if (path.length >= search.maxLength) {
    return {
      ok: false,
      reason: 'path-too-long',
      certificate: issuer,
      message: `more than ${search.maxLength} certificates`,
    };
  }
  if (search.checksLeft-- <= 0) {
    return {
      ok: false,
      reason: 'too-many-paths',
      certificate: issuer,
      message: 'too many possible paths to try',
    };
  }
  return issuerFailure(path, issuer) ?? ownFailure(issuer, search.options, false);
}

function same(a: Certificate, b: Certificate): boolean {
  return a === b || Buffer.compare(a.der, b.der) === 0;
}
