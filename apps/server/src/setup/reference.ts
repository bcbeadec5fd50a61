import { z } from 'zod';
import { ConfigurationFile } from './configuration.ts';

interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** The configuration's reference as a table, from the descriptions and defaults in its schema. */
export function configurationReference(): string {
  const schema = z.toJSONSchema(ConfigurationFile, { io: 'input', unrepresentable: 'any' }) as Schema;
  const rows = rowsOf('', schema);
  return ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function rowsOf(name: string, schema: Schema, needed = false): string[] {
  const { description, properties, required = [] } = schema;
  if (description === undefined && properties) {
    const inside = (key: string) => (name === '' ? key : `${name}.${key}`);
    return Object.entries(properties).flatMap(([key, one]) =>
      rowsOf(inside(key), one, required.includes(key)),
    );
  }
  const standard =
    schema.default === undefined ? (needed ? 'needed' : '–') : `\`${JSON.stringify(schema.default)}\``;
  return [`| \`${name}\` | ${standard} | ${description ?? ''} |`];
}
