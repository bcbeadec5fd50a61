import { writeFile } from 'node:fs/promises';
import { buildRequest, generateSoftwareKey, Name, softwareSigner, toPem } from '@certdesk/pki';
import { writeSafe } from '@certdesk/safe';
import { generateMessageKey, messageKeyAlgorithms, messageSigner } from '../registry/http/signatures/keys.ts';
import { type Command, needed } from './command.ts';
import { givenOrNewKey, newFile } from './sealed-key.ts';

/** TLS with SM2 is not spoken here. */
const tlsAlgorithms = ['p256', 'p384', 'rsa2048', 'rsa3072'] as const;

/** The key by which a register over HTTP knows this desk. */
export const registryKey: Command = {
  usage: `registry key --key FILE (--public-out FILE [--algorithm ${messageKeyAlgorithms.join('|')}] | --request-out FILE --name NAME [--algorithm ${tlsAlgorithms.join('|')}]) [--from PEM]`,
  does: 'Makes this desk’s key for a register over HTTP, sealed under the passphrase, or seals one that is there (PKCS#8, PEM, not encrypted): for signed requests with its public key, for mutual TLS with a request for its certificate',
  async run(context) {
    const file = newFile(context, 'key');
    if (context.options['request-out'] !== undefined) {
      const out = newFile(context, 'request-out');
      const subject = Name.of([{ type: 'CN', value: needed(context, 'name') }]);
      const pkcs8 = await givenOrNewKey(context, tlsAlgorithms, generateSoftwareKey, softwareSigner);
      const request = await buildRequest({ subject, signer: softwareSigner(pkcs8) });
      await writeSafe(file, pkcs8, await context.passphrase());
      await writeFile(out, toPem('CERTIFICATE REQUEST', request), { flag: 'wx' });
      context.say(
        `Wrote ${file} and ${out}. Have the register’s operator issue a client certificate for it; then name both in registry.http.authentication.`,
      );
      return 0;
    }
    const out = newFile(context, 'public-out');
    const pkcs8 = await givenOrNewKey(context, messageKeyAlgorithms, generateMessageKey, messageSigner);
    await writeSafe(file, pkcs8, await context.passphrase());
    await writeFile(out, toPem('PUBLIC KEY', messageSigner(pkcs8).publicKey), { flag: 'wx' });
    context.say(
      `Wrote ${file} and ${out}. Give the public key to the register’s operator, who names it (keyId); then name both in registry.http.authentication.`,
    );
    return 0;
  },
};
