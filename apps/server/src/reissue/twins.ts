/** Twin certificates where they are reissued: which rules hold, where the pairs are, how the new encryption key is proved. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { encryptionProofOctets } from '@certdesk/contract';
import { Sm2PublicKey, sm4EncryptEcb } from '@certdesk/gm';
import { Certificate, type CertificateProfile } from '@certdesk/pki';
import type { CertificateRow } from '../authority/certificates.ts';
import { DeskError } from '../platform/error.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { EncryptionProof, ReissueData } from './data.ts';
import type { ReissueKind, ReissueKinds } from './kinds.ts';

/** Profiles by name, and the one for certificates that have a twin already. */
export interface TwinSettings {
  readonly profiles: ReadonlyMap<string, CertificateProfile>;
  readonly twinProfile: string | undefined;
}

/**
 * @param withKeys whether the desk has a key management to ask for pairs
 * @throws DeskError `configuration-invalid` when a profile in use asks for a twin that nobody makes
 */
export function readTwinSettings(
  twinProfile: string | undefined,
  kinds: ReissueKinds,
  profiles: ReadonlyMap<string, CertificateProfile>,
  withKeys: boolean,
): TwinSettings {
  const invalid = (where: string): never => {
    throw new DeskError('configuration-invalid', { where });
  };
  if (twinProfile !== undefined) {
    const profile = profiles.get(twinProfile) ?? invalid(`renewal.twinProfile: there is no ${twinProfile}`);
    if (profile.twin === 'none') invalid(`renewal.twinProfile: ${twinProfile} has no twin`);
  }
  const inUse = [...kinds.values(), ...(twinProfile ? [profiles.get(twinProfile)] : [])];
  const asks = inUse.find((profile) => profile && profile.twin !== 'none');
  if (asks && !withKeys) invalid(`keyManagement: is missing, and ${asks.name} asks for encryption key pairs`);
  return { profiles, twinProfile };
}

/** What a case keeps of its profile's rules: they stay what they were when it was opened. */
export function twinRules(
  kind: ReissueKind,
  { profiles, twinProfile }: TwinSettings,
  hasTwin: boolean,
): Pick<ReissueData, 'profile' | 'algorithm' | 'twin' | 'recertify'> {
  const own = profiles.get(kind.profile);
  // What were twins stay twins.
  const keeps = hasTwin && kind.algorithm === 'sm2' && own?.twin === 'none' && twinProfile !== undefined;
  const profile = keeps ? profiles.get(twinProfile) : own;
  if (!profile) throw new DeskError('authority-unavailable', { profile: kind.profile });
  const { name, twin, recertify } = profile;
  return {
    profile: name,
    algorithm: kind.algorithm,
    twin: twin === 'none' ? null : { encryption: twin.encryption, keep: twin.keepContainers },
    recertify,
  };
}

/** What the key management knows the pair by that a case asks for with a signing key. */
export function pairName(caseId: string, signingKey: string): string {
  return `case:${caseId}:${signingKey}`;
}

/** The encryption certificate of a line that is in force, the newest if a former system left several. */
export async function encryptionInForce(tx: Db | Tx, lineId: string): Promise<CertificateRow | undefined> {
  return tx
    .selectFrom('certificate')
    .selectAll()
    .where('line_id', '=', lineId)
    .where('state', '=', 'in-force')
    .where('use', '=', 'encryption')
    .orderBy('not_after', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Name of the key management's pair that a certificate is for; undefined: it came from elsewhere. */
export async function pairOf(tx: Db | Tx, certificateId: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('certificate_pair')
    .select('pair')
    .where('certificate_id', '=', certificateId)
    .executeTakeFirst();
  return row?.pair;
}

export function makeEncryptionProof(
  encryption: { readonly der: Uint8Array; readonly digest: string },
  about: { readonly case: string; readonly nonce: string },
): EncryptionProof {
  const sessionKey = randomBytes(16);
  const secret = randomBytes(32);
  const octets = encryptionProofOctets({ ...about, certificate: encryption.digest });
  const check = createHmac('sm3', secret).update(octets).digest('hex');
  const receiver = Sm2PublicKey.fromSpki(Certificate.parse(encryption.der).publicKey);
  return {
    wrappedKey: Buffer.from(receiver.encrypt(sessionKey, 'asn1')).toString('base64'),
    data: Buffer.from(sm4EncryptEcb(sessionKey, secret, { padding: false })).toString('base64'),
    expected: sha256(check),
  };
}

export function provesEncryption(proof: EncryptionProof, check: string): boolean {
  return sha256(check) === proof.expected;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
