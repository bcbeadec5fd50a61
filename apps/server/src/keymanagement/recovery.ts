/**
 * Recovery of an encryption key: what two people sign, and which receivers it may be for. The desk asks this before it takes a
 * command, the key management asks it again by itself: both certificates are named by their digests in what was signed.
 */
import { Digest } from '@certdesk/contract';
import { type Certificate, certificateDigest, keyAlgorithmOf } from '@certdesk/pki';
import { z } from 'zod';
import { entityNameOf, identityNumbersOf } from '../authority/summary.ts';
import { DeskError } from '../platform/error.ts';

export const recoverAction = 'key.recover';
/** Followed by the digest of the encryption certificate. */
export const recoverSubject = 'certificate:';

const EntityName = z.string().min(1).max(300);

export const RecoveryParameters = z.strictObject({
  /** Name in the encryption certificate, so that whoever signs reads whose key it is. */
  holder: EntityName,
  /** Digest of the signing certificate for whose key the envelope is made. */
  for: Digest,
  /** Where that is another entity's certificate, a court's say: the name in it. Without this both are one entity's. */
  authority: EntityName.optional(),
});
export type RecoveryParameters = z.infer<typeof RecoveryParameters>;

export interface RecoveryCertificates {
  /** Of the pair that is recovered. */
  readonly encryption: Certificate;
  /** For whose key the envelope is. */
  readonly receiver: Certificate;
}

/** What is signed for these two. @param authority whether the receiver may be another entity than the holder */
export function recoveryOf({ encryption, receiver }: RecoveryCertificates, authority: string | undefined) {
  return {
    action: recoverAction,
    subject: `${recoverSubject}${certificateDigest(encryption.der)}`,
    parameters: {
      holder: entityNameOf(encryption),
      for: certificateDigest(receiver.der),
      ...(authority !== undefined && { authority }),
    },
  };
}

/**
 * Makes sure that the two certificates are those that were signed for, and that the one may get the other's key.
 * @param digest of the encryption certificate, as signed
 * @throws DeskError `recovery-certificate`, `recovery-receiver`, `recovery-other-holder`
 */
export function checkRecovery(
  digest: string,
  { holder, for: target, authority }: RecoveryParameters,
  { encryption, receiver }: RecoveryCertificates,
  now: Date,
): void {
  const named = { certificate: encryption.serialNumber };
  if (
    certificateDigest(encryption.der) !== digest ||
    entityNameOf(encryption) !== holder ||
    !encrypts(encryption)
  )
    throw new DeskError('recovery-certificate', named);
  const other = { certificate: receiver.serialNumber };
  const inTerm = receiver.notBefore <= now && now <= receiver.notAfter;
  if (certificateDigest(receiver.der) !== target || !inTerm || !signs(receiver))
    throw new DeskError('recovery-receiver', other);
  const may =
    authority === undefined ? sameHolder(encryption, receiver) : entityNameOf(receiver) === authority;
  if (!may) throw new DeskError('recovery-other-holder', other);
}

const encrypts = ({ keyUsage = [] }: Certificate) =>
  (['keyEncipherment', 'dataEncipherment', 'keyAgreement'] as const).some((use) => keyUsage.includes(use));

function signs({ keyUsage, publicKey }: Certificate): boolean {
  return keyUsage?.includes('digitalSignature') === true && keyAlgorithmOf(publicKey) === 'sm2';
}

/** A number in common, and none that contradicts: names change, numbers are who an entity is. */
function sameHolder(one: Certificate, other: Certificate): boolean {
  const numbers = identityNumbersOf(other);
  const compared = identityNumbersOf(one).flatMap(({ kind, value }) => {
    const against = numbers.filter((number) => number.kind === kind);
    return against.length > 0 ? [against.some((number) => number.value === value)] : [];
  });
  return compared.length > 0 && compared.every(Boolean);
}
