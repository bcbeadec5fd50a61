/** Certificate policies with their CPS pointers, RFC 5280 §4.2.1.4. */
import type { DerReader } from '../../der/reader.ts';
import { tag } from '../../der/tag.ts';
import { ia5String, oid, sequence } from '../../der/writer.ts';
import { type Extension, extension, extensionOid } from './extension.ts';

const CPS_QUALIFIER = '1.3.6.1.5.5.7.2.1';

export interface CertificatePolicy {
  readonly oid: string;
  /** Address of the certification practice statement. */
  readonly cps?: string;
}

export function certificatePolicies(policies: readonly CertificatePolicy[]): Extension {
  const list = policies.map((policy) =>
    policy.cps === undefined
      ? sequence(oid(policy.oid))
      : sequence(oid(policy.oid), sequence(sequence(oid(CPS_QUALIFIER), ia5String(policy.cps)))),
  );
  return extension(extensionOid.certificatePolicies, false, sequence(...list));
}

/** The first CPS pointer of each policy; other qualifiers (user notices) are passed over. */
export function readCertificatePolicies(reader: DerReader): CertificatePolicy[] {
  const list = reader.sequence();
  const policies: CertificatePolicy[] = [];
  do {
    const policy = list.sequence();
    const identifier = policy.oid();
    const cps = policy.peek() === tag.sequence ? readCps(policy.sequence()) : undefined;
    policy.end();
    policies.push({ oid: identifier, ...(cps !== undefined && { cps }) });
  } while (!list.atEnd);
  return policies;
}

function readCps(qualifiers: DerReader): string | undefined {
  let cps: string | undefined;
  while (!qualifiers.atEnd) {
    const qualifier = qualifiers.sequence();
    if (qualifier.oid() === CPS_QUALIFIER) {
      const uri = qualifier.text();
      cps ??= uri;
    } else {
      qualifier.next();
    }
    qualifier.end();
  }
  return cps;
}
