/** Issuing CA keys in HSMs, by PKCS#11: P-256, P-384 and RSA. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { NativeError } from '@certdesk/native';
import { generatePkcs11Key, openPkcs11Signer, Pkcs11Error, type Pkcs11Signer } from '@certdesk/pkcs11';
import type { KeyAlgorithm } from '@certdesk/pki';
import { DeskError } from '../../../platform/error.ts';
import { readPassphrase } from '../../../setup/configuration.ts';
import { pinRefusals } from './pin-refusals.ts';
import type { CaSigner, Pkcs11KeyPlace } from './signer.ts';

type Place = Pkcs11KeyPlace['pkcs11'];

/**
 * Opens a key in an HSM, and tries it. Its sessions are kept; when they or the HSM are gone, the next signature opens
 * them again. A PIN that the HSM refused is not tried again by anybody on this machine until its file has changed.
 * @param folder of the authority
 * @throws DeskError `hsm-unavailable`, `hsm-pin`, `configuration-invalid`
 */
export async function openPkcs11CaSigner(
  { pkcs11: place }: Pkcs11KeyPlace,
  folder: string,
): Promise<CaSigner> {
  const first = await openOnce(place, folder);
  return new HsmSigner(place, folder, first);
}

/**
 * Makes a key in an HSM that never leaves it, or opens the one of this label that a command left which was cut off.
 * @throws DeskError `hsm-unavailable`, `hsm-pin`, `configuration-invalid`
 */
export async function createPkcs11CaSigner(
  place: Pkcs11KeyPlace,
  algorithm: KeyAlgorithm,
  folder: string,
): Promise<CaSigner> {
  if (algorithm === 'sm2')
    throw new DeskError('configuration-invalid', {
      where: 'PKCS#11 has no SM2; HSMs with SM2 speak SDF (GM/T 0018), which certdesk does not yet',
    });
  try {
    return await openPkcs11CaSigner(place, folder);
  } catch (error) {
    if (!(error instanceof DeskError && codeOf(error.cause) === 'key-not-found')) throw error;
  }
  const { module, tokenLabel, keyLabel } = place.pkcs11;
  await atHsm(place.pkcs11, folder, (pin) =>
    generatePkcs11Key({ module, tokenLabel, keyLabel, algorithm, pin: pin() }),
  );
  return openPkcs11CaSigner(place, folder);
}

class HsmSigner implements CaSigner {
  readonly algorithm: KeyAlgorithm;
  readonly publicKey: Uint8Array;
  readonly #place: Place;
  readonly #folder: string;
  #opened: Promise<Pkcs11Signer> | undefined;
  #closed = false;

  constructor(place: Place, folder: string, opened: Pkcs11Signer) {
    this.#place = place;
    this.#folder = folder;
    this.algorithm = opened.algorithm;
    this.publicKey = opened.publicKey;
    this.#opened = Promise.resolve(opened);
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    if (this.#closed) throw new DeskError('authority-unavailable');
    this.#opened ??= this.#open();
    const used = this.#opened;
    try {
      return await (await used).sign(message);
    } catch (error) {
      // Once for all who found it gone: the next signature begins anew, with sessions that are not of before.
      if (this.#opened === used) {
        this.#opened = undefined;
        void used.then((signer) => signer.close()).catch(() => undefined);
      }
      const cause = await told(error, this.#place, this.#folder);
      throw new DeskError('authority-unavailable', {}, { cause });
    }
  }

  async #open(): Promise<Pkcs11Signer> {
    const signer = await openOnce(this.#place, this.#folder);
    if (Buffer.compare(signer.publicKey, this.publicKey) === 0) return signer;
    await signer.close();
    throw new Pkcs11Error('key-not-found', 'there is another key in its place');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opened?.then((signer) => signer.close()).catch(() => undefined);
  }
}

function openOnce(place: Place, folder: string): Promise<Pkcs11Signer> {
  const { module, tokenLabel, keyLabel } = place;
  return atHsm(place, folder, (pin) =>
    openPkcs11Signer({
      module,
      tokenLabel,
      keyLabel,
      // Read at each login, also by a signer that finds its sessions gone: what was refused meanwhile is not tried again.
      get pin() {
        return pin();
      },
    }),
  );
}

/** One at a time on each token: of two that would try a wrong PIN, the second must know of the first. */
const turns = new Map<string, Promise<unknown>>();

/** @param work is given the PIN as a function that throws where it was refused since */
async function atHsm<T>(place: Place, folder: string, work: (pin: () => string) => Promise<T>): Promise<T> {
  const token = tokenOf(place);
  const before = turns.get(token);
  const mine = (async () => {
    await before?.catch(() => undefined);
    const pinFile = resolve(folder, place.pinFile);
    const refusals = pinRefusals(folder);
    const refusal = () => new DeskError('hsm-pin', { token: place.tokenLabel, file: pinFile });
    // A PIN file that is not there is named by what reads it.
    const modified = await modifiedAt(pinFile);
    if (await refusals.has(token, modified)) throw refusal();
    const pin = await readPassphrase(pinFile);
    try {
      return await work(() => {
        if (refusals.knows(token, modified)) throw refusal();
        return pin;
      });
    } catch (error) {
      throw await told(error, place, folder);
    }
  })();
  turns.set(
    token,
    mine.catch(() => undefined),
  );
  return mine;
}

/** What went wrong, as a person is told; a refused PIN is remembered. */
async function told(error: unknown, place: Place, folder: string): Promise<unknown> {
  if (error instanceof DeskError) return error;
  const pinFile = resolve(folder, place.pinFile);
  const code = codeOf(error);
  if (code === 'pin-refused' || code === 'pin-locked') {
    await pinRefusals(folder).add(tokenOf(place), await modifiedAt(pinFile));
    return new DeskError('hsm-pin', { token: place.tokenLabel, file: pinFile }, { cause: error });
  }
  if (code === undefined) return error;
  return new DeskError(
    'hsm-unavailable',
    { place: nameOfPkcs11(place), reason: (error as Error).message },
    { cause: error },
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Pkcs11Error || error instanceof NativeError ? error.code : undefined;
}

async function modifiedAt(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

const tokenOf = ({ module, tokenLabel }: Place) => `${module}|${tokenLabel}`;

export function nameOfPkcs11({ module, tokenLabel, keyLabel }: Place): string {
  return `${tokenLabel}/${keyLabel} (${module})`;
}
