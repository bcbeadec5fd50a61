/** Taking a register file in: every line is checked, and all of it is applied in one transaction or nothing is. */
import { basename } from 'node:path';
import { sql } from 'kysely';
import { record } from '../../audit/record.ts';
import { DeskError } from '../../platform/error.ts';
import { randomId } from '../../platform/random.ts';
import type { Db, Tx } from '../../schema/database.ts';
import { openRegisterFile } from './read.ts';
import type { BadLine } from './report.ts';
import { type RegisterRow, readRow } from './row.ts';

export interface ImportOptions {
  readonly actor: string;
  readonly now: Date;
  /** Told every thousand lines. */
  readonly onProgress?: (lines: number) => void;
}

export interface ImportReport {
  readonly lines: number;
  readonly added: number;
  readonly updated: number;
  /** Taken all the same. */
  readonly suspicious: readonly { readonly line: number }[];
}

/** The file has bad lines and nothing was imported. `bad` holds the first thousand of them. */
export class BadRegisterFile extends DeskError {
  readonly bad: readonly BadLine[];
  constructor(count: number, bad: readonly BadLine[]) {
    super('registry-file-invalid', { count });
    this.bad = bad;
  }
}

const batchLines = 1000;
const reported = 1000;

/**
 * Imports a CSV file. An entity that shares a number with the register is replaced by what the file says of it; others
 * are added; entities that the file does not name stay as they are. The same file again changes nothing.
 * @throws BadRegisterFile; DeskError `registry-file-unreadable`, `registry-import-running`
 */
export async function importRegisterFile(
  db: Db,
  path: string,
  options: ImportOptions,
): Promise<ImportReport> {
  const file = await openRegisterFile(path);
  return db.transaction().execute(async (tx) => {
    await takeTurn(tx);
    await makeStage(tx);
    const bad = new BadLines();
    const suspicious: { line: number }[] = [];
    let lines = 0;
    let batch: { line: number; row: RegisterRow }[] = [];
    for await (const { line, cells } of file.rows) {
      const row = readRow(cells, file.columns);
      if ('problem' in row) bad.add({ line, ...row });
      else {
        batch.push({ line, row });
        if (row.warning && suspicious.length < reported) suspicious.push({ line });
      }
      lines += 1;
      if (lines % batchLines === 0) {
        await stage(tx, batch);
        batch = [];
        options.onProgress?.(lines);
      }
    }
    await stage(tx, batch);
    options.onProgress?.(lines);
    await findCollisions(tx, bad);
    bad.refuseAny();
    const { added, updated } = await apply(tx, options.now);
    await recordImport(tx, { path, digest: file.digest(), lines, added, updated }, options);
    return { lines, added, updated, suspicious };
  });
}

