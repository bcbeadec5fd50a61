import { day } from '@certdesk/contract/format';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';
import { divisionOf, unifiedCode } from '../service-point/division.ts';
import { papersFor } from '../service-point/papers.ts';
import { WhatToBring } from '../service-point/what-to-bring.tsx';
import { ComparisonTable } from './comparison-table.tsx';
import type { ScreenProps } from './screen.ts';

/** Certificate and register differ: exactly what differs, exactly what to bring, and where. */
export function MismatchPage({ value }: ScreenProps) {
  const words = useWords();
  const { mismatch } = words.reissue;
  const rows = value.comparison?.rows ?? [];
  const differing = rows.filter((row) => row.result === 'differs');
  const kinds = differing.map(({ kind }) => kind);
  const names = kinds.map((kind) => words.fields[kind]).join(words.comma);
  const code = unifiedCode(value.certificate) ?? rows.find(({ kind }) => kind === 'uscc')?.register ?? null;
  const until = value.certificate.expired
    ? mismatch.stillExpired
    : mismatch.still(day(value.certificate.notAfter));
  return (
    <Page title={mismatch.title(names || mismatch.unitGroup)} lead={until} back={`/cases/${value.id}`}>
      <div class="note stop">
        <p>{mismatch.stop}</p>
      </div>
      <WhatToBring
        entityName={value.entityName}
        caseNumber={value.number}
        papers={papersFor(kinds, code !== null)}
        division={divisionOf(code)}
      >
        <ComparisonTable rows={differing.length > 0 ? differing : rows} />
      </WhatToBring>
      <p class="quiet">{mismatch.again}</p>
    </Page>
  );
}
