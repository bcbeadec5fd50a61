import { readFile } from 'node:fs/promises';
import { DeskError } from '../platform/error.ts';
import { isUsccForm } from '../registry/codes/uscc.ts';
import { lookupValue } from '../registry/lookup-value.ts';

/**
 * Reads the list of unified codes that are served: UTF-8, one a line. Empty lines are passed over.
 * @throws DeskError `configuration-invalid` with the first line that is no unified code; a check digit that does not fit is none of it
 */
export async function readServedCodes(file: string): Promise<ReadonlySet<string>> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    throw new DeskError(
      'configuration-invalid',
      { where: `${file}: ${(cause as Error).message}` },
      { cause },
    );
  }
  const codes = new Set<string>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const code = lookupValue('uscc', line);
    if (code === '') continue;
    if (!isUsccForm(code))
      throw new DeskError('configuration-invalid', { where: `${file}: line ${at + 1} is no unified code` });
    codes.add(code);
  }
  if (codes.size === 0) throw new DeskError('configuration-invalid', { where: `${file} holds no code` });
  return codes;
}
