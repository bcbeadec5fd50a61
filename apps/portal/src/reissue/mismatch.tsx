import { day } from '@certdesk/contract/format';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { ServicePoints } from '../home/service-points.tsx';
import { ComparisonTable } from './comparison-table.tsx';
import { papersFor } from './papers.ts';
import type { ScreenProps } from './screen.ts';

/** Certificate and register differ: exactly what differs, exactly what to bring, and where. */
export function MismatchPage({ value, desk }: ScreenProps) {
  const words = useWords();
  const { mismatch } = words.reissue;
  const rows = value.comparison?.rows ?? [];
  const differing = rows.filter((row) => row.result === 'differs');
  const names = differing.map((row) => words.fields[row.kind]).join(mismatch.and);
  const until = value.certificate.expired
    ? mismatch.stillExpired
    : mismatch.still(day(value.certificate.notAfter));
  return (
    <Page title={mismatch.title(names || mismatch.unitGroup)} lead={until} back={`/cases/${value.id}`}>
      <div class="note stop">
        <p>{mismatch.stop}</p>
      </div>
      <section class="card">
        <p class="quiet">
          {value.entityName} · {words.fields.caseNumber} {value.number}
        </p>
        <ComparisonTable rows={differing.length > 0 ? differing : rows} />
      </section>
      <section class="card">
        <h2>{mismatch.bring}</h2>
        <ul class="papers">
          {papersFor(differing).map((paper) => (
            <li key={paper}>{mismatch.papers[paper]}</li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{mismatch.where}</h2>
        <ServicePoints desk={desk} />
      </section>
      <p class="row">
        <button type="button" class="button main" onClick={() => print()}>
          {mismatch.print}
        </button>
        <a href="/service-points">{mismatch.allPoints}</a>
      </p>
      <p class="quiet">{mismatch.again}</p>
    </Page>
  );
}
