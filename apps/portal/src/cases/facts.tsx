import { inFours } from '@certdesk/contract/format';
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

/** A certificate's, as people read it aloud. */
export function SerialNumber({ of }: { of: { serialNumber: string } }) {
  return <span class="number">{inFours(of.serialNumber.toUpperCase())}</span>;
}
