import { join } from 'node:path';

/** What an authority's folder holds. Keys are safes (see @certdesk/safe) of PKCS#8, certificates are PEM. */
export function authorityFiles(folder: string) {
  return {
    /** The server never opens it. It belongs on a medium of its own, in a strong room. */
    rootKey: join(folder, 'root.key'),
    rootCertificate: join(folder, 'root.crt'),
    issuingKey: join(folder, 'issuing.key'),
    issuingCertificate: join(folder, 'issuing.crt'),
  };
}
