/** CRL distribution points, RFC 5280 §4.2.1.13. */
import type { DerReader } from '../../der/reader.ts';
import { contextTag } from '../../der/tag.ts';
import { explicit, sequence, tagged } from '../../der/writer.ts';
import { type Extension, extension, extensionOid } from './extension.ts';
import { type GeneralName, readGeneralNames, uriName } from './general-name.ts';

/** One distribution point per URI, as real certificates have them. */
export function crlDistributionPoints(uris: readonly string[]): Extension {
  return pointsExtension(extensionOid.crlDistributionPoints, uris);
}

/** Freshest CRL, RFC 5280 §5.2.6: where the delta CRLs that belong to a complete one are to be had. */
export function freshestCrl(uris: readonly string[]): Extension {
  return pointsExtension(extensionOid.freshestCrl, uris);
}

function pointsExtension(oid: string, uris: readonly string[]): Extension {
  const points = uris.map((uri) => sequence(explicit(0, tagged(contextTag(0, true), uriName(uri)))));
  return extension(oid, false, sequence(...points));
}

/** All full names in order; names relative to the CRL issuer, reasons and CRL issuers are passed over. */
export function readCrlDistributionPoints(reader: DerReader): GeneralName[] {
  const list = reader.sequence();
  const names: GeneralName[] = [];
  do {
    const point = list.sequence();
    const name = point.optionalContext(0);
    const full = name?.optionalContext(0);
    if (full) names.push(...readGeneralNames(full));
    while (!point.atEnd) point.next();
  } while (!list.atEnd);
  return names;
}
