/** Authority information access, RFC 5280 §4.2.2.1: where to ask for status and for the issuer's certificate. */
import type { DerReader } from '../../der/reader.ts';
import { oid, sequence } from '../../der/writer.ts';
import { type Extension, extension, extensionOid } from './extension.ts';
import { readGeneralName, uriName } from './general-name.ts';

const OCSP = '1.3.6.1.5.5.7.48.1';
const CA_ISSUERS = '1.3.6.1.5.5.7.48.2';

export interface AuthorityInfoAccess {
  readonly ocsp: readonly string[];
  readonly caIssuers: readonly string[];
}

export function authorityInfoAccess({ ocsp, caIssuers }: AuthorityInfoAccess): Extension {
  const descriptions = [
    ...ocsp.map((uri) => sequence(oid(OCSP), uriName(uri))),
    ...caIssuers.map((uri) => sequence(oid(CA_ISSUERS), uriName(uri))),
  ];
  return extension(extensionOid.authorityInfoAccess, false, sequence(...descriptions));
}

/** URIs alone; other methods and other kinds of name are passed over. */
export function readAuthorityInfoAccess(reader: DerReader): AuthorityInfoAccess {
  const list = reader.sequence();
  const ocsp: string[] = [];
  const caIssuers: string[] = [];
  do {
    const description = list.sequence();
    const method = description.oid();
    const location = readGeneralName(description);
    description.end();
    if (location.kind !== 'uri') continue;
    if (method === OCSP) ocsp.push(location.value);
    if (method === CA_ISSUERS) caIssuers.push(location.value);
  } while (!list.atEnd);
  return { ocsp, caIssuers };
}
