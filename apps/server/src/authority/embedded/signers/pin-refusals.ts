/**
 * Which HSMs refused the PIN that a file holds. HSMs lock after a few wrong PINs, and a service manager starts a server that
 * does not start again and again: so it is written down beside the issuing CAs, and holds until the file has changed.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '@certdesk/safe';

export interface PinRefusals {
  /** @param modified when the PIN's file was last changed, in ms */
  has(token: string, modified: number): Promise<boolean>;
  /** What this process itself saw, at once. */
  knows(token: string, modified: number): boolean;
  add(token: string, modified: number): Promise<void>;
}

const seen = new Map<string, number>();

/** @param folder of the authority */
export function pinRefusals(folder: string): PinRefusals {
  const key = (token: string) => `${folder}|${token}`;
  const fileOf = (token: string) => {
    const digest = createHash('sha256').update(token).digest('hex').slice(0, 16);
    return join(folder, `.pin-refused-${digest}.json`);
  };
  const knows = (token: string, modified: number) => seen.get(key(token)) === modified;
  return {
    knows,
    async has(token, modified) {
      if (knows(token, modified)) return true;
      try {
        return JSON.parse(await readFile(fileOf(token), 'utf8')).modified === modified;
      } catch {
        return false;
      }
    },
    async add(token, modified) {
      seen.set(key(token), modified);
      // A folder that cannot be written to: this process knows it all the same.
      const content = Buffer.from(`${JSON.stringify({ token, modified })}\n`);
      await writeFileAtomically(fileOf(token), content, 0o600).catch(() => undefined);
    },
  };
}
