import { hash } from 'node:crypto';

/** Lower-case hex SHA-256 of a SubjectPublicKeyInfo (DER): how a key pair is named everywhere in certdesk. */
export function publicKeyDigest(spki: Uint8Array): string {
  return hash('sha256', spki);
}

/** Lower-case hex SHA-256 of a certificate (DER). */
export function certificateDigest(der: Uint8Array): string {
  return hash('sha256', der);
}
