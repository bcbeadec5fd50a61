import type { Comparison } from '@certdesk/contract';
import { minute } from '@certdesk/contract/format';
import { useWords } from '../app/language.tsx';
import { ComparisonTable } from './comparison-table.tsx';

/** All that was checked, with what stands out about it and how fresh it is. */
export function ComparisonCard({ value }: { value: Comparison }) {
  const { comparison } = useWords().reissue;
  const { rows } = value;
  return (
    <section class="card">
      <ComparisonTable rows={rows} />
      {rows.some(({ result, offer }) => result === 'only-register' && offer === null) && (
        <p>{comparison.notOffered}</p>
      )}
      <Warnings value={value} />
      <RegisterDate value={value} />
    </section>
  );
}

/** Numbers in the certificate that look wrong; what is on offer says so where it is offered. */
function Warnings({ value: { rows, warnings } }: { value: Comparison }) {
  const { reissue, fields } = useWords();
  const { comparison } = reissue;
  const kinds = rows.flatMap(({ kind, offer }) =>
    offer === null && warnings.some((one) => one.kind === kind && !one.allowed) ? [kind] : [],
  );
  return (
    <>
      {kinds.map((kind) => (
        <p key={kind}>
          {comparison.warning(fields[kind])} <a href="/service-points">{reissue.numbers.call}</a>
        </p>
      ))}
    </>
  );
}

const dayMs = 86_400_000;

/** Since when the register says what it says; an answer that was a day old when it was given is called old. */
export function RegisterDate({ value: { origin, askedAt } }: { value: Comparison }) {
  const { comparison } = useWords().reissue;
  if (!origin) return null;
  const isOld = Date.parse(askedAt) - Date.parse(origin.saidAt) > dayMs;
  return (
    <p class="quiet">
      {comparison.saidAt(minute(origin.saidAt))} {isOld && comparison.old}
    </p>
  );
}
