import type { Certificate } from '../certificate/certificate.ts';
import { PkiError } from '../errors.ts';
import { verifySignature } from '../signature.ts';
import type { ChainFailure, ChainFailureReason } from './result.ts';

/** Whether a certificate names this issuer: by name and, where both say so, by key identifier or by issuer's serial. */
export function namesKeyOf(certificate: Certificate, issuer: Certificate): boolean {
  if (!certificate.issuer.equals(issuer.subject)) return false;
  const named = certificate.authorityKeyIdentifier;
  const own = issuer.subjectKeyIdentifier;
  if (named?.keyIdentifier && own) return Buffer.compare(named.keyIdentifier, own) === 0;
  return named?.serialNumber === undefined || named.serialNumber === issuer.serialNumber;
}

/** What keeps `issuer` from having issued the last certificate of a path, if anything. */
export function issuerFailure(path: readonly Certificate[], issuer: Certificate): ChainFailure | undefined {
  const last = path.at(-1);
  if (!last) return undefined;
  const signature = signatureFailure(last, issuer);
  if (signature) return signature;
  const fail = (reason: ChainFailureReason, message: string): ChainFailure => ({
    ok: false,
    reason,
    certificate: issuer,
    message: `${issuer.subject}: ${message}`,
  });
  if (!issuer.basicConstraints?.ca) return fail('not-a-ca', 'is no CA by its basic constraints');
  if (issuer.keyUsage && !issuer.keyUsage.includes('keyCertSign'))
    return fail('not-a-ca', 'may not sign certificates');
  const { pathLength } = issuer.basicConstraints;
  // RFC 5280 §4.2.1.9: the leaf and self-issued CA certificates do not count.
  const below = path.slice(1).filter((each) => !each.selfIssued).length;
  if (pathLength !== undefined && below > pathLength) {
    return fail('path-too-long', `${below} CAs below where ${pathLength} may be`);
  }
  return undefined;
}

function signatureFailure(certificate: Certificate, issuer: Certificate): ChainFailure | undefined {
  const message = `signature on ${certificate.subject} by ${issuer.subject}`;
  try {
    const { signatureAlgorithm, tbs, signature } = certificate;
    if (verifySignature(issuer.publicKey, signatureAlgorithm, tbs, signature)) return undefined;
    return { ok: false, reason: 'bad-signature', certificate, message: `${message} does not hold` };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return {
      ok: false,
      reason: 'unsupported-algorithm',
      certificate,
      message: `${message}: ${error.message}`,
    };
  }
}
