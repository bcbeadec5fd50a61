import type { CertificateSummary } from '@certdesk/contract';
import { inFours } from '@certdesk/contract/format';
import { useWords } from '../app/language.tsx';
import { Facts } from '../cases/facts.tsx';

/** The company's numbers, as the certificate has them. */
export function NumbersIn({ certificate }: { certificate: CertificateSummary }) {
  const { fields } = useWords();
  return (
    <Facts
      rows={[
        [fields.name, certificate.entityName],
        ...certificate.identityNumbers.map(
          ({ kind, value }) => [fields[kind], <span class="number">{inFours(value)}</span>] as const,
        ),
      ]}
    />
  );
}
