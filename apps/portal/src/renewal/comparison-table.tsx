import type { ComparisonRow } from '@certdesk/contract';
import { inFours } from '@certdesk/contract/format';
import { useWords } from '../app/language.tsx';

/** Certificate beside register. Every result stands there in words and with a sign, not only in colour. */
export function ComparisonTable({ rows }: { rows: readonly ComparisonRow[] }) {
  const { renewal, fields } = useWords();
  const { check } = renewal;
  const groups = (['unit', 'socialInsurance', 'housingFund'] as const).filter((group) =>
    rows.some((row) => row.group === group),
  );
  const show = (row: ComparisonRow, value: string | null) =>
    value === null ? check.none : row.kind === 'name' ? value : inFours(value);
  return (
    <table class="comparison">
      <caption class="hidden">{check.groupsLabel}</caption>
      <thead>
        <tr>
          <th scope="col">{check.document}</th>
          <th scope="col">{check.certificate}</th>
          <th scope="col">{check.register}</th>
        </tr>
      </thead>
      {groups.map((group) => (
        <tbody key={group}>
          {groups.length > 1 && (
            <tr class="group">
              <th scope="rowgroup" colSpan={3}>
                {check.groups[group]}
              </th>
            </tr>
          )}
          {rows
            .filter((row) => row.group === group)
            .map((row) => (
              <tr key={row.kind}>
                <th scope="row">{fields[row.kind]}</th>
                <td>
                  <span class="label">{check.certificate}</span>
                  {show(row, row.certificate)}
                </td>
                <td>
                  <span class="label">{check.register}</span>
                  {show(row, row.register)}
                  <Result result={row.result} />
                </td>
              </tr>
            ))}
        </tbody>
      ))}
    </table>
  );
}

function Result({ result }: { result: ComparisonRow['result'] }) {
  const { check } = useWords().renewal;
  if (result === 'same') return <span class="same">✓ {check.same}</span>;
  if (result === 'differs') return <span class="differs">≠ {check.differs}</span>;
  return <span class="only">＋ {check.only}</span>;
}
