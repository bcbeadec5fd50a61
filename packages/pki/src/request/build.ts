import { signatureAlgorithmFor } from '../algorithms.ts';
import { assembleSigned } from '../certificate/build.ts';
import { type Extension, extensionsDer } from '../certificate/extensions/extension.ts';
import { contextTag } from '../der/tag.ts';
import { encode, integer, oid, sequence, setOf, tagged } from '../der/writer.ts';
import type { Name } from '../name.ts';
import type { Signer } from '../signer.ts';
import { EXTENSION_REQUEST } from './certification-request.ts';

export interface RequestContent {
  readonly subject: Name;
  /** Holder of the key to be certified. */
  readonly signer: Signer;
  readonly extensions?: readonly Extension[];
}

/**
 * Builds and signs a PKCS#10 request.
 * @returns the request, DER
 * @throws PkiError `duplicate-extension`; and what the signer throws
 */
export async function buildRequest({
  subject,
  signer,
  extensions = [],
}: RequestContent): Promise<Uint8Array> {
  const attributes =
    extensions.length > 0 ? [sequence(oid(EXTENSION_REQUEST), setOf(extensionsDer(extensions)))] : [];
  const info = encode(
    sequence(integer(0), subject.der, signer.publicKey, tagged(contextTag(0, true), ...attributes)),
  );
  return assembleSigned(info, signatureAlgorithmFor(signer.algorithm), await signer.sign(info));
}
