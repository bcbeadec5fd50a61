/** Key usage, RFC 5280 §4.2.1.3. */
import type { DerReader } from '../../der/reader.ts';
import { namedBits } from '../../der/writer.ts';
import { type Extension, extension, extensionOid } from './extension.ts';

/** In the order of their bits. */
export const keyUsageNames = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsage = (typeof keyUsageNames)[number];

export function keyUsage(usages: readonly KeyUsage[], critical = true): Extension {
  return extension(
    extensionOid.keyUsage,
    critical,
    namedBits(usages.map((usage) => keyUsageNames.indexOf(usage))),
  );
}

/** Bits beyond the nine that have a name mean nothing and are left out. */
export function readKeyUsage(reader: DerReader): KeyUsage[] {
  return reader.namedBits().flatMap((bit) => keyUsageNames[bit] ?? []);
}
