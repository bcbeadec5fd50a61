import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';

/**
 * A file's text, piece by piece: UTF-8 without its byte order mark, every line break (CR LF, CR or LF) as LF, so that
 * lines are counted as an editor counts them. Ends before the first line that is not UTF-8.
 */
export class FileText {
  readonly #octets: AsyncIterable<Buffer>;
  readonly #hash = createHash('sha256');
  #breaks = 0;
  #stoppedAt: number | undefined;

  constructor(octets: AsyncIterable<Buffer>) {
    this.#octets = octets;
  }

  /** The line that is not UTF-8, once the text has ended there. */
  get stoppedAt(): number | undefined {
    return this.#stoppedAt;
  }

  /** SHA-256 of the octets read, lower-case hex. Asked for once. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  async *pieces(): AsyncGenerator<string> {
    let rest: Buffer = Buffer.alloc(0);
    let begun = false;
    const text = (octets: Buffer) => {
      const piece = this.#decode(octets);
      const isFirst = !begun;
      begun = true;
      return isFirst ? piece.replace(/^\u{FEFF}/u, '') : piece;
    };
    for await (const chunk of this.#octets) {
      this.#hash.update(chunk);
      const octets = Buffer.concat([rest, chunk]);
      const end = endOfWhole(octets);
      rest = octets.subarray(end);
      if (end > 0) yield text(octets.subarray(0, end));
      if (this.#stoppedAt) return;
    }
    if (rest.length > 0) yield text(rest);
  }

  #decode(octets: Buffer): string {
    // Without `fatal` an octet that is no UTF-8 becomes U+FFFD, which shows where it stands.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets).replace(/\r\n?/g, '\n');
    const good = isUtf8(octets) ? text : text.slice(0, text.lastIndexOf('\n', text.indexOf('\u{FFFD}')) + 1);
    this.#breaks += good.split('\n').length - 1;
    if (good !== text) this.#stoppedAt = this.#breaks + 1;
    return good;
  }
}

/** Where the last character begins, which may go on in the next chunk, as may a line break: CR, LF. */
function endOfWhole(octets: Buffer): number {
  let end = octets.length - 1;
  for (let back = 0; back < 3 && isContinuation(octets[end]); back += 1) end -= 1;
  end = Math.max(end, 0);
  return octets[end - 1] === 0x0d ? end - 1 : end;
}

const isContinuation = (octet: number | undefined) => octet !== undefined && (octet & 0xc0) === 0x80;
