import type { IdentityNumber } from '@certdesk/contract';
import { type Certificate, type IdentityNumberOid, Name } from '@certdesk/pki';
import type { RequestedContent } from './authority.ts';
import { entityNameOf, identityNumbersOf } from './summary.ts';

/** Content that says of its holder what this certificate says: the same name octet for octet, the same numbers. */
export function contentLike(
  certificate: Certificate,
  notAfter: Date,
  table?: readonly IdentityNumberOid[],
): RequestedContent {
  return {
    entityName: entityNameOf(certificate),
    subject: Buffer.from(certificate.subject.der).toString('base64'),
    identityNumbers: identityNumbersOf(certificate, table),
    notAfter: notAfter.toISOString(),
  };
}

/**
 * Content for an entity that has no certificate to go by: C=CN, O and CN its name.
 * @throws PkiError `bad-name` for a name that no certificate can hold
 */
export function contentFor(
  entity: { readonly name: string; readonly identityNumbers: readonly IdentityNumber[] },
  notAfter: Date,
): RequestedContent {
  const subject = Name.of([
    { type: 'C', value: 'CN' },
    { type: 'O', value: entity.name },
    { type: 'CN', value: entity.name },
  ]);
  return {
    entityName: entity.name,
    subject: Buffer.from(subject.der).toString('base64'),
    identityNumbers: entity.identityNumbers,
    notAfter: notAfter.toISOString(),
  };
}
