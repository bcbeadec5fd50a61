/** The nonce of OCSP, RFC 9654: 1 to 128 octets in an OCTET STRING. */
import { type Extension, extension, extensionOid, readValue } from '../certificate/extensions/extension.ts';
import { octetString } from '../der/writer.ts';
import { PkiError } from '../errors.ts';

const MAX_OCTETS = 128;

/** @throws PkiError `bad-ocsp` for a length that there is not */
export function nonceExtension(nonce: Uint8Array): Extension {
  checkLength(nonce);
  return extension(extensionOid.ocspNonce, false, octetString(nonce));
}

/** @throws PkiError `malformed-extension`, `bad-ocsp` */
export function readNonce(extensions: readonly Extension[]): Uint8Array | undefined {
  const nonce = readValue(extensions, extensionOid.ocspNonce, (reader) => reader.octetString());
  if (nonce) checkLength(nonce);
  return nonce;
}

function checkLength({ length }: Uint8Array): void {
  if (length < 1 || length > MAX_OCTETS) throw new PkiError('bad-ocsp', 'a nonce has 1 to 128 octets');
}
