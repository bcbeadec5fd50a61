/** Where the status of certificates is published: the paths that this server serves, and the addresses in certificates. */
import { type Certificate, keyIdentifierOf } from '@certdesk/pki';

/** How a CA is named in addresses: the identifier of its key, in hex. */
export function nameInAddresses(ca: Certificate): string {
  return Buffer.from(ca.subjectKeyIdentifier ?? keyIdentifierOf(ca.publicKey)).toString('hex');
}

export const statusPaths = {
  list: (ca: Certificate) => `/status/crl/${nameInAddresses(ca)}.crl`,
  delta: (ca: Certificate) => `/status/crl/${nameInAddresses(ca)}-delta.crl`,
  ocsp: '/status/ocsp',
  certificate: (ca: Certificate) => `/status/ca/${nameInAddresses(ca)}.cer`,
} as const;

/** What certificates carry whose profile names no addresses of its own. */
export interface StatusAddresses {
  readonly ocsp: string;
  readonly caIssuers: string;
  readonly list: string;
}

/** @param origin where this server is reached by whoever checks certificates; http is usual, and no harm: all of it is signed */
export function statusAddresses(origin: string, issuer: Certificate): StatusAddresses {
  return {
    ocsp: origin + statusPaths.ocsp,
    caIssuers: origin + statusPaths.certificate(issuer),
    list: origin + statusPaths.list(issuer),
  };
}
