/** A workbook's parts: the files in its ZIP archive. */
import { crc32 } from 'node:zlib';
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl';

/** Files of an archive. A workbook has some dozens. */
const partsAtMost = 10_000;

export class Parts {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @param fd stays open. @throws Error where it is no whole archive */
  static async open(fd: number): Promise<Parts> {
    const zip = await fromFdPromise(fd, { autoClose: false });
    if (zip.entryCount > partsAtMost) throw new Error(`${zip.entryCount} parts`);
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    return new Parts(zip, entries);
  }

  /** @returns octets that it has unpacked, as the archive says; 0 where there is no such part */
  size(name: string): number {
    return this.#entries.get(name)?.uncompressedSize ?? 0;
  }

  /**
   * A part's text, chunk by chunk.
   * @throws Error where there is no such part, and as soon as it has more octets, or others, than the archive says
   */
  async *text(name: string): AsyncGenerator<string> {
    const entry = this.#entries.get(name);
    if (!entry) throw new Error(`no ${name}`);
    const decoder = new TextDecoder();
    const stream = await this.#zip.openReadStreamPromise(entry);
    let sum = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum);
      yield decoder.decode(chunk, { stream: true });
    }
    if (sum !== entry.crc32) throw new Error(`the checksum of ${name}`);
    yield decoder.decode();
  }
}
