/**
 * `issuers.json` in the authority's folder: which issuing CAs there are. It holds names of files and moments, no secret.
 * Commands write it; a running desk reads it again when it has changed.
 */
import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '@certdesk/safe';
import { z } from 'zod';
import { DeskError } from '../../platform/error.ts';
import { authorityFiles } from './files.ts';
import { KeyPlace } from './signers/signer.ts';

export const IssuerName = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens')
  .max(32);

/** One issuing CA. Files are named from the authority's folder. */
export const IssuerEntry = z.strictObject({
  /** Never used again for another: intents in the database name it. */
  name: IssuerName,
  /** CAs of one series follow each other: the one that began last issues, the others live on for what they issued. */
  series: IssuerName,
  certificate: z.string().min(1),
  root: z.string().min(1),
  key: KeyPlace,
  /** From when it issues; null: it does not, and only says how what it issued is doing. */
  activeFrom: z.iso.datetime().nullable(),
});
export type IssuerEntry = z.infer<typeof IssuerEntry>;

/** The first one's series is the desk's main one: it issues what no other is named for. */
export const IssuersFile = z.strictObject({ issuers: z.array(IssuerEntry).min(1) });

/** What an authority is that was made before there could be several: one issuing CA, for good. */
export const firstIssuer: IssuerEntry = {
  name: 'issuing',
  series: 'main',
  certificate: 'issuing.crt',
  root: 'root.crt',
  key: { file: 'issuing.key' },
  activeFrom: '1970-01-01T00:00:00Z',
};

/** @throws DeskError `configuration-invalid` naming every place that is wrong */
export async function readIssuersFile(folder: string): Promise<readonly IssuerEntry[]> {
  const { issuers: file } = authorityFiles(folder);
  const fail = (where: string): never => {
    throw new DeskError('configuration-invalid', { where: `${file}: ${where}` });
  };
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [firstIssuer];
    return fail((error as Error).message);
  }
  const parsed = IssuersFile.safeParse(json);
  if (!parsed.success) {
    return fail(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`).join('; '),
    );
  }
  const { issuers } = parsed.data;
  const names = issuers.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice === undefined ? issuers : fail(`${twice} stands twice`);
}

export async function writeIssuersFile(folder: string, issuers: readonly IssuerEntry[]): Promise<void> {
  const content = `${JSON.stringify({ issuers }, null, 2)}\n`;
  await writeFileAtomically(authorityFiles(folder).issuers, Buffer.from(content), 0o644);
}
