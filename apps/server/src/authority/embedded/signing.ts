import { buildCertificate, type Extension, Name, type ProfileInput, prepareProfile } from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import type { IntentContent } from '../authority.ts';
import type { Profiles } from '../profiles.ts';
import type { IssuingCa } from './open.ts';

/** Everything that signing one certificate takes, as plain data: it can go to a worker or another process. */
export interface SigningOrder {
  readonly profile: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly serialNumber: string;
  readonly content: IntentContent;
}

/** Whoever turns an order into a certificate, DER. In this process here; a pool of workers has the same face. */
export type SignCertificate = (order: SigningOrder) => Promise<Uint8Array>;

/** Signs in this process, one after the other. */
export function signWith(ca: IssuingCa, profiles: Profiles): SignCertificate {
  const prepared = new Map<string, (input: ProfileInput) => Extension[]>();
  for (const [name, profile] of profiles) prepared.set(name, prepareProfile(profile, ca.certificate));
  return async ({ profile, publicKey, serialNumber, content }) => {
    const extensionsFor = prepared.get(profile);
    if (!extensionsFor) throw new DeskError('authority-unavailable', { profile });
    const subject = Name.parse(Buffer.from(content.subject, 'base64'));
    const { identityNumbers } = content;
    return buildCertificate({
      serialNumber,
      issuer: ca.certificate.subject,
      subject,
      notBefore: new Date(content.notBefore),
      notAfter: new Date(content.notAfter),
      publicKey,
      extensions: extensionsFor({ subject, publicKey, identityNumbers }),
      signer: ca.signer,
    });
  };
}
