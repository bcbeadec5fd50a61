/** Subject alternative name, RFC 5280 §4.2.1.6. */
import type { DerReader } from '../../der/reader.ts';
import { sequence } from '../../der/writer.ts';
import { type Extension, extension, extensionOid } from './extension.ts';
import { encodeGeneralName, type GeneralName, readGeneralNames } from './general-name.ts';

export function subjectAltName(names: readonly GeneralName[]): Extension {
  return extension(extensionOid.subjectAltName, false, sequence(...names.map(encodeGeneralName)));
}

export function readSubjectAltName(reader: DerReader): GeneralName[] {
  return readGeneralNames(reader.sequence());
}
