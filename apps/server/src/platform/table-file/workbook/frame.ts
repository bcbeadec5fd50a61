/** Where a workbook's sheet is: what its parts say of each other (ECMA-376-1 §18.2, ECMA-376-2 §9). */
import { posix } from 'node:path';
import type { Sheets } from '../table-file.ts';
import type { Parts } from './parts.ts';
import { readXml } from './xml.ts';

/** Octets of a part that says what the others are. */
const unpackedAtMost = 4_000_000;

export interface FoundSheet {
  /** The sheet's part. */
  readonly sheet: string;
  /** The part of the shared texts, where there are any. */
  readonly texts: string | undefined;
  readonly sheets: Sheets;
}

/** Finds the first sheet that is not hidden. @throws Error where it is no workbook, or has no such sheet */
export async function findSheet(parts: Parts): Promise<FoundSheet> {
  const root = await relationshipsOf(parts, '');
  const workbook = root.find(({ type }) => type === 'officeDocument')?.part;
  if (workbook === undefined) throw new Error('no workbook');
  const others = await relationshipsOf(parts, workbook);
  const sheets = (await sheetsOf(parts, workbook)).map(({ relationship, ...sheet }) => ({
    ...sheet,
    // A chart may be a sheet of its own.
    part: others.find(({ id, type }) => id === relationship && type === 'worksheet')?.part,
  }));
  const first = sheets.find(({ part, hidden }) => part !== undefined && !hidden);
  if (first?.part === undefined) throw new Error('no sheet');
  return {
    sheet: first.part,
    texts: others.find(({ type }) => type === 'sharedStrings')?.part,
    sheets: {
      read: first.name,
      others: sheets.filter((sheet) => sheet !== first).map(({ name }) => name),
    },
  };
}

interface Relationship {
  readonly id: string | undefined;
  /** The last word of its type, which is the same in the transitional and the strict schema. */
  readonly type: string | undefined;
  readonly part: string;
}

/** @param part the empty one for the package itself */
async function relationshipsOf(parts: Parts, part: string): Promise<Relationship[]> {
  const folder = posix.dirname(part);
  const name = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  return await all(
    readXml<Relationship>(small(parts, name), (take) => ({
      open(name, attribute) {
        const target = attribute('Target');
        if (name !== 'Relationship' || target === undefined || attribute('TargetMode') === 'External') return;
        take({
          id: attribute('Id'),
          type: attribute('Type')?.split('/').at(-1),
          part: posix.resolve('/', folder, target).slice(1),
        });
      },
    })),
  );
}

interface NamedSheet {
  readonly name: string;
  readonly hidden: boolean;
  readonly relationship: string | undefined;
}

async function sheetsOf(parts: Parts, workbook: string): Promise<NamedSheet[]> {
  return await all(
    readXml<NamedSheet>(small(parts, workbook), (take) => ({
      open(name, attribute) {
        if (name !== 'sheet') return;
        const hidden = /hidden/i.test(attribute('state') ?? '');
        take({ name: attribute('name') ?? '', hidden, relationship: attribute('r:id') });
      },
    })),
  );
}

/** A part that is kept whole in memory, or what it lists. */
function small(parts: Parts, name: string): AsyncIterable<string> {
  if (parts.size(name) > unpackedAtMost) throw new Error(`${name} is too large`);
  return parts.text(name);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
