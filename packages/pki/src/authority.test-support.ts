/** A small CA for tests. */
import {
  authorityKeyIdentifier,
  type BasicConstraints,
  basicConstraints,
  buildCertificate,
  Certificate,
  type Extension,
  generateSoftwareKey,
  type KeyAlgorithm,
  type KeyUsage,
  keyIdentifierOf,
  keyUsage,
  Name,
  type Signer,
  softwareSigner,
  subjectKeyIdentifier,
} from './index.ts';

export interface Party {
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly privateKey: Uint8Array;
}

export interface PartyOptions {
  readonly name: string;
  readonly algorithm?: KeyAlgorithm;
  readonly constraints?: BasicConstraints;
  readonly usage?: readonly KeyUsage[] | undefined;
  readonly more?: readonly Extension[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly serialNumber?: string;
  /** Another key pair's signer, to make one certificate for a key that has one already. */
  readonly keyOf?: Party;
}

export const NOW = new Date('2026-06-15T08:00:00Z');

export function nameOf(commonName: string): Name {
  return Name.of([
    { type: 'C', value: 'CN' },
    { type: 'O', value: '试验机构' },
    { type: 'CN', value: commonName },
  ]);
}

/** Issues a certificate under an issuer, or one signed by itself. */
export async function issue(options: PartyOptions, issuer?: Party): Promise<Party> {
  const privateKey = options.keyOf?.privateKey ?? generateSoftwareKey(options.algorithm ?? 'p256').privateKey;
  const signer = softwareSigner(privateKey);
  const subject = nameOf(options.name);
  const usage =
    'usage' in options
      ? options.usage
      : options.constraints?.ca
        ? (['keyCertSign', 'cRLSign'] as const)
        : (['digitalSignature', 'nonRepudiation'] as const);
  const der = await buildCertificate({
    serialNumber: options.serialNumber ?? '4a11ce0042',
    issuer: issuer?.certificate.subject ?? subject,
    subject,
    notBefore: options.notBefore ?? new Date('2026-01-01T00:00:00Z'),
    notAfter: options.notAfter ?? new Date('2027-01-01T00:00:00Z'),
    publicKey: signer.publicKey,
    extensions: [
      authorityKeyIdentifier(keyIdentifierOf((issuer?.signer ?? signer).publicKey)),
      subjectKeyIdentifier(keyIdentifierOf(signer.publicKey)),
      ...(usage ? [keyUsage(usage)] : []),
      ...(options.constraints ? [basicConstraints(options.constraints)] : []),
      ...(options.more ?? []),
    ],
    signer: issuer?.signer ?? signer,
  });
  return { certificate: Certificate.parse(der), signer, privateKey };
}
