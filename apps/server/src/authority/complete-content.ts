import {
  applyProfile,
  type Certificate,
  type CertificateProfile,
  checkPublicKey,
  Name,
  PkiError,
  validityFor,
} from '@certdesk/pki';
import { DeskError } from '../platform/error.ts';
import type { IntentContent, RequestedContent } from './authority.ts';

/**
 * Checks what is asked for against the profile, so that an intent that could never be signed is not written down.
 * @returns the content with its validity complete
 * @throws DeskError `request-key`, `term-not-offered`, `request-invalid`
 */
export function completeContent(
  profile: CertificateProfile,
  issuer: Certificate,
  publicKey: Uint8Array,
  content: RequestedContent,
  now: Date,
): IntentContent {
  orRefuse('request-key', () => {
    if (!profile.keyAlgorithms.includes(checkPublicKey(publicKey))) throw new DeskError('request-key');
  });
  orRefuse('request-invalid', () => {
    const subject = Name.parse(Buffer.from(content.subject, 'base64'));
    applyProfile(profile, { subject, publicKey, identityNumbers: content.identityNumbers, issuer });
  });
  const end = new Date(content.notAfter);
  if (content.notBefore !== undefined) {
    if (end > issuer.notAfter || end <= new Date(content.notBefore)) throw new DeskError('term-not-offered');
    return { ...content, notBefore: content.notBefore };
  }
  return orRefuse('term-not-offered', () => {
    const { notBefore, notAfter } = validityFor(profile, { issuedAt: now, notAfter: end, issuer });
    return { ...content, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() };
  });
}

function orRefuse<T>(code: 'request-key' | 'request-invalid' | 'term-not-offered', work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PkiError) throw new DeskError(code, { where: error.message }, { cause: error });
    throw error;
  }
}
