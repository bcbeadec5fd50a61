/** What a desk knows of a register over HTTP: keys and certificates opened from the configuration, checked at start. */
import { readFile } from 'node:fs/promises';
import { fromPem, keyAlgorithmOf, softwareSigner, toPem } from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import { readCertificate } from '../../platform/read-certificate.ts';
import { openSealed } from '../../platform/sealed-file.ts';
import type { HttpRegisterConfiguration } from '../configuration.ts';
import {
  type MessageSigner,
  type MessageVerifier,
  messageSigner,
  messageVerifier,
} from './signatures/keys.ts';

export interface HttpRegisterSettings {
  readonly configuration: HttpRegisterConfiguration;
  /** Signs requests, where they are signed. */
  readonly signing?: { readonly id: string; readonly signer: MessageSigner };
  /** Whose signature answers must have, if anybody's. */
  readonly answerKey?: MessageVerifier;
  /** PEM, as Node's TLS takes them. */
  readonly tls: { readonly ca?: string[]; readonly cert?: string; readonly key?: string };
}

/**
 * Opens what the configuration names; the register itself is not asked, and may be away.
 * @throws DeskError `configuration-invalid`, `passphrase-wrong`
 */
export async function openHttpRegister(
  configuration: HttpRegisterConfiguration,
  passphrase: string,
  now: Date,
): Promise<HttpRegisterSettings> {
  const { authentication } = configuration;
  const roots = await Promise.all(configuration.ca.map(readCertificate));
  const ca = roots.length > 0 ? { ca: roots.map((root) => root.toPem()) } : {};
  if (authentication.kind === 'signature') {
    const { key, keyId: id, publicKey } = authentication;
    const signer = await openSealed(key, passphrase, messageSigner);
    const answerKey = publicKey === undefined ? undefined : await readVerifier(publicKey);
    return { configuration, signing: { id, signer }, ...(answerKey && { answerKey }), tls: ca };
  }
  const { certificate: file, key, chain } = authentication;
  const [certificate, above, pkcs8] = await Promise.all([
    readCertificate(file),
    Promise.all(chain.map(readCertificate)),
    openSealed(key, passphrase, (content) => ({ content, publicKey: softwareSigner(content).publicKey })),
  ]);
  if (Buffer.compare(pkcs8.publicKey, certificate.publicKey) !== 0)
    throw invalid(`${key} is not the key of ${file}`);
  if (keyAlgorithmOf(certificate.publicKey) === 'sm2')
    throw invalid(`${file} is of an SM2 key, with which no TLS is spoken here`);
  if (now > certificate.notAfter) throw invalid(`${file} has expired`);
  const cert = [certificate, ...above].map((one) => one.toPem()).join('');
  return { configuration, tls: { ...ca, cert, key: toPem('PRIVATE KEY', pkcs8.content) } };
}

async function readVerifier(file: string): Promise<MessageVerifier> {
  try {
    const block = fromPem(await readFile(file, 'utf8')).find(({ label }) => label === 'PUBLIC KEY');
    if (!block) throw new Error('holds no public key');
    return messageVerifier(block.der);
  } catch (cause) {
    throw invalid(`${file}: ${(cause as Error).message}`);
  }
}

function invalid(where: string): DeskError {
  return new DeskError('configuration-invalid', { where });
}
