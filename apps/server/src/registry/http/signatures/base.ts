/** The signature base of HTTP Message Signatures (RFC 9421 §2): the octets that are signed, from a message and a list of its components. */
import {
  type BareItem,
  FieldError,
  type InnerList,
  type Item,
  parseDictionary,
  serialize,
} from './structured-fields.ts';

/** Names of fields in lower case; several of one name joined by `, `. */
export type Fields = Readonly<Record<string, string | undefined>>;

export interface RequestMessage {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly fields: Fields;
}

/** An answer is seen with the request that it is to: a signature may cover parts of both (§2.4). */
export interface AnswerMessage {
  readonly status: number;
  readonly fields: Fields;
  readonly request: RequestMessage;
}

/** A component's identifier: a field's name or a derived component's, with flags such as `req`. */
export function component(name: string, parameters: Readonly<Record<string, BareItem>> = {}): Item {
  return { value: name, parameters: new Map(Object.entries(parameters)) };
}

/**
 * @param covered components and parameters of the signature, as they stand in Signature-Input
 * @throws FieldError for a component that the message lacks, that stands there twice, or that is of no kind known here:
 *   of the flags `req` and `key` are known
 */
export function signatureBase(covered: InnerList, message: RequestMessage | AnswerMessage): Uint8Array {
  const names = covered.items.map(serialize);
  if (new Set(names).size < names.length) throw new FieldError('a component is covered twice');
  const lines = covered.items.map((item, at) => `${names[at]}: ${textOf(item, message)}`);
  return Buffer.from([...lines, `"@signature-params": ${serialize(covered)}`].join('\n'));
}

function textOf(item: Item, message: RequestMessage | AnswerMessage): string {
  const { value: name, parameters } = item;
  const foreign = [...parameters.keys()].find((flag) => flag !== 'req' && flag !== 'key');
  if (typeof name !== 'string' || foreign !== undefined)
    throw new FieldError(`component ${serialize(item)} is not known`);
  const ofRequest = parameters.get('req') === true;
  if (ofRequest && !('request' in message)) throw new FieldError('a request has no request');
  const part = ofRequest && 'request' in message ? message.request : message;
  const value = name.startsWith('@') ? derived(name, part) : field(part.fields, name, parameters.get('key'));
  if (value === undefined) throw new FieldError(`component ${serialize(item)} is not in the message`);
  if (/[\r\n]/.test(value)) throw new FieldError('a component holds a line break');
  return value;
}

/** §2.2 */
function derived(name: string, part: RequestMessage | AnswerMessage): string | undefined {
  if ('status' in part) return name === '@status' ? String(part.status) : undefined;
  const { method, url } = part;
  switch (name) {
    case '@method':
      return method;
    case '@target-uri':
      return url.href;
    case '@authority':
      return url.host;
    case '@scheme':
      return url.protocol.slice(0, -1);
    case '@request-target':
      return url.pathname + url.search;
    case '@path':
      return url.pathname;
    case '@query':
      return url.search || '?';
    default:
      return undefined;
  }
}

/** §2.1, and §2.1.2 for one member of a dictionary. */
function field(fields: Fields, name: string, key: BareItem | undefined): string | undefined {
  if (name !== name.toLowerCase()) return undefined;
  const value = fields[name];
  if (value === undefined) return undefined;
  if (key === undefined) return value.trim();
  const member = typeof key === 'string' ? parseDictionary(value).get(key) : undefined;
  return member && serialize(member);
}
