import { appendFileSync, renameSync, statSync } from 'node:fs';

/** What may be logged of an event: plain facts. PINs, tokens, statements and certificates' content never are. */
export interface LogFacts {
  readonly code?: string;
  readonly purpose?: string;
  readonly order?: string;
  readonly case?: string;
  readonly desk?: string;
  readonly step?: string;
  readonly port?: number;
  readonly key?: string;
  readonly version?: string;
}

export interface Log {
  write(event: string, facts?: LogFacts): void;
}

export const silentLog: Log = { write: () => undefined };

const maxBytes = 1024 * 1024;

/** Appends JSON lines to a file of its user alone; at 1 MB the file becomes `<path>.1` and a new one begins. */
export function fileLog(path: string, now: () => Date): Log {
  return {
    write(event, facts = {}) {
      const line = `${JSON.stringify({ at: now().toISOString(), event, ...facts })}\n`;
      try {
        if (sizeOf(path) + line.length > maxBytes) renameSync(path, `${path}.1`);
        appendFileSync(path, line, { mode: 0o600 });
      } catch {
        // A full disk must not stop a renewal half-way.
      }
    },
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
