/** Whether what the CA issued is what it was asked for. */
import {
  Certificate,
  type CertificateProfile,
  checkChain,
  type IdentityNumberOid,
  Name,
  PkiError,
} from '@certdesk/pki';
import type { Intent } from '../intents.ts';
import type { CmpSettings } from './settings.ts';

const dayMs = 86_400_000;
/** How far the CA's clock may be ahead. */
const clockMs = 10 * 60_000;

/**
 * @param oids in which extension each identity number stands
 * @returns the certificate, or in a few words what is wrong with it
 */
export function granted(
  der: Uint8Array,
  intent: Intent,
  profile: CertificateProfile,
  settings: CmpSettings,
  oids: readonly IdentityNumberOid[],
  now: Date,
): Certificate | string {
  let certificate: Certificate;
  try {
    certificate = Certificate.parse(der);
  } catch (error) {
    if (error instanceof PkiError) return 'it cannot be read';
    throw error;
  }
  return wrongWith(certificate, intent, profile, settings, oids, now) ?? certificate;
}

function wrongWith(
  certificate: Certificate,
  intent: Intent,
  profile: CertificateProfile,
  settings: CmpSettings,
  oids: readonly IdentityNumberOid[],
  now: Date,
): string | undefined {
  const { content } = intent;
  if (Buffer.compare(certificate.publicKey, intent.public_key) !== 0) return 'it is for another key';
  if (!certificate.subject.equals(Name.parse(Buffer.from(content.subject, 'base64'))))
    return 'it has another subject';
  if (!certificate.issuer.equals(settings.chain[0]?.subject ?? certificate.subject))
    return 'another CA has issued it';
  const ahead = certificate.notBefore.getTime() - now.getTime();
  const result = checkChain(certificate, {
    intermediates: settings.chain.slice(0, -1),
    roots: settings.chain.slice(-1),
    at: ahead > 0 && ahead < clockMs ? certificate.notBefore : now,
    keyUsage: profile.keyUsage,
  });
  if (!result.ok) return `its chain does not hold: ${result.reason}`;
  if (certificate.basicConstraints?.ca) return 'it is one of a CA';
  if (settings.term === 'asked') {
    const off = Math.abs(certificate.notAfter.getTime() - Date.parse(content.notAfter));
    if (off > dayMs) return 'it ends on another day';
  }
  const numbers = certificate.identityNumbers(oids);
  const contradicted = numbers.some(({ kind, value }) => {
    const asked = content.identityNumbers.find((number) => number.kind === kind);
    return asked === undefined || asked.value !== value;
  });
  if (contradicted) return 'it has other identity numbers';
  const asks = settings.request !== 'p10cr' && settings.extensions;
  if (asks && numbers.length < content.identityNumbers.length) return 'it lacks identity numbers';
  return undefined;
}
