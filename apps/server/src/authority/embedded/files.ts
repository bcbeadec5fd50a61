import { join } from 'node:path';

/**
 * What `createAuthority` makes in an authority's folder. Keys are safes (see @certdesk/safe) of PKCS#8, certificates are PEM.
 * Which issuing CAs there are, now and from earlier, says `issuers`.
 */
export function authorityFiles(folder: string) {
  return {
    /** The server never opens it. It belongs on a medium of its own, in a strong room. */
    rootKey: join(folder, 'root.key'),
    rootCertificate: join(folder, 'root.crt'),
    issuingKey: join(folder, 'issuing.key'),
    issuingCertificate: join(folder, 'issuing.crt'),
    /** See issuers-file.ts. */
    issuers: join(folder, 'issuers.json'),
  };
}
