/** What a desk knows of the CA that it asks over CMP: opened from the configuration, checked at start. */
import { readFile } from 'node:fs/promises';
import {
  type Certificate,
  type CmpTrust,
  macProtector,
  Name,
  PkiError,
  type Protector,
  signatureProtector,
  softwareSigner,
} from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import { readCertificate } from '../../platform/read-certificate.ts';
import { openSealed } from '../../platform/sealed-file.ts';
import type { CmpConfiguration } from '../../setup/cmp-configuration.ts';
import type { Profiles } from '../profiles.ts';

export interface CmpSettings {
  readonly url: string;
  /** Issuing CA first, root last. */
  readonly chain: readonly Certificate[];
  readonly sender: Name;
  readonly recipient: Name;
  readonly protector: Protector;
  /** Sent along, so that the CA finds the protecting key. */
  readonly extraCertificates: readonly Certificate[];
  readonly trust: CmpTrust;
  readonly request: CmpConfiguration['request'];
  /** Whether the CA is asked for the profile's extensions. */
  readonly extensions: boolean;
  /** Whose term it is that certificates have: `asked` for, or the CA's own. */
  readonly term: 'asked' | 'authority';
  readonly implicitConfirm: boolean;
  readonly timeoutMs: number;
}

/**
 * Opens keys and certificates of a CMP configuration; the CA itself is not asked.
 * @throws DeskError `configuration-invalid`, `passphrase-wrong`
 */
export async function openCmp(
  configuration: CmpConfiguration,
  passphrase: string,
  now: Date,
): Promise<CmpSettings> {
  const { protection } = configuration;
  const chain = await Promise.all(configuration.chain.map(readCertificate));
  const [issuing] = chain;
  if (!issuing) throw invalid('authority.cmp.chain: no certificate');
  checkCaChain(chain, configuration.chain, now);
  const recipient = configuration.recipient ? nameOf(configuration.recipient, 'recipient') : issuing.subject;
  const shared = {
    url: configuration.url,
    chain,
    recipient,
    request: configuration.request,
    extensions: configuration.extensions,
    term: configuration.term ?? (configuration.request === 'p10cr' ? 'authority' : 'asked'),
    implicitConfirm: configuration.implicitConfirm,
    timeoutMs: configuration.timeoutSeconds * 1000,
  };
  if (shared.term === 'asked' && shared.request === 'p10cr')
    throw invalid('authority.cmp.term: a PKCS#10 request cannot ask for a term; set "authority"');
  if (protection.kind === 'mac') {
    const secret = await readSecret(protection.secret);
    const sender = configuration.sender ? nameOf(configuration.sender, 'sender') : Name.of([]);
    const protector = macProtector(secret, Buffer.from(protection.reference));
    return { ...shared, sender, protector, extraCertificates: [], trust: { kind: 'mac', secret } };
  }
  const [certificate, signer, above, signers] = await Promise.all([
    readCertificate(protection.certificate),
    openSealed(protection.key, passphrase, softwareSigner),
    Promise.all(protection.chain.map(readCertificate)),
    Promise.all(protection.signers.map(readCertificate)),
  ]);
  if (Buffer.compare(signer.publicKey, certificate.publicKey) !== 0)
    throw invalid(`${protection.key} is not the key of ${protection.certificate}`);
  if (now > certificate.notAfter) throw invalid(`${protection.certificate} has expired`);
  return {
    ...shared,
    sender: certificate.subject,
    protector: signatureProtector(signer, certificate),
    extraCertificates: [certificate, ...above],
    trust: { kind: 'signature', signers: signers.length > 0 ? signers : [issuing] },
  };
}

/**
 * @param configured whether the configuration names them; of the desk's own, those for twins are left out
 * @throws DeskError `configuration-invalid` for what another CA is not asked for over CMP
 */
export function cmpProfiles(profiles: Profiles, configured: boolean): Profiles {
  const twins = [...profiles.values()].filter(({ twin }) => twin !== 'none').map(({ name }) => name);
  if (configured && twins.length > 0)
    throw invalid(`profile ${twins[0]}: twin certificates cannot be had over CMP; set its twin to "none"`);
  return new Map([...profiles].filter(([name]) => !twins.includes(name)));
}

/** @throws DeskError `configuration-invalid` unless each is a CA that the next one issued, up to a root */
function checkCaChain(chain: readonly Certificate[], files: readonly string[], now: Date): void {
  for (const [at, certificate] of chain.entries()) {
    const issuer = chain[at + 1] ?? certificate;
    const file = files[at];
    if (!certificate.basicConstraints?.ca) throw invalid(`${file} is no certificate of a CA`);
    if (now > certificate.notAfter) throw invalid(`${file} has expired`);
    if (certificate.issuer.equals(issuer.subject) && certificate.verifiedBy(issuer)) continue;
    throw invalid(
      at + 1 < chain.length
        ? `${file} was not issued by ${files[at + 1]}`
        : `${file} is no root: authority.cmp.chain goes from the issuing CA up to one`,
    );
  }
}

function nameOf(attributes: readonly { type: string; value: string }[], where: string): Name {
  try {
    return Name.of(attributes);
  } catch (error) {
    if (error instanceof PkiError) throw invalid(`authority.cmp.${where}: ${error.message}`);
    throw error;
  }
}

/** The first line of a file, as with the passphrase; nothing of it is ever told. */
async function readSecret(file: string): Promise<Uint8Array> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    throw invalid(`${file}: ${(cause as NodeJS.ErrnoException).code}`);
  }
  const [line = ''] = content.split(/\r?\n/);
  if (line.length < 8) throw invalid(`${file}: the first line is no secret of at least 8 characters`);
  return Buffer.from(line);
}

function invalid(where: string): DeskError {
  return new DeskError('configuration-invalid', { where });
}
