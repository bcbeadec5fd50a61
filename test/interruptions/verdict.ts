/** What must be true whatever happened: while it goes on, and at the end. */
import { Certificate, verifyByKey } from '@certdesk/pki';
import { verifyAudit } from '../../apps/server/src/audit/verify.ts';
import type { Stage } from './stage.ts';

/** The company's certificates, the one that it came with first. */
async function lineOf({ db, oldCertificate }: Stage) {
  const { line_id } = await db
    .selectFrom('certificate')
    .select('line_id')
    .where('digest', '=', oldCertificate)
    .executeTakeFirstOrThrow();
  const line = await db.selectFrom('certificate').selectAll().where('line_id', '=', line_id).execute();
  return line.sort((a, b) => Number(b.digest === oldCertificate) - Number(a.digest === oldCertificate));
}

/** Whether some certificate that is in force stands on the key with its key pair. */
export async function keyWorks(stage: Stage): Promise<boolean> {
  const inForce = (await lineOf(stage)).filter(({ state }) => state === 'in-force');
  const containers = await stage.withKey((key) => key.containers());
  return containers.some(({ signing }) =>
    inForce.some(({ der }) => signing?.certificate && Buffer.compare(signing.certificate, der) === 0),
  );
}

/** @returns what is wrong, in words; empty when the renewal ended as it must */
export async function wrongs(stage: Stage): Promise<string[]> {
  const found: string[] = [];
  const must = (is: boolean, what: string) => void (is || found.push(what));
  const [old, ...later] = await lineOf(stage);
  const inForce = later.filter(({ state }) => state === 'in-force');
  must(old?.state === 'superseded', `the old certificate is ${old?.state}`);
  must(inForce.length === 1, `${inForce.length} new certificates are in force`);
  must(
    later.every(({ state }) => state === 'in-force' || state === 'revoked'),
    `a certificate is neither in force nor revoked: ${later.map(({ state }) => state)}`,
  );

  const [fresh] = inForce;
  await stage.withKey(async (key) => {
    const containers = await key.containers();
    must(containers.length === 1, `the key holds ${containers.length} containers`);
    const [only] = containers;
    const there = only?.signing?.certificate;
    const stands = fresh && there && Buffer.compare(there, fresh.der) === 0;
    must(stands === true, 'the key does not hold the certificate that is in force');
    if (!only || !stands) return;
    const message = Buffer.from('whatever is signed');
    const signature = await key.sign(only.name, message);
    const signs = verifyByKey(Certificate.parse(fresh.der).publicKey, message, signature);
    must(signs, 'the key does not sign with the new certificate');
  });

  const cases = await stage.db.selectFrom('desk_case').select('id').where('open', '=', true).execute();
  must(cases.length === 0, `${cases.length} cases are open`);
  const intents = await stage.db
    .selectFrom('issuance_intent')
    .select('id')
    .where('state', '=', 'intended')
    .execute();
  must(intents.length === 0, `${intents.length} intents are neither issued nor withdrawn`);
  // The sealer is a second behind, and the clock may have jumped since: the last rows are looked at when all is over.
  const broken = await auditFinding(stage, { graceSeconds: Number.MAX_SAFE_INTEGER / 1e6 });
  must(broken === undefined, `the audit chain is ${broken}`);
  return found;
}

/** @returns what is wrong with the audit chain, if anything */
export async function auditFinding(
  { db, configuration, audit, now }: Stage,
  { graceSeconds }: { graceSeconds: number },
): Promise<string | undefined> {
  const headsFile = configuration.audit.heads;
  const { finding } = await verifyAudit({ db, headsFile, publicKey: audit, now, graceSeconds });
  return finding && `${finding.kind} at row ${finding.row}`;
}
