import type { ComponentChildren } from 'preact';

/** Names and values, one below the other; rows that do not apply are false. */
export function Facts({ rows }: { rows: (readonly [string, ComponentChildren] | false)[] }) {
  return (
    <dl class="facts">
      {rows.map(
        (row) =>
          row && (
            <div key={row[0]}>
              <dt>{row[0]}</dt>
              <dd>{row[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
