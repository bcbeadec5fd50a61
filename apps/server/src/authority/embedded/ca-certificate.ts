/** The certificates of CAs themselves, RFC 5280 §4.2.1.9 and §6: roots, and issuing CAs right below them. */
import {
  authorityKeyIdentifier,
  basicConstraints,
  buildCertificate,
  Certificate,
  keyIdentifierOf,
  keyUsage,
  Name,
  type Signer,
  subjectKeyIdentifier,
  toPem,
} from '@certdesk/pki';
import { writeFileAtomically } from '@certdesk/safe';
import { randomSerialNumber } from '../serial-number.ts';

/** Certificates begin a little before they are issued, those of CAs too, and never before their CA. */
const backdateMs = 3_600_000;

export interface RootContent {
  readonly name: Name;
  readonly signer: Signer;
  readonly years: number;
  readonly now: Date;
}

/** A root that signs itself. */
export async function rootCertificate({ name, signer, years, now }: RootContent): Promise<Certificate> {
  return Certificate.parse(
    await buildCertificate({
      serialNumber: randomSerialNumber(),
      issuer: name,
      subject: name,
      notBefore: backdated(now),
      notAfter: yearsAfter(now, years),
      publicKey: signer.publicKey,
      extensions: [
        subjectKeyIdentifier(keyIdentifierOf(signer.publicKey)),
        keyUsage(['keyCertSign', 'cRLSign']),
        basicConstraints({ ca: true }),
      ],
      signer,
    }),
  );
}

export interface IssuingContent {
  readonly root: Certificate;
  readonly rootSigner: Signer;
  readonly subject: Name;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** It never outlives the root. */
  readonly years: number;
  readonly now: Date;
}

/** An issuing CA below a root: it issues to holders and to no further CA. */
export async function issuingCertificate(content: IssuingContent): Promise<Certificate> {
  const { root, rootSigner, subject, publicKey, years, now } = content;
  const notBefore = Math.max(backdated(now).getTime(), root.notBefore.getTime());
  const notAfter = Math.min(yearsAfter(now, years).getTime(), root.notAfter.getTime());
  return Certificate.parse(
    await buildCertificate({
      serialNumber: randomSerialNumber(),
      issuer: root.subject,
      subject,
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      publicKey,
      extensions: [
        authorityKeyIdentifier(root.subjectKeyIdentifier ?? keyIdentifierOf(root.publicKey)),
        subjectKeyIdentifier(keyIdentifierOf(publicKey)),
        keyUsage(['keyCertSign', 'cRLSign']),
        basicConstraints({ ca: true, pathLength: 0 }),
      ],
      signer: rootSigner,
    }),
  );
}

export function caName(organisation: string, role: string): Name {
  return Name.of([
    { type: 'C', value: 'CN' },
    { type: 'O', value: organisation },
    { type: 'CN', value: `${organisation} ${role}` },
  ]);
}

export async function writeCertificate(path: string, certificate: Certificate): Promise<void> {
  await writeFileAtomically(path, Buffer.from(toPem('CERTIFICATE', certificate.der)), 0o644);
}

function wholeSeconds(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}

function backdated(now: Date): Date {
  return new Date(wholeSeconds(now).getTime() - backdateMs);
}

function yearsAfter(at: Date, years: number): Date {
  const end = wholeSeconds(at);
  end.setUTCFullYear(end.getUTCFullYear() + years);
  return end;
}
