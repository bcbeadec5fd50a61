import { CKF, CKM, type MechanismInfo, type TokenInfo } from '@certdesk/pkcs11';
import type { KeyAlgorithm, KeyInfo, PinState } from '../key.ts';

export type Pkcs11KeyAlgorithm = Exclude<KeyAlgorithm, 'sm2'>;

/** What a token can generate and sign with: EC before RSA, because it is what new certificates are for. */
const WANTS: readonly { algorithm: Pkcs11KeyAlgorithm; bits: number; make: number; sign: number }[] = [
  { algorithm: 'p256', bits: 256, make: CKM.EC_KEY_PAIR_GEN, sign: CKM.ECDSA },
  { algorithm: 'p384', bits: 384, make: CKM.EC_KEY_PAIR_GEN, sign: CKM.ECDSA },
  { algorithm: 'rsa2048', bits: 2048, make: CKM.RSA_PKCS_KEY_PAIR_GEN, sign: CKM.RSA_PKCS },
  { algorithm: 'rsa3072', bits: 3072, make: CKM.RSA_PKCS_KEY_PAIR_GEN, sign: CKM.RSA_PKCS },
];

export const KNOWN_ALGORITHMS: readonly string[] = WANTS.map(({ algorithm }) => algorithm);

function algorithmsOf(mechanisms: readonly MechanismInfo[]): Pkcs11KeyAlgorithm[] {
  const offers = (type: number, bits: number) => {
    const found = mechanisms.find((one) => one.type === type);
    // Some modules leave the sizes out.
    return found !== undefined && found.min <= bits && (found.max === 0 || bits <= found.max);
  };
  return WANTS.filter(({ bits, make, sign }) => offers(make, bits) && offers(sign, bits)).map(
    ({ algorithm }) => algorithm,
  );
}

/** PKCS#11 says whether the counter is low, at its last try, or used up; never a number. */
function pinState(
  flags: number,
  bits: { low: number; final: number; locked: number; initial: number },
): PinState {
  const has = (bit: number) => (flags & bit) !== 0;
  const flag = has(bits.locked) ? 'locked' : has(bits.final) ? 'final' : has(bits.low) ? 'low' : 'ok';
  return { flag, initial: has(bits.initial) };
}

export function userPinState({ flags }: TokenInfo): PinState {
  // A token whose user never got a PIN wants its administrator, as a locked one does.
  if (!(flags & CKF.USER_PIN_INITIALIZED)) return { flag: 'locked' };
  return pinState(flags, {
    low: CKF.USER_PIN_COUNT_LOW,
    final: CKF.USER_PIN_FINAL_TRY,
    locked: CKF.USER_PIN_LOCKED,
    initial: CKF.USER_PIN_TO_BE_CHANGED,
  });
}

export function adminPinState({ flags }: TokenInfo): PinState {
  return pinState(flags, {
    low: CKF.SO_PIN_COUNT_LOW,
    final: CKF.SO_PIN_FINAL_TRY,
    locked: CKF.SO_PIN_LOCKED,
    initial: CKF.SO_PIN_TO_BE_CHANGED,
  });
}

export function keyInfo(
  ref: string,
  token: TokenInfo,
  mechanisms: readonly MechanismInfo[],
  files: boolean,
): KeyInfo {
  const { label, manufacturer, model, serial } = token;
  return {
    family: 'pkcs11',
    ref,
    label,
    manufacturer,
    model,
    serial,
    algorithms: algorithmsOf(mechanisms),
    room: 'unknown',
    pin: userPinState(token),
    adminPin: adminPinState(token),
    // A twin key comes wrapped for SM2, which PKCS#11 v2.40 does not know: it could only be created from its clear parts.
    can: { importEncryptionKey: false, files, unblockByChallenge: false },
  };
}
