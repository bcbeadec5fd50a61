/** What the CA is asked for, from an intent. */
import {
  buildCertRequest,
  type Certificate,
  type CertificateProfile,
  type CertificateReference,
  type CmpContent,
  Name,
  prepareProfile,
} from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import type { Intent } from '../intents.ts';
import type { CmpSettings } from './settings.ts';

/** Key usage, extended key usage and policies are the profile's; where its CRLs are, say, the CA knows better. */
const general: readonly string[] = ['2.5.29.15', '2.5.29.37', '2.5.29.32'];

/** The certReqId of every request: there is one in a message. */
export const requestId = 0;

/**
 * @param old the certificate that is renewed, for `kur`; without one the CA is asked by `cr`
 * @throws DeskError `authority-unavailable` for an intent without the PKCS#10 request that `p10cr` takes
 */
export function requestFor(
  intent: Intent,
  profile: CertificateProfile,
  { request: kind, extensions }: CmpSettings,
  old: CertificateReference | undefined,
): CmpContent {
  if (kind === 'p10cr') {
    if (!intent.request) throw new DeskError('authority-unavailable');
    return { kind, request: intent.request };
  }
  const { identityNumbers, notBefore, notAfter } = intent.content;
  const subject = Name.parse(Buffer.from(intent.content.subject, 'base64'));
  const { public_key: publicKey } = intent;
  const template = {
    subject,
    publicKey,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    ...(extensions && {
      extensions: prepareProfile(
        profile,
        undefined,
      )({ subject, publicKey, identityNumbers }).filter(
        ({ oid }) =>
          general.includes(oid) || (!oid.startsWith('2.5.29.') && !oid.startsWith('1.3.6.1.5.5.7.')),
      ),
    }),
  };
  const update = kind === 'kur' && old ? { oldCertificate: old } : {};
  const request = buildCertRequest({ id: requestId, template, ...update });
  // The desk has verified the PKCS#10 request, which the new key signed: RFC 4211 §4, raVerified.
  return {
    kind: kind === 'kur' && !old ? 'cr' : kind,
    requests: [{ request, proof: { kind: 'raVerified' } }],
  };
}

export function referenceTo(certificate: Certificate): CertificateReference {
  return { issuer: certificate.issuer, serialNumber: certificate.serialNumber };
}
