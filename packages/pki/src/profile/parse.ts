import { keyAlgorithms } from '../algorithms.ts';
import type { BasicConstraints } from '../certificate/extensions/basic-constraints.ts';
import type { CertificatePolicy } from '../certificate/extensions/certificate-policies.ts';
import { keyPurposeOid } from '../certificate/extensions/extended-key-usage.ts';
import { extensionOid } from '../certificate/extensions/extension.ts';
import { keyUsageNames } from '../certificate/extensions/key-usage.ts';
import { PkiError } from '../errors.ts';
import { DEFAULT_IDENTITY_NUMBER_OIDS, type IdentityNumberOid } from '../identity-number.ts';
import { attributeTypes, Name } from '../name.ts';
import { contradictionIn } from './contradictions.ts';
import { JsonValue } from './json.ts';
import type { CertificateProfile, SubjectRule } from './profile.ts';

/**
 * Reads a certificate profile from plain JSON.
 * @throws PkiError `bad-profile`, with the path of the first field at fault: `policies[1].oid: must be …`
 */
export function parseProfile(json: unknown): CertificateProfile {
  const fields = new JsonValue(json).object([
    'name',
    'issuedBy',
    'keyAlgorithms',
    'subject',
    'keyUsage',
    'extendedKeyUsage',
    'policies',
    'basicConstraints',
    'aia',
    'crlDistributionPoints',
    'identityNumbers',
    'validity',
    'revokeSupersededAfterDays',
    'twin',
    'recertify',
  ]);
  const issuedBy = fields.issuedBy.or(undefined, (name): string | undefined => parseProfileName(name));
  const profile: CertificateProfile = {
    name: parseProfileName(fields.name),
    ...(issuedBy !== undefined && { issuedBy }),
    keyAlgorithms: unique(
      fields.keyAlgorithms,
      fields.keyAlgorithms.filledList((item) => item.oneOf(keyAlgorithms)),
    ),
    subject: parseSubject(fields.subject),
    keyUsage: unique(
      fields.keyUsage,
      fields.keyUsage.filledList((item) => item.oneOf(keyUsageNames)),
    ),
    extendedKeyUsage: fields.extendedKeyUsage.or([], parsePurposes),
    policies: fields.policies.or([], parsePolicies),
    basicConstraints: fields.basicConstraints.or({ ca: false }, parseBasicConstraints),
    aia: fields.aia.or({ ocsp: [], caIssuers: [] }, parseAia),
    crlDistributionPoints: fields.crlDistributionPoints.or([], parseUris),
    identityNumbers: fields.identityNumbers.or(
      { kinds: [], oids: DEFAULT_IDENTITY_NUMBER_OIDS },
      parseIdentityNumbers,
    ),
    validity: parseValidity(fields.validity),
    revokeSupersededAfterDays: fields.revokeSupersededAfterDays.or(null, (days): number | null =>
      days.whole(0, 3650),
    ),
    twin: fields.twin.or('none', parseTwin),
    recertify: fields.recertify.or(false, (flag) => flag.boolean()),
  };
  if (profile.twin !== 'none' && profile.keyAlgorithms.some((algorithm) => algorithm !== 'sm2'))
    fields.twin.fail('comes with SM2 signing certificates alone');
  const wrong = contradictionIn(profile);
  if (wrong) new JsonValue(undefined, wrong.field).fail(wrong.message);
  return profile;
}

function parseTwin(value: JsonValue): CertificateProfile['twin'] {
  if (value.value === 'none') return 'none';
  const fields = value.object(['encryption', 'keepContainers']);
  return {
    encryption: parseProfileName(fields.encryption),
    keepContainers: fields.keepContainers.or(1, (number) => number.whole(0, 8)),
  };
}

function parseProfileName(value: JsonValue): string {
  const name = value.text();
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) && name.length <= 64
    ? name
    : value.fail('must be lower-case letters, digits and single hyphens, at most 64');
}

function parseSubject(value: JsonValue): SubjectRule[] {
  const rules = value.filledList((item): SubjectRule => {
    const fields = item.object(['type', 'required', 'value', 'maxLength']);
    const type = fields.type.text();
    if (!Object.hasOwn(attributeTypes, type)) fields.type.oid();
    const only = fields.value.or(undefined, (text): string | undefined => text.text());
    const maxLength = fields.maxLength.or(64, (number) => number.whole(1, 32_768));
    if (only !== undefined) checkFixedValue(fields.value, type, only, maxLength);
    return {
      type,
      required: fields.required.or(false, (flag) => flag.boolean()),
      maxLength,
      ...(only !== undefined && { value: only }),
    };
  });
  // Under whichever of its two names: nobody means two rules for one attribute.
  unique(
    value,
    rules.map(({ type }) => (Object.hasOwn(attributeTypes, type) ? attributeTypes[type] : type)),
  );
  return rules;
}

