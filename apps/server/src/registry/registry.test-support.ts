import { afterAll } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { BadTableFile } from '../platform/table-file/bad-lines.ts';
import { fileOf } from '../platform/table-file/table-file.test-support.ts';
import { openDatabase } from '../schema/database.ts';
import { type ImportOptions, importRegisterFile } from './import/import.ts';
import { badLineText } from './import/report.ts';
import { tableRegistry } from './table/registry.ts';

export const now = new Date('2027-03-01T08:00:00.000Z');

const opened: { end(): Promise<void> }[] = [];
afterAll(async () => {
  for (const database of opened.splice(0)) await database.end();
});

/** An empty register in a database of its own, until the test file is done. */
export async function testRegister() {
  const { url } = await createTestDatabase();
  const node = () => {
    const database = openDatabase(url);
    opened.push(database);
    return database.db;
  };
  const db = node();
  const take = async (content: string | Uint8Array, more: Partial<ImportOptions> = {}) =>
    importRegisterFile(db, await fileOf(content, 'register.csv'), { actor: 'operator', now, ...more });
  /** The report of a file that must be refused, in English. */
  const refused = async (content: string | Uint8Array, more: Partial<ImportOptions> = {}) => {
    const error = await take(content, more).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(error instanceof BadTableFile)) throw error ?? new Error('the file was taken');
    return {
      code: error.code,
      count: error.details.count,
      report: error.bad.map((bad) => badLineText(bad, 'en')),
    };
  };
  const contents = async () => ({
    entities: await db
      .selectFrom('registry_entity')
      .select(['name', 'state', 'division'])
      .orderBy('id')
      .execute(),
    numbers: await db.selectFrom('registry_number').select(['kind', 'value']).orderBy('value').execute(),
    imports: await db.selectFrom('registry_import').selectAll().execute(),
    audit: await db.selectFrom('audit_event').select(['actor', 'action', 'subject', 'data']).execute(),
  });
  const registry = tableRegistry({ db, clock: () => now });
  return { url, db, node, take, refused, contents, registry };
}
