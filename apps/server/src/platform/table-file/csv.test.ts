import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openTableFile } from './open.ts';
import { fileOf } from './table-file.test-support.ts';
import type { FileLine } from './table-file.ts';
import { FileText } from './text.ts';

async function linesOf(content: string | Uint8Array): Promise<FileLine[]> {
  const file = await openTableFile(await fileOf(content));
  const lines: FileLine[] = [];
  try {
    for await (const line of file.lines) lines.push(line);
  } finally {
    await file.close();
  }
  return lines;
}

const octets = (...parts: (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

/** 公司 in GBK. */
const gbk = [0xb9, 0xab, 0xcb, 0xbe];

describe('the lines of a CSV file', () => {
  test('keep their numbers across quoted line breaks and empty lines', async () => {
    for (const breaks of ['\n', '\r\n', '\r']) {
      const text = ['a,b', '"1', '2",x', '', ' , ', '"say ""it""",y'].join(breaks);
      expect(await linesOf(text)).toEqual([
        { line: 1, cells: ['a', 'b'] },
        { line: 2, cells: ['1\n2', 'x'] },
        { line: 6, cells: ['say "it"', 'y'] },
      ]);
    }
  });

  test('may end in different ways in one file', async () => {
    expect(await linesOf('a\r\nb\nc\rd')).toEqual(
      ['a', 'b', 'c', 'd'].map((cell, at) => ({ line: at + 1, cells: [cell] })),
    );
  });

  test('are lost only where a quotation mark is out of place', async () => {
    expect(await linesOf('a,b\n1,2"x"\n3,4\n"5"6",7\n8,9\n')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, problem: 'quotes' },
      { line: 3, cells: ['3', '4'] },
      { line: 4, problem: 'quotes' },
      { line: 5, cells: ['8', '9'] },
    ]);
  });

  test('end where a quotation mark is never closed', async () => {
    expect(await linesOf('a,b\n1,2\n3,"4\n5,6\n7,8\n')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', '2'] },
      { line: 3, problem: 'line-open' },
    ]);
    const long = await linesOf(`a,b\n1,"2\n${'3,4\n'.repeat(200_000)}`);
    expect(long).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, problem: 'line-open' },
    ]);
    expect(await linesOf('x'.repeat(1_000_000))).toEqual([{ line: 1, problem: 'line-open' }]);
  });

  test('end where the file is not UTF-8, and the half line before is none', async () => {
    const whole = { line: 1, cells: ['名称', 'b'] };
    expect(await linesOf(octets('名称,b\n', gbk, ',2\n3,4\n'))).toEqual([
      whole,
      { line: 2, problem: 'encoding' },
    ]);
    expect(await linesOf(octets('名称,b\r\n"1\r\n', gbk, '",2\r\n'))).toEqual([
      whole,
      { line: 3, problem: 'encoding' },
    ]);
    expect(await linesOf(octets('名称,b\n1,2', [0xe5, 0x85]))).toEqual([
      whole,
      { line: 2, problem: 'encoding' },
    ]);
    expect(await linesOf(octets([0xff, 0xfe], 'a\0,\0'))).toEqual([{ line: 1, problem: 'encoding' }]);
    const filler = '名称,b\n'.repeat(20_000);
    const far = await linesOf(octets(filler, gbk, ',2\n'));
    expect([far.length, far.at(-1)]).toEqual([20_001, { line: 20_001, problem: 'encoding' }]);
  });

  test('an empty file has none', async () => {
    for (const text of ['', '\u{FEFF}', '\n', '\r\n\r\n']) expect(await linesOf(text)).toEqual([]);
  });
});

describe('the text of a file', () => {
  async function read(content: Uint8Array, sizes: readonly number[]) {
    async function* chunks() {
      let at = 0;
      for (let turn = 0; at < content.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        yield Buffer.from(content.subarray(at, at + size));
        at += size;
      }
    }
    const text = new FileText(chunks());
    let whole = '';
    for await (const piece of text.pieces()) whole += piece;
    return { whole, stoppedAt: text.stoppedAt, digest: text.digest() };
  }
  const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
  const text = fc
    .array(fc.constantFrom('a', '名', '𠮷', 'é', '\r', '\n', '\r\n', '\u{FEFF}', '"', ','), { maxLength: 30 })
    .map((parts) => parts.join(''));
  const plain = (text: string) => text.replace(/^\u{FEFF}/u, '').replace(/\r\n?/g, '\n');

  test('is the same however it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(text, sizes, async (text, sizes) => {
        const digest = createHash('sha256').update(text).digest('hex');
        expect(await read(Buffer.from(text), sizes)).toEqual({
          whole: plain(text),
          stoppedAt: undefined,
          digest,
        });
      }),
    );
  });

  test('ends in the line that is not UTF-8, however it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, sizes, async (before, after, sizes) => {
        const { whole, stoppedAt } = await read(octets(before, [0xff], after), sizes);
        expect(plain(before).startsWith(whole)).toBe(true);
        expect(stoppedAt).toBe(plain(before).split('\n').length);
      }),
    );
  });
});