function checkFixedValue(at: JsonValue, type: string, value: string, maxLength: number): void {
  if ([...value].length > maxLength) at.fail(`is over ${maxLength} characters`);
  try {
    Name.of([{ type, value }]);
  } catch (error) {
    if (error instanceof PkiError) at.fail(error.message);
    throw error;
  }
  if (type === 'C' && !/^[A-Z]{2}$/.test(value)) at.fail('a country has two capital letters');
}

function parsePurposes(value: JsonValue): readonly string[] {
  const purposes = value.list((item) => {
    const name = item.text();
    return Object.hasOwn(keyPurposeOid, name) ? name : item.oid();
  });
  unique(
    value,
    purposes.map((name) => keyPurposeOid[name] ?? name),
  );
  return purposes;
}

function parsePolicies(value: JsonValue): CertificatePolicy[] {
  const policies = value.list((item) => {
    const fields = item.object(['oid', 'cps']);
    const cps = fields.cps.or(undefined, (uri): string | undefined => uri.uri());
    return { oid: fields.oid.oid(), ...(cps !== undefined && { cps }) };
  });
  unique(
    value,
    policies.map(({ oid }) => oid),
  );
  return policies;
}

function parseBasicConstraints(value: JsonValue): BasicConstraints {
  const fields = value.object(['ca', 'pathLength']);
  const ca = fields.ca.boolean();
  const pathLength = fields.pathLength.or(undefined, (number): number | undefined => number.whole(0, 16));
  if (!ca && pathLength !== undefined) fields.pathLength.fail('is for a CA alone');
  return { ca, ...(pathLength !== undefined && { pathLength }) };
}

function parseAia(value: JsonValue) {
  const fields = value.object(['ocsp', 'caIssuers']);
  return {
    ocsp: fields.ocsp.or([], parseUris),
    caIssuers: fields.caIssuers.or([], parseUris),
  };
}

function parseUris(value: JsonValue): readonly string[] {
  return unique(
    value,
    value.list((item) => item.uri()),
  );
}

function parseIdentityNumbers(value: JsonValue): CertificateProfile['identityNumbers'] {
  const fields = value.object(['kinds', 'oids']);
  const oids = fields.oids.or(DEFAULT_IDENTITY_NUMBER_OIDS, (list) => parseIdentityNumberOids(list));
  const kinds = fields.kinds.list((item) => {
    const kind = item.text();
    return oids.some((line) => line.kind === kind)
      ? kind
      : item.fail(`no object identifier is configured for ${kind}`);
  });
  unique(fields.kinds, kinds);
  return { kinds, oids };
}

function parseIdentityNumberOids(value: JsonValue): IdentityNumberOid[] {
  const table = value.list((item) => {
    const fields = item.object(['kind', 'oid', 'encoding']);
    const oid = fields.oid.oid();
    if (Object.values<string>(extensionOid).includes(oid))
      fields.oid.fail('is an extension of another meaning');
    return {
      kind: fields.kind.text(),
      oid,
      encoding: fields.encoding.or('printable' as const, (name) => name.oneOf(['printable', 'utf8', 'ia5'])),
    };
  });
  unique(
    value,
    table.map(({ kind }) => kind),
  );
  unique(
    value,
    table.map(({ oid }) => oid),
  );
  return table;
}

function parseValidity(value: JsonValue): CertificateProfile['validity'] {
  const fields = value.object(['terms', 'maxMonths', 'backdateMinutes']);
  const terms = unique(
    fields.terms,
    fields.terms.filledList((item) => item.whole(1, 600)),
  );
  return {
    terms,
    maxMonths: fields.maxMonths.or(Math.max(...terms), (number) => number.whole(Math.max(...terms), 1200)),
    backdateMinutes: fields.backdateMinutes.or(10, (number) => number.whole(0, 1440)),
  };
}

function unique<T>(value: JsonValue, items: readonly T[]): readonly T[] {
  const twice = items.find((item, index) => items.indexOf(item) !== index);
  return twice === undefined ? items : value.fail(`${twice} stands twice`);
}
