import type { ComparisonRow } from '@certdesk/contract';
import { inFours } from '@certdesk/contract/format';
import { useWords } from '../app/language.tsx';

/** Certificate beside register. Every result stands there in words and with a sign, not only in colour. */
export function ComparisonTable({ rows }: { rows: readonly ComparisonRow[] }) {
  const { reissue, fields } = useWords();
  const { comparison } = reissue;
  const groups = (['unit', 'socialInsurance', 'housingFund'] as const).filter((group) =>
    rows.some((row) => row.group === group),
  );
  const show = (row: ComparisonRow, value: string | null) =>
    value === null ? comparison.none : row.kind === 'name' ? value : inFours(value);
  return (
    <table class="comparison">
      <caption class="hidden">{comparison.groupsLabel}</caption>
      <thead>
        <tr>
          <th scope="col">{comparison.document}</th>
          <th scope="col">{comparison.certificate}</th>
          <th scope="col">{comparison.register}</th>
        </tr>
      </thead>
      {groups.map((group) => (
        <tbody key={group}>
          {groups.length > 1 && (
            <tr class="group">
              <th scope="rowgroup" colSpan={3}>
                {comparison.groups[group]}
              </th>
            </tr>
          )}
          {rows
            .filter((row) => row.group === group)
            .map((row) => (
              <tr key={row.kind}>
                <th scope="row">{fields[row.kind]}</th>
                <td>
                  <span class="label">{comparison.certificate}</span>
                  {show(row, row.certificate)}
                </td>
                <td>
                  <span class="label">{comparison.register}</span>
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
  const { comparison } = useWords().reissue;
  if (result === 'same') return <span class="same">✓ {comparison.same}</span>;
  if (result === 'differs') return <span class="differs">≠ {comparison.differs}</span>;
  if (result === 'only-certificate') return <span class="same">{comparison.notKept}</span>;
  return <span class="only">＋ {comparison.only}</span>;
}
