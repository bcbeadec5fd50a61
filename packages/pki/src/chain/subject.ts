import type { Certificate } from '../certificate/certificate.ts';
import { extensionOid } from '../certificate/extensions/extension.ts';
import type { ChainOptions } from './options.ts';
import type { ChainFailure, ChainFailureReason } from './result.ts';

const understoodHere: ReadonlySet<string> = new Set(Object.values(extensionOid));

/** What is wrong with a certificate whoever issued it, if anything: critical extensions, validity, the leaf's usage. */
export function ownFailure(
  certificate: Certificate,
  options: ChainOptions,
  isLeaf: boolean,
): ChainFailure | undefined {
  const fail = (reason: ChainFailureReason, message: string): ChainFailure => ({
    ok: false,
    reason,
    certificate,
    message: `${certificate.subject}: ${message}`,
  });
  const unknown = certificate.extensions.find(
    ({ oid, critical }) => critical && !understoodHere.has(oid) && !options.understood?.includes(oid),
  );
  if (unknown)
    return fail('unknown-critical-extension', `critical extension ${unknown.oid} is not understood`);
  if (options.at < certificate.notBefore) return fail('not-yet-valid', 'is not valid yet');
  // notAfter is the last whole second that counts.
  const expired = options.at.getTime() >= certificate.notAfter.getTime() + 1000;
  if (expired && !(isLeaf && options.allowExpiredLeaf)) return fail('expired', 'has expired');
  return isLeaf ? usageFailure(certificate, options, fail) : undefined;
}

function usageFailure(
  { keyUsage, extendedKeyUsage }: Certificate,
  options: ChainOptions,
  fail: (reason: ChainFailureReason, message: string) => ChainFailure,
): ChainFailure | undefined {
  const missing = keyUsage && options.keyUsage?.find((usage) => !keyUsage.includes(usage));
  if (missing) return fail('wrong-key-usage', `may not be used for ${missing}`);
  const purpose = options.extendedKeyUsage;
  if (
    purpose &&
    extendedKeyUsage &&
    !extendedKeyUsage.includes(purpose) &&
    !extendedKeyUsage.includes('2.5.29.37.0')
  ) {
    return fail('wrong-key-usage', `may not be used for ${purpose}`);
  }
  return undefined;
}
