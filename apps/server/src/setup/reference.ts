import { z } from 'zod';
import { ConfigurationFile } from './configuration.ts';

interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The configuration's reference as a table, from the descriptions and defaults in its schema. */
export function configurationReference(): string {
  const schema = z.toJSONSchema(ConfigurationFile, { io: 'input', unrepresentable: 'any' }) as Schema;
  const rows = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => rowsOf(name, one));
  return ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function rowsOf(name: string, schema: Schema): string[] {
  const inner = schema.description === undefined ? schema.properties : undefined;
  if (inner) return Object.entries(inner).flatMap(([key, one]) => rowsOf(`${name}.${key}`, one));
  const standard = schema.default === undefined ? 'needed, or none' : `\`${JSON.stringify(schema.default)}\``;
  return [`| \`${name}\` | ${standard} | ${schema.description ?? ''} |`];
}
