/** Issuing distribution point, RFC 5280 §5.2.5: which certificates a CRL is about, where not all of its issuer's. */

import { type Extension, extension, extensionOid } from '../certificate/extensions/extension.ts';
import type { GeneralName } from '../certificate/extensions/general-name.ts';
import { readGeneralNames, uriName } from '../certificate/extensions/general-name.ts';
import type { DerReader } from '../der/reader.ts';
import { contextTag } from '../der/tag.ts';
import { type Der, explicit, sequence, tagged } from '../der/writer.ts';
import { DerError } from '../errors.ts';

export interface IssuingDistributionPoint {
  /** Addresses; one of them stands in the certificates that the CRL is about. */
  readonly uris: readonly string[];
  readonly onlyUserCertificates: boolean;
  readonly onlyCaCertificates: boolean;
  /** Some reasons only: such a CRL alone says of no certificate that it is good. */
  readonly onlySomeReasons: boolean;
  /** Holds certificates of other issuers too. */
  readonly indirect: boolean;
  readonly onlyAttributeCertificates: boolean;
}

/** Critical, as it must be. What is not given is left out. */
export function issuingDistributionPoint(
  point: Partial<Omit<IssuingDistributionPoint, 'onlySomeReasons'>>,
): Extension {
  const flag = (number: number, set: boolean | undefined): Der[] =>
    set ? [tagged(contextTag(number, false), Uint8Array.of(0xff))] : [];
  const { uris = [] } = point;
  const name = uris.length > 0 ? [explicit(0, tagged(contextTag(0, true), ...uris.map(uriName)))] : [];
  return extension(
    extensionOid.issuingDistributionPoint,
    true,
    sequence(
      ...name,
      ...flag(1, point.onlyUserCertificates),
      ...flag(2, point.onlyCaCertificates),
      ...flag(4, point.indirect),
      ...flag(5, point.onlyAttributeCertificates),
    ),
  );
}

export function readIssuingDistributionPoint(reader: DerReader): IssuingDistributionPoint {
  const inside = reader.sequence();
  const name = inside.optionalContext(0);
  const full = name?.optionalContext(0);
  const names: GeneralName[] = full ? readGeneralNames(full) : [];
  if (!full) name?.next(); // a name relative to the CRL issuer
  name?.end();
  const flag = (number: number) => {
    const element = inside.optional(contextTag(number, false));
    if (element && element.content.length !== 1)
      throw new DerError('bad-value', 'BOOLEAN is neither TRUE nor FALSE', element.offset);
    return element !== undefined && element.content[0] !== 0;
  };
  const point = {
    uris: names.flatMap((each) => (each.kind === 'uri' ? [each.value] : [])),
    onlyUserCertificates: flag(1),
    onlyCaCertificates: flag(2),
    onlySomeReasons: inside.optional(contextTag(3, false)) !== undefined,
    indirect: flag(4),
    onlyAttributeCertificates: flag(5),
  };
  inside.end();
  return point;
}
