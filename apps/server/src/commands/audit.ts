import { access } from 'node:fs/promises';
import { auditPublicKeyFile, readAuditPublicKey } from '../audit/key.ts';
import { type FindingKind, verifyAudit } from '../audit/verify.ts';
import { DeskError } from '../platform/error.ts';
import type { Command } from './command.ts';

/** Walks the audit chain against the exported heads. Needs no secret: the audit key's public half is enough. */
export const auditVerify: Command = {
  usage: 'audit verify [--heads FILE] [--key FILE.pub]',
  does: 'Checks that no row of the audit log was changed, removed or recomputed',
  async run(context) {
    const configuration = await context.configuration();
    const { heads, key } = context.options;
    const publicKey = await readAuditPublicKey(
      typeof key === 'string' ? key : auditPublicKeyFile(configuration.audit.key),
    );
    const { db } = await context.database();
    const headsFile = typeof heads === 'string' ? await existing(heads) : configuration.audit.heads;
    const result = await verifyAudit({ db, headsFile, publicKey, now: context.now() });
    if (result.finding) {
      const { kind, row } = result.finding;
      throw new DeskError('audit-broken', { row, reason: reasons[kind] });
    }
    context.say(`${result.links} rows and ${result.heads} heads are whole.`);
    return 0;
  },
};

/** Without its heads a log that was emptied looks whole, so that a slip of the pen must not pass for a file of none. */
async function existing(file: string): Promise<string> {
  try {
    await access(file);
    return file;
  } catch (cause) {
    throw new DeskError(
      'configuration-invalid',
      { where: `${file}: ${(cause as NodeJS.ErrnoException).code}` },
      { cause },
    );
  }
}

const reasons: Record<FindingKind, string> = {
  changed: 'the row is not what was linked (changed)',
  deleted: 'the row is gone (deleted)',
  'link-missing': 'its link is gone (link-missing)',
  cut: 'the chain ends before what an exported head says (cut)',
  recomputed: 'the chain is not the one that was signed (recomputed)',
  'head-forged': 'the audit key did not sign this head (head-forged)',
  unsigned: 'no head covers it (unsigned)',
  'not-exported': 'its head has not reached the file (not-exported)',
  unlinked: 'the row stands in no link (unlinked)',
};
