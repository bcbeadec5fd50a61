/**
 * journey prepare: makes the only key that the assistant reaches one of the demo's, for a journey on it. Prints the public key
 * of a new key pair (PEM), takes the certificate for it (PEM) on standard input after the PIN, with --twin an encryption certificate
 * and its key's envelope as well, writes them, and prints the key's handle. tools/journey.mjs is at the other end.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Certificate, fromPem, toPem } from '@certdesk/pki';
import { type Key, KeyError } from '@certdesk/token';
import { openAssistant } from '../assistant.ts';
import { AssistantError, asAssistantError } from '../errors.ts';
import { openHome } from '../home.ts';
import { keyHandle } from '../keys/views.ts';

const CONTAINER = 'signing-1';

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      /** Only for keys of software that nobody has: the first line is the admin PIN that it gets. */
      initialise: { type: 'boolean', default: false },
      twin: { type: 'boolean', default: false },
    },
  });
  const assistant = await openAssistant(openHome({ ...process.env, CERTDESK_ASSISTANT_HOME: values.home }));
  const lines = createInterface({ input: process.stdin });
  const input = lines[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await input.next();
    if (done) throw new Error('the input ended early');
    return String(value);
  };
  try {
    const [present, ...others] = await assistant.ring.survey();
    if (!present) throw new AssistantError('key-missing');
    if (others.length > 0) throw new KeyError('key-failed', { detail: 'more than one key is plugged in' });
    const key = await present.driver.open(present.info.ref);
    try {
      const adminPin = values.initialise ? await nextLine() : undefined;
      const pin = await nextLine();
      if (adminPin !== undefined) await key.initialise({ label: 'certdesk demo', pin, adminPin });
      await key.verifyPin(pin);
      const publicKey = await newPair(key);
      process.stdout.write(toPem('PUBLIC KEY', publicKey));
      const nextBlock = async () => {
        const pem: string[] = [];
        while (!pem.at(-1)?.startsWith('-----END')) pem.push(await nextLine());
        return fromPem(pem.join('\n'))[0]?.der ?? new Uint8Array();
      };
      await key.writeCertificate(CONTAINER, 'signing', Certificate.parse(await nextBlock()).der);
      if (values.twin) {
        const certificate = await nextBlock();
        await key.importEncryptionKey(CONTAINER, { envelope: await nextBlock(), certificate });
      }
      await key.logout();
      process.stdout.write(`${keyHandle(present.info)}\n`);
      return 0;
    } finally {
      await key.close();
    }
  } catch (error) {
    const known = asAssistantError(error);
    const why = known.cause instanceof Error ? ` (${known.cause.message})` : '';
    process.stderr.write(`${known.sentence('zh')}\n${known.message}${why} [${known.code}]\n`);
    return 1;
  } finally {
    lines.close();
    assistant.close();
  }
}

async function newPair(key: Key): Promise<Uint8Array> {
  await key.createContainer(CONTAINER);
  const [algorithm] = (await key.info()).algorithms;
  if (!algorithm) throw new KeyError('not-supported');
  return key.generateKeyPair(CONTAINER, algorithm);
}
