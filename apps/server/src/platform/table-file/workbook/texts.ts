import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Octets of a file that are read, and written, at once. */
const pageSize = 64 * 1024;
/** Pages that are kept. */
const keptAtMost = 64;

/**
 * Texts by their number, any count of them in little memory: they lie in files that have no name any more, so that nothing
 * of them outlives the process. Texts that were added one after the other are read fast when they are asked for in about
 * that order, as a sheet asks for its shared texts.
 *
 * Files are read and written synchronously: a page is in the system's cache, and a wait for each cell would cost more.
 */
export class Texts {
  #count = 0;
  readonly #octets = new PagedFile();
  /** Where each text ends in `#octets`, eight octets each. */
  readonly #ends = new PagedFile();

  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    this.#octets.append(Buffer.from(text));
    const end = Buffer.alloc(8);
    end.writeDoubleLE(this.#octets.length);
    this.#ends.append(end);
    this.#count += 1;
  }

  /** @param number from 0. @returns undefined where so many were not added */
  get(number: number): string | undefined {
    if (!(Number.isInteger(number) && number >= 0 && number < this.#count)) return undefined;
    const begin = number === 0 ? 0 : this.#ends.read((number - 1) * 8, 8).readDoubleLE();
    const end = this.#ends.read(number * 8, 8).readDoubleLE();
    return this.#octets.read(begin, end - begin).toString();
  }

  close(): void {
    this.#octets.close();
    this.#ends.close();
  }
}

/** A file that is written at its end and read anywhere, by pages. */
class PagedFile {
  readonly #fd = openNameless();
  #written = 0;
  #pending: Buffer[] = [];
  #pendingLength = 0;
  /** The page that was used last stands last. */
  readonly #pages = new Map<number, Buffer>();
  #last: { readonly number: number; readonly page: Buffer } | undefined;

  get length(): number {
    return this.#written + this.#pendingLength;
  }

  append(octets: Buffer): void {
    this.#pending.push(octets);
    this.#pendingLength += octets.length;
    if (this.#pendingLength >= pageSize) this.#flush();
  }

  read(at: number, length: number): Buffer {
    this.#flush();
    const pieces: Buffer[] = [];
    for (let from = at; from < at + length; ) {
      const page = Math.floor(from / pageSize);
      const end = Math.min(at + length, (page + 1) * pageSize);
      pieces.push(this.#page(page).subarray(from - page * pageSize, end - page * pageSize));
      from = end;
    }
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #flush(): void {
    if (this.#pendingLength === 0) return;
    const octets = Buffer.concat(this.#pending);
    for (let at = 0; at < octets.length; )
      at += writeSync(this.#fd, octets, at, octets.length - at, this.#written + at);
    this.#written += octets.length;
    this.#pending = [];
    this.#pendingLength = 0;
    // The last one may have been read before it was full.
    this.#pages.clear();
    this.#last = undefined;
  }

  #page(number: number): Buffer {
    if (this.#last?.number === number) return this.#last.page;
    const page = this.#pages.get(number) ?? this.#load(number);
    this.#last = { number, page };
    this.#pages.delete(number);
    this.#pages.set(number, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > keptAtMost && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }

  #load(number: number): Buffer {
    const page = Buffer.alloc(pageSize);
    readSync(this.#fd, page, 0, pageSize, number * pageSize);
    return page;
  }
}

function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-texts-'));
  try {
    return openSync(join(folder, 'texts'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
