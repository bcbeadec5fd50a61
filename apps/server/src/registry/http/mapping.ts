/** What an answer says, read as the configuration says it is written. */
import { IdentityKind, IdentityNumber } from '@certdesk/contract';
import type { HttpRegisterConfiguration } from '../configuration.ts';
import { lookupValue } from '../lookup-value.ts';
import type { RegistryEntity } from '../registry.ts';
import { NoAnswer } from './no-answer.ts';
import { valueAt } from './pointer.ts';

type Mapping = HttpRegisterConfiguration['answer'];

const setting = (name: string) => `registry.http.answer.${name}`;

/**
 * The entity that an answer tells of; null: the register knows none.
 * @param asked the number by which it was asked, as `lookupValue` writes it
 * @throws NoAnswer `unreadable`, naming the setting and its pointer, when the answer is not as they say or is of another entity
 */
export function readAnswer(json: unknown, mapping: Mapping, asked: IdentityNumber): RegistryEntity | null {
  const { found, state } = mapping;
  if (found && !oneOf(json, found.at, found.values, 'found')) return null;
  const name = textAt(json, mapping.name);
  if (name === undefined || name.length > 200) throw unreadable('name', mapping.name, json);
  const entity = {
    name,
    state: oneOf(json, state.at, state.values, 'state'),
    numbers: numbersOf(json, mapping),
    ...divisionOf(json, mapping),
  };
  if (!entity.numbers.some(({ kind, value }) => kind === asked.kind && value === asked.value))
    throw unreadable(
      `numbers.${asked.kind}`,
      mapping.numbers[asked.kind] ?? '',
      json,
      'has another number than was asked for',
    );
  return entity;
}

/** What the value at a pointer means: one of the configured values, or `*`. */
function oneOf<T>(json: unknown, at: string, values: Readonly<Record<string, T>>, name: string): T {
  const said = valueAt(json, at);
  const text = typeof said === 'string' ? said : JSON.stringify(said);
  if (text === undefined) throw unreadable(name, at, json);
  const meaning = Object.hasOwn(values, text) ? values[text] : values['*'];
  if (meaning === undefined)
    throw unreadable(name, at, json, 'has a value that is not among the configured ones');
  return meaning;
}

function numbersOf(json: unknown, { numbers }: Mapping): IdentityNumber[] {
  return IdentityKind.options.flatMap((kind) => {
    const at = numbers[kind];
    const said = at === undefined ? undefined : textAt(json, at);
    if (at === undefined || said === undefined) return [];
    const number = IdentityNumber.safeParse({ kind, value: lookupValue(kind, said) });
    if (!number.success) throw unreadable(`numbers.${kind}`, at, json, 'has no identity number');
    return [number.data];
  });
}

function divisionOf(json: unknown, { division: at }: Mapping): { division?: string } {
  const division = at === undefined ? undefined : textAt(json, at);
  if (at === undefined || division === undefined) return {};
  if (!/^\d{6}$/.test(division)) throw unreadable('division', at, json, 'has no six digits');
  return { division };
}

/** A text or a number in it; undefined for nothing, null and blanks alike. */
function textAt(json: unknown, at: string): string | undefined {
  const said = valueAt(json, at);
  const text = typeof said === 'number' ? String(said) : typeof said === 'string' ? said.trim() : '';
  return text === '' ? undefined : text;
}

function unreadable(name: string, at: string, json: unknown, why = 'points to nothing of use'): NoAnswer {
  return new NoAnswer('unreadable', `${setting(name)}: “${at}” ${why} in the answer`, {
    said: valueAt(json, at),
  });
}
