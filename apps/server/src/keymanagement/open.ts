import { openAuditKey, readAuditPublicKey } from '../audit/key.ts';
import type { Clock } from '../platform/clock.ts';
import { remoteKeyManagement } from './client.ts';
import type { KeyManagement } from './port.ts';

/**
 * The way to the key management that the configuration names.
 * @throws DeskError `passphrase-wrong`, `configuration-invalid`
 */
export async function openKeyManagement(
  access: { readonly url: string; readonly key: string; readonly publicKey: string },
  passphrase: string,
  clock: Clock,
): Promise<KeyManagement> {
  const [key, publicKey] = await Promise.all([
    openAuditKey(access.key, passphrase),
    readAuditPublicKey(access.publicKey),
  ]);
  return remoteKeyManagement({ url: access.url, key, publicKey, clock });
}
