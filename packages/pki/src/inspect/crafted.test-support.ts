/** Certificates made by hand, field by field, with a signature that nobody looks at: what no decent CA would issue. */
import {
  type AlgorithmIdentifier,
  authorityKeyIdentifier,
  Certificate,
  der,
  type Extension,
  generateSoftwareKey,
  keyUsage,
  Name,
  signatureAlgorithmFor,
  subjectKeyIdentifier,
} from '../index.ts';

export interface Crafted {
  readonly version?: der.Der;
  readonly serialNumber?: Uint8Array;
  readonly algorithm?: Pick<AlgorithmIdentifier, 'der'>;
  readonly issuer?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly times?: readonly [der.Der, der.Der];
  readonly publicKey?: Uint8Array;
  readonly more?: readonly der.Der[];
  /** `undefined`: none at all. */
  readonly extensions?: readonly (Extension | Uint8Array)[] | undefined;
}

export const sm2Key = generateSoftwareKey('sm2').publicKey;
export const identifiers = [
  subjectKeyIdentifier(Uint8Array.of(1)),
  authorityKeyIdentifier(Uint8Array.of(2)),
] as const;
export const signing = keyUsage(['digitalSignature', 'nonRepudiation']);

export const named = (value: string) =>
  Name.of([
    { type: 'C', value: 'CN' },
    { type: 'CN', value },
  ]).der;

/** A name of one attribute, its value written as it is given. */
export const nameWith = (oid: string, value: der.Der) =>
  der.encode(der.sequence(der.setOf(der.sequence(der.oid(oid), value))));

/** Nothing about it is unusual, but for what is given. */
export function crafted(fields: Crafted = {}): Certificate {
  const algorithm = fields.algorithm ?? signatureAlgorithmFor('sm2');
  const list = 'extensions' in fields ? fields.extensions : [...identifiers, signing];
  const extensions = list?.map((each) => ('oid' in each ? (each.der ?? new Uint8Array()) : each));
  const tbs = der.sequence(
    ...(fields.version ? [fields.version] : list ? [der.explicit(0, der.integer(2))] : []),
    der.tagged(0x02, fields.serialNumber ?? Uint8Array.of(0x31, 0xb4, 0x3e)),
    algorithm.der,
    fields.issuer ?? named('示例证书中心'),
    der.sequence(
      ...(fields.times ?? [
        der.time(new Date('2026-01-01T00:00:00Z')),
        der.time(new Date('2027-01-01T00:00:00Z')),
      ]),
    ),
    fields.subject ?? named('示例有限公司'),
    fields.publicKey ?? sm2Key,
    ...(fields.more ?? []),
    ...(extensions ? [der.explicit(3, der.sequence(...extensions))] : []),
  );
  return Certificate.parse(der.encode(der.sequence(tbs, algorithm.der, der.bitString(Uint8Array.of(1)))));
}
