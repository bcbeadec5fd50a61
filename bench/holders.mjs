// Holders whose keys are in this process: companies of a register, with certificates of a CA's former system that the desk
// is told to trust. Made by the commands that an operator uses.

import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  authorityKeyIdentifier,
  basicConstraints,
  buildCertificate,
  buildRequest,
  certificateDigest,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  generateSoftwareKey,
  identityNumberExtension,
  keyIdentifierOf,
  keyUsage,
  Name,
  softwareSigner,
  subjectKeyIdentifier,
} from '@certdesk/pki';

const DAY_MS = 86_400_000;

/**
 * @typedef {object} Holder
 * @property {string} certificate DER in base64
 * @property {string} certificateDigest
 * @property {import('@certdesk/pki').Signer} signer of that certificate's key
 * @property {import('@certdesk/pki').Signer} newSigner of the key pair that a renewal is for
 * @property {string} request PKCS#10 of the new key pair, DER in base64: made beforehand, it is the key's work
 * @property {string} requestDigest
 *
 * @typedef {{ subject: Name, signer: import('@certdesk/pki').Signer, notBefore: Date, notAfter: Date }} Issuer
 */

/**
 * Puts a trusted former CA into the desk's configuration, its companies into the register, and their certificates into
 * the register of certificates. The desk must not run yet.
 * @param {import('./desk.mjs').BenchDesk} desk
 * @param {number} count
 * @returns {Promise<Holder[]>}
 */
export async function makeHolders(desk, count) {
  const folder = join(desk.folder, 'former');
  mkdirSync(folder);
  const at = (/** @type {string} */ name) => join(folder, name);
  const issuer = formerCa();
  writeFileSync(at('root.cer'), await certificateOf(issuer, issuer.subject, issuer.signer.publicKey, []));
  const { authority = {} } = desk.configuration;
  desk.configure({ authority: { ...authority, trustedRoots: [at('root.cer')] } });

  const holders = [];
  const files = [];
  const lines = ['name,organizationCode,socialInsurance'];
  for (let number = 0; number < count; number += 1) {
    const name = `上海示例贸易第${number}有限公司`;
    const [organizationCode, socialInsurance] = [String(100_000_000 + number), String(200_000_000 + number)];
    lines.push(`${name},${organizationCode},${socialInsurance}`);
    const made = await makeHolder(issuer, name, { organizationCode, socialInsurance });
    holders.push(made);
    const file = at(`${number}.cer`);
    writeFileSync(file, Buffer.from(made.certificate, 'base64'));
    files.push(file);
  }
  writeFileSync(at('register.csv'), `${lines.join('\n')}\n`);
  await desk.certdesk('registry', 'import', at('register.csv'));
  await desk.certdesk('certificate', 'import', ...files);
  return holders;
}

/** @returns {Issuer} */
function formerCa() {
  const signer = softwareSigner(generateSoftwareKey('sm2').privateKey);
  const now = Date.now();
  return {
    subject: nameOf('Former CA'),
    signer,
    notBefore: new Date(now - 3000 * DAY_MS),
    notAfter: new Date(now + 3000 * DAY_MS),
  };
}

/**
 * @param {Issuer} issuer
 * @param {string} name
 * @param {Record<string, string>} numbers
 * @returns {Promise<Holder>}
 */
async function makeHolder(issuer, name, numbers) {
  const signer = softwareSigner(generateSoftwareKey('sm2').privateKey);
  const newSigner = softwareSigner(generateSoftwareKey('sm2').privateKey);
  const subject = nameOf(name);
  const extensions = Object.entries(numbers).map(([kind, value]) =>
    identityNumberExtension({ kind, value }, DEFAULT_IDENTITY_NUMBER_OIDS),
  );
  const notAfter = new Date(Date.now() + 40 * DAY_MS);
  const term = { ...issuer, notBefore: new Date(notAfter.getTime() - 365 * DAY_MS), notAfter };
  const certificate = await certificateOf(term, subject, signer.publicKey, extensions);
  const request = await buildRequest({ subject, signer: newSigner });
  return {
    certificate: Buffer.from(certificate).toString('base64'),
    certificateDigest: certificateDigest(certificate),
    signer,
    newSigner,
    request: Buffer.from(request).toString('base64'),
    requestDigest: createHash('sha256').update(request).digest('hex'),
  };
}

/**
 * @param {Issuer} issuer its validity is the certificate's
 * @param {Name} subject the issuer's own: a CA certificate
 * @param {Uint8Array} publicKey
 * @param {import('@certdesk/pki').Extension[]} more
 */
function certificateOf(issuer, subject, publicKey, more) {
  const ca = subject === issuer.subject;
  return buildCertificate({
    serialNumber: `4a${randomBytes(12).toString('hex')}`,
    issuer: issuer.subject,
    subject,
    notBefore: issuer.notBefore,
    notAfter: issuer.notAfter,
    publicKey,
    extensions: [
      authorityKeyIdentifier(keyIdentifierOf(issuer.signer.publicKey)),
      subjectKeyIdentifier(keyIdentifierOf(publicKey)),
      keyUsage(ca ? ['keyCertSign', 'cRLSign'] : ['digitalSignature', 'nonRepudiation']),
      ...(ca ? [basicConstraints({ ca: true })] : []),
      ...more,
    ],
    signer: issuer.signer,
  });
}

/** @param {string} commonName */
function nameOf(commonName) {
  return Name.of([
    { type: 'C', value: 'CN' },
    { type: 'CN', value: commonName },
  ]);
}