class BadLines {
  #count = 0;
  readonly #lines: BadLine[] = [];
  add(line: BadLine): void {
    this.#count += 1;
    if (this.#lines.length < reported) this.#lines.push(line);
  }
  refuseAny(): void {
    if (this.#count === 0) return;
    throw new BadRegisterFile(
      this.#count,
      this.#lines.toSorted((a, b) => a.line - b.line),
    );
  }
}

async function takeTurn(tx: Tx): Promise<void> {
  const { rows } = await sql<{ got: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('certdesk registry import')) as got`.execute(tx);
  if (!rows[0]?.got) throw new DeskError('registry-import-running');
}

async function makeStage(tx: Tx): Promise<void> {
  await sql`create temporary table stage_entity
    (line bigint primary key, name text, state text, division text, entity_id bigint) on commit drop`.execute(
    tx,
  );
  await sql`create temporary table stage_number (line bigint, kind text, value text) on commit drop`.execute(
    tx,
  );
}

async function stage(tx: Tx, batch: readonly { line: number; row: RegisterRow }[]): Promise<void> {
  if (batch.length === 0) return;
  await sql`insert into stage_entity select * from unnest(
    ${batch.map(({ line }) => line)}::bigint[], ${batch.map(({ row }) => row.name)}::text[],
    ${batch.map(({ row }) => row.state)}::text[], ${batch.map(({ row }) => row.division)}::text[])`.execute(
    tx,
  );
  const numbers = batch.flatMap(({ line, row }) => row.numbers.map((number) => ({ line, ...number })));
  await sql`insert into stage_number select * from unnest(
    ${numbers.map(({ line }) => line)}::bigint[], ${numbers.map(({ kind }) => kind)}::text[],
    ${numbers.map(({ value }) => value)}::text[])`.execute(tx);
}

/** Lines that name the same number, numbers of different entities, or the same entity as another line. */
async function findCollisions(tx: Tx, bad: BadLines): Promise<void> {
  await sql`create index on stage_number (kind, value)`.execute(tx);
  await sql`analyze stage_number, stage_entity`.execute(tx);
  const { rows: twice } = await sql<{ line: string; kind: string; first: string }>`
    select n.line, n.kind, f.first from stage_number n
    join (select kind, value, min(line) as first from stage_number group by kind, value having count(*) > 1) f
      on f.kind = n.kind and f.value = n.value and f.first < n.line
    order by n.line`.execute(tx);
  for (const { line, kind, first } of twice) {
    bad.add({ line: Number(line), problem: 'duplicate', column: kind, other: Number(first) });
  }
  const { rows: split } = await sql<{ line: string }>`
    select n.line from stage_number n join registry_number r on r.kind = n.kind and r.value = n.value
    group by n.line having count(distinct r.entity_id) > 1 order by n.line`.execute(tx);
  for (const { line } of split) bad.add({ line: Number(line), problem: 'two-entities' });
  if (split.length > 0) return;
  await sql`update stage_entity s set entity_id = known.entity_id from (
    select distinct n.line, r.entity_id from stage_number n
    join registry_number r on r.kind = n.kind and r.value = n.value) known where known.line = s.line`.execute(
    tx,
  );
  const { rows: same } = await sql<{ line: string; first: string }>`
    select s.line, f.first from stage_entity s
    join (select entity_id, min(line) as first from stage_entity where entity_id is not null
      group by entity_id having count(*) > 1) f on f.entity_id = s.entity_id and f.first < s.line
    order by s.line`.execute(tx);
  for (const { line, first } of same) {
    bad.add({ line: Number(line), problem: 'duplicate', other: Number(first) });
  }
}

async function apply(tx: Tx, now: Date): Promise<{ added: number; updated: number }> {
  const updated =
    await sql`update registry_entity e set name = s.name, state = s.state, division = s.division,
    imported_at = ${now} from stage_entity s where s.entity_id = e.id`.execute(tx);
  await sql`delete from registry_number r using stage_entity s where s.entity_id = r.entity_id`.execute(tx);
  await sql`update stage_entity set entity_id = nextval(pg_get_serial_sequence('registry_entity', 'id'))
    where entity_id is null`.execute(tx);
  const added =
    await sql`insert into registry_entity (id, name, state, division, imported_at) overriding system value
    select s.entity_id, s.name, s.state, s.division, ${now} from stage_entity s
    where not exists (select from registry_entity e where e.id = s.entity_id)`.execute(tx);
  await sql`insert into registry_number (entity_id, kind, value)
    select s.entity_id, n.kind, n.value from stage_number n join stage_entity s on s.line = n.line`.execute(
    tx,
  );
  return { added: Number(added.numAffectedRows ?? 0), updated: Number(updated.numAffectedRows ?? 0) };
}

async function recordImport(
  tx: Tx,
  done: { path: string; digest: string; lines: number; added: number; updated: number },
  { actor, now }: ImportOptions,
): Promise<void> {
  const { path, digest, lines, added, updated } = done;
  const id = randomId();
  const source = basename(path);
  await tx
    .insertInto('registry_import')
    .values({ id, source, digest, rows: lines, imported_at: now })
    .execute();
  const data = { source, digest, lines, added, updated };
  await record(tx, { actor, action: 'registry.imported', subject: `import:${id}`, data }, now);
}
