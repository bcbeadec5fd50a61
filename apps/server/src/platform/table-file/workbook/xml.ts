import { SaxesParser } from 'saxes';

/** What is told of an XML document. Names are without prefixes. */
export interface XmlListener {
  open?(name: string, attribute: (name: string) => string | undefined): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** Characters of one text, tag or attribute, which the parser holds. A cell has 32,767 at most. */
const longest = 256 * 1024;

/** Elements within each other. A sheet's have some eight. */
const deepest = 64;

/**
 * Reads an XML document as it comes in, and hands on after each chunk what its listener has taken from it.
 * @param listen makes the listener, which calls `take` with what it has found
 * @throws Error where it is not well-formed, has a document type (which no workbook has: entities may be made of it), or
 *   has something too long or too deep
 */
export async function* readXml<Found>(
  chunks: AsyncIterable<string>,
  listen: (take: (found: Found) => void) => XmlListener,
): AsyncGenerator<Found> {
  let found: Found[] = [];
  let depth = 0;
  let quiet = 0;
  const listener = listen((one) => found.push(one));
  const parser = new SaxesParser({ xmlns: false, position: false });
  const heard = () => {
    quiet = 0;
  };
  parser.on('doctype', () => {
    throw new Error('a document type');
  });
  parser.on('opentag', ({ name, attributes }) => {
    heard();
    depth += 1;
    if (depth > deepest) throw new Error('elements too deep');
    listener.open?.(localName(name), (wanted) => attributeOf(attributes, wanted));
  });
  parser.on('text', (text) => {
    heard();
    listener.text?.(text);
  });
  parser.on('cdata', (text) => {
    heard();
    listener.text?.(text);
  });
  parser.on('closetag', ({ name }) => {
    heard();
    depth -= 1;
    listener.close?.(localName(name));
  });
  for await (const chunk of chunks) {
    quiet += chunk.length;
    parser.write(chunk);
    if (quiet > longest) throw new Error('a text too long');
    yield* found;
    found = [];
  }
  parser.close();
  yield* found;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** An attribute that needs a prefix is looked for with any, as which one it is is free. */
function attributeOf(attributes: Readonly<Record<string, string>>, wanted: string): string | undefined {
  if (!wanted.includes(':')) return attributes[wanted];
  const name = Object.keys(attributes).find(
    (name) => name.includes(':') && localName(name) === localName(wanted),
  );
  return name === undefined ? undefined : attributes[name];
}
