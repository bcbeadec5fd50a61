/**
 * What containers are called. PKCS#11 has none: here, what shares a CKA_ID is one. Names must be stable whatever else
 * is on the token, because a container is removed by its name.
 */
import { createHash } from 'node:crypto';
import { KeyError } from '../errors.ts';

const CONTAINER_NAME = /^[\x21-\x7e]([\x20-\x7e]{0,62}[\x21-\x7e])?$/;

/** At most 64 bytes of ASCII (GM/T 0016). @throws KeyError `container-name` */
export function checkContainerName(name: string): void {
  if (!CONTAINER_NAME.test(name)) throw new KeyError('container-name');
}

/** The CKA_ID of a container that is made here, 20 octets. */
export function idOfContainer(name: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`certdesk container ${name}`).digest().subarray(0, 20));
}

/**
 * A container that was made here is called by its label; one of another's making by label and id, because labels repeat.
 * @param label CKA_LABEL of any of its objects
 */
export function nameOfContainer(id: Uint8Array, label: string): string {
  if (CONTAINER_NAME.test(label) && Buffer.compare(idOfContainer(label), id) === 0) return label;
  const hex = Buffer.from(id).toString('hex');
  const short = hex.length <= 40 ? hex : `~${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
  const readable = label
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, 62 - short.length)
    .trim();
  return readable ? `${readable} #${short}` : `#${short}`;
}
