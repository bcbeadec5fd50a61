import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  buildRequest,
  fromPem,
  generateSoftwareKey,
  type KeyAlgorithm,
  Name,
  PkiError,
  softwareSigner,
  toPem,
} from '@certdesk/pki';
import { writeSafe } from '@certdesk/safe';
import { exchangeWith, NoAnswer } from '../authority/cmp/exchange.ts';
import { openCmp } from '../authority/cmp/settings.ts';
import { newTransactionId } from '../authority/cmp/transactions.ts';
import { DeskError } from '../platform/error.ts';
import { type Command, needed, UsageError } from './command.ts';

const algorithms: readonly KeyAlgorithm[] = ['sm2', 'p256', 'p384', 'rsa2048', 'rsa3072'];

/** The key that this desk's messages to another CA are signed with, and a request for its certificate. */
export const cmpKey: Command = {
  usage: `cmp key --key FILE --request-out FILE --name NAME [--algorithm ${algorithms.join('|')} | --from PEM]`,
  does: 'Makes this desk’s key as registration authority of another CA, sealed under the passphrase, or seals one that is there (PKCS#8, PEM, not encrypted), and writes a request for its certificate',
  async run(context) {
    const file = resolve(needed(context, 'key'));
    const out = resolve(needed(context, 'request-out'));
    const { algorithm = 'sm2', from } = context.options;
    if (!algorithms.some((name) => name === algorithm))
      throw new UsageError(`--algorithm is one of ${algorithms.join(', ')}`);
    for (const path of [file, out]) if (existsSync(path)) throw new UsageError(`${path} is there already`);
    const pkcs8 =
      typeof from === 'string'
        ? await privateKeyIn(from)
        : generateSoftwareKey(algorithm as KeyAlgorithm).privateKey;
    const subject = Name.of([{ type: 'CN', value: needed(context, 'name') }]);
    const request = await buildRequest({ subject, signer: softwareSigner(pkcs8) });
    await writeSafe(file, pkcs8, await context.passphrase());
    await writeFile(out, toPem('CERTIFICATE REQUEST', request), { flag: 'wx' });
    context.say(
      `Wrote ${file} and ${out}. Have the CA admit this desk as a registration authority and issue its certificate; then name both in authority.cmp.protection.`,
    );
    return 0;
  },
};

async function privateKeyIn(file: string): Promise<Uint8Array> {
  try {
    const found = fromPem(await readFile(file, 'utf8')).find(({ label }) => label === 'PRIVATE KEY');
    if (!found) throw new PkiError('bad-pem', 'no PEM block PRIVATE KEY');
    softwareSigner(found.der);
    return found.der;
  } catch (cause) {
    // Nothing of the file is told: it is a private key, or something else that was named by mistake.
    const why = cause instanceof PkiError ? cause.code : (cause as NodeJS.ErrnoException).code;
    throw new DeskError('configuration-invalid', { where: `${file}: no private key (${why})` });
  }
}

/** Asks about a transaction that does not exist: whatever the CA says to that, it has understood who asks, and is believed. */
export const cmpCheck: Command = {
  usage: 'cmp check',
  does: 'Asks the CA of authority.cmp something harmless, and says whether its answer is to be believed',
  async run(context) {
    const { authority } = await context.configuration();
    if (authority.kind !== 'cmp' || !authority.cmp)
      throw new DeskError('configuration-invalid', { where: 'authority.kind is not cmp' });
    const settings = await openCmp(authority.cmp, await context.passphrase(), context.now());
    try {
      const { body } = await exchangeWith(
        settings,
        context.now,
      )({
        transactionId: newTransactionId(),
        recipientNonce: null,
        body: { kind: 'pollReq', ids: [0] },
      });
      const said = body.kind === 'error' ? [...body.status.failures, ...body.status.text].join(', ') : '';
      const clean = said.replace(/\p{Cc}+/gu, ' ').slice(0, 300);
      context.say(`${settings.url} answered as it must: ${body.kind}${clean && ` (${clean})`}.`);
      return 0;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      context.tell(`${settings.url}: ${reasons(error).join(': ')}`);
      return 1;
    }
  },
};

/** What went wrong, and what was behind it: `fetch` says why only there. */
function reasons(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...reasons(error.cause)] : [];
}
