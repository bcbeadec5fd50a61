import { writeFile } from 'node:fs/promises';
import { buildRequest, generateSoftwareKey, Name, softwareSigner, toPem } from '@certdesk/pki';
import { writeSafe } from '@certdesk/safe';
import { exchangeWith, NoAnswer } from '../authority/cmp/exchange.ts';
import { openCmp } from '../authority/cmp/settings.ts';
import { newTransactionId } from '../authority/cmp/transactions.ts';
import { DeskError } from '../platform/error.ts';
import { type Command, needed } from './command.ts';
import { givenOrNewKey, newFile } from './sealed-key.ts';

const algorithms = ['sm2', 'p256', 'p384', 'rsa2048', 'rsa3072'] as const;

/** The key that this desk's messages to another CA are signed with, and a request for its certificate. */
export const cmpKey: Command = {
  usage: `cmp key --key FILE --request-out FILE --name NAME [--algorithm ${algorithms.join('|')} | --from PEM]`,
  does: 'Makes this desk’s key as registration authority of another CA, sealed under the passphrase, or seals one that is there (PKCS#8, PEM, not encrypted), and writes a request for its certificate',
  async run(context) {
    const [file, out] = [newFile(context, 'key'), newFile(context, 'request-out')];
    const pkcs8 = await givenOrNewKey(context, algorithms, generateSoftwareKey, softwareSigner);
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
