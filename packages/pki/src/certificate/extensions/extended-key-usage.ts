/** Extended key usage, RFC 5280 §4.2.1.12. */
import type { DerReader } from '../../der/reader.ts';
import { oid, sequence } from '../../der/writer.ts';
import { type Extension, extension, extensionOid } from './extension.ts';

/** Purposes by name; any other is given as its dotted identifier. */
export const keyPurposeOid: Readonly<Record<string, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
};

const names: ReadonlyMap<string, string> = new Map(
  Object.entries(keyPurposeOid).map(([name, id]) => [id, name]),
);

/** @param purposes names of `keyPurposeOid` or dotted identifiers */
export function extendedKeyUsage(purposes: readonly string[], critical = false): Extension {
  const identifiers = purposes.map((purpose) =>
    oid(Object.hasOwn(keyPurposeOid, purpose) ? (keyPurposeOid[purpose] ?? purpose) : purpose),
  );
  return extension(extensionOid.extendedKeyUsage, critical, sequence(...identifiers));
}

/** Names where there are any, else dotted identifiers. */
export function readExtendedKeyUsage(reader: DerReader): string[] {
  const list = reader.sequence();
  const purposes: string[] = [];
  do {
    const identifier = list.oid();
    purposes.push(names.get(identifier) ?? identifier);
  } while (!list.atEnd);
  return purposes;
}
