import { createHash } from 'node:crypto';
import type { IdentityNumber } from '@certdesk/contract';
import type { HttpRegisterConfiguration } from '../configuration.ts';
import { lookupValue } from '../lookup-value.ts';

/** One request's worth of asking: by one number. */
export interface Question {
  readonly number: IdentityNumber;
  readonly url: URL;
  /** JSON; null: a GET. */
  readonly content: Uint8Array | null;
}

type Asking = Pick<HttpRegisterConfiguration, 'url' | 'body' | 'askBy' | 'ask'>;

/** The requests that ask for the entity with these numbers; none where it has no number that the register can be asked by. */
export function questionsFor(asking: Asking, numbers: readonly IdentityNumber[], name: string): Question[] {
  const able = asking.askBy.flatMap(({ kind, type = kind }) =>
    numbers
      .filter((number) => number.kind === kind)
      .map((number) => ({ number: { kind, value: lookupValue(kind, number.value) }, type })),
  );
  return able.slice(0, asking.ask === 'first' ? 1 : undefined).map(({ number, type }) => {
    const fill = (template: string, write = (value: string) => value) =>
      template.replace(/\{(number|type|name)\}/g, (_, place: 'number' | 'type' | 'name') =>
        write({ number: number.value, type, name }[place]),
      );
    return {
      number,
      url: new URL(fill(asking.url, encodeURIComponent)),
      content: asking.body === undefined ? null : Buffer.from(JSON.stringify(filled(asking.body, fill))),
    };
  });
}

function filled(json: unknown, fill: (template: string) => string): unknown {
  if (typeof json === 'string') return fill(json);
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((each) => filled(each, fill));
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [fill(key), filled(value, fill)]));
}

/** What these questions are, without saying it: the name under which their answer is kept. */
export function questionsDigest(register: string, questions: readonly Question[]): string {
  const asked = questions.map(({ url, content }) => [url.href, content && Buffer.from(content).toString()]);
  return createHash('sha256')
    .update(JSON.stringify([register, asked]))
    .digest('hex');
}
