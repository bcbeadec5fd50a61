import type { CertificateSummary, IdentityNumber } from '@certdesk/contract';
import { IdentityKind } from '@certdesk/contract';
import { Certificate, DEFAULT_IDENTITY_NUMBER_OIDS, type IdentityNumberOid } from '@certdesk/pki';
import type { Selectable } from 'kysely';
import type { CertificateTable } from '../schema/tables.ts';

/** The document numbers in a certificate that the desk knows. */
export function identityNumbersOf(
  certificate: Certificate,
  table: readonly IdentityNumberOid[] = DEFAULT_IDENTITY_NUMBER_OIDS,
): IdentityNumber[] {
  return certificate.identityNumbers([...table]).flatMap(({ kind, value }) => {
    const known = IdentityKind.safeParse(kind);
    return known.success ? [{ kind: known.data, value }] : [];
  });
}

/** Name of the entity in a certificate: its common name, or the organisation where a CA puts it there. */
export function entityNameOf(certificate: Certificate): string {
  return certificate.subject.get('CN') ?? certificate.subject.get('O') ?? '';
}

/** What people are shown of a stored certificate. */
export function summaryOf(
  row: Pick<Selectable<CertificateTable>, 'der' | 'digest' | 'state'>,
  now: Date,
  table?: readonly IdentityNumberOid[],
): CertificateSummary {
  const certificate = Certificate.parse(row.der);
  return {
    digest: row.digest,
    serialNumber: certificate.serialNumber,
    entityName: entityNameOf(certificate),
    identityNumbers: identityNumbersOf(certificate, table),
    issuer: certificate.issuer.get('CN') ?? certificate.issuer.toString(),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    state: row.state,
    expired: certificate.notAfter < now,
  };
}
