import { day, inFours } from '@certdesk/contract/format';
import type { CertificateView } from '../../src/local/views.ts';
import { useWords } from '../words/words.tsx';
import { Facts } from './facts.tsx';

export function CertificateFacts({ certificate }: { certificate: CertificateView }) {
  const words = useWords();
  const { entityName, identityNumbers, serialNumber, issuer, notBefore, notAfter } = certificate;
  return (
    <Facts
      rows={[
        [words.fact.entity, entityName],
        ...identityNumbers.map(({ kind, value }): [string, string] => [words.number[kind], inFours(value)]),
        [words.fact.serial, inFours(serialNumber.toUpperCase())],
        [words.fact.validity, words.until(day(notBefore), day(notAfter))],
        [words.fact.issuer, issuer],
        [words.fact.algorithm, certificate.algorithm.toUpperCase()],
      ]}
    />
  );
}
