/** Basic constraints, RFC 5280 §4.2.1.9. */
import type { DerReader } from '../../der/reader.ts';
import { tag } from '../../der/tag.ts';
import { boolean, integer, sequence } from '../../der/writer.ts';
import { type Extension, extension, extensionOid } from './extension.ts';

export interface BasicConstraints {
  readonly ca: boolean;
  /** How many CA certificates may follow below, self-issued ones not counted. */
  readonly pathLength?: number;
}

/** Critical for a CA, as RFC 5280 wants it; not critical for others, as real certificates have it. */
export function basicConstraints({ ca, pathLength }: BasicConstraints): Extension {
  const parts = ca ? [boolean(true), ...(pathLength === undefined ? [] : [integer(pathLength)])] : [];
  return extension(extensionOid.basicConstraints, ca, sequence(...parts));
}

/** Explicit FALSE is taken, though DER leaves it out. */
export function readBasicConstraints(reader: DerReader): BasicConstraints {
  const inside = reader.sequence();
  const ca = inside.defaultFalse();
  const pathLength = inside.peek() === tag.integer ? inside.smallInteger() : undefined;
  inside.end();
  return { ca, ...(pathLength !== undefined && { pathLength }) };
}
