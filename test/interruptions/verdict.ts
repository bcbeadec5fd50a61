/** What must be true whatever happened: while it goes on, and at the end. */
import { randomBytes } from 'node:crypto';
import { Sm2PublicKey, sm4EncryptEcb } from '@certdesk/gm';
import { Certificate, verifyByKey } from '@certdesk/pki';
import type { Container, Key, KeyPair, PairUse } from '@certdesk/token';
import { verifyAudit } from '../../apps/server/src/audit/verify.ts';
import { contentAsItMust, type Must, writtenDown } from './content.ts';
import { changesOf, isOn, type Line, lineOf, same, usesOf } from './line.ts';
import type { Run } from './run.ts';
import { foreign, type Stage } from './stage.ts';

/**
 * Whether some certificate that is in force stands on the key with its key pair: of signing, and of encryption where the
 * company has such. A pair that was certified again may still show its former certificate, never one that is not yet in force.
 */
export async function keyWorks(stage: Stage): Promise<boolean> {
  const containers = await stage.withKey((key) => key.containers());
  for (const use of usesOf(stage)) {
    const line = await lineOf(stage, use);
    if (!containers.some((container) => works(container[use], line))) return false;
  }
  return true;
}

function works(pair: KeyPair | undefined, line: Line): boolean {
  const standing = line.find(({ der }) => pair?.certificate && same(pair.certificate, der));
  if (!standing || !['in-force', 'superseded'].includes(standing.state)) return false;
  return line.some(
    ({ state, public_key_digest }) =>
      state === 'in-force' && public_key_digest === standing.public_key_digest,
  );
}

/** @returns what has changed since the company came, in words; empty as long as its old certificates are in force and on the key */
export async function changesSoFar(stage: Stage): Promise<string[]> {
  const found: string[] = [];
  const containers = await stage.withKey((key) => key.containers());
  for (const use of usesOf(stage)) {
    const [old, ...later] = await lineOf(stage, use);
    if (old?.state !== 'in-force') found.push(`the old ${use} certificate is ${old?.state}`);
    if (!old || !containers.some((container) => isOn(container[use], old)))
      found.push(`the old ${use} certificate is not on the key`);
    for (const { state } of later)
      if (state !== 'revoked') found.push(`a ${use} certificate that nobody has is ${state}`);
  }
  if ((await changesOf(stage)).length > 0) found.push('a change is written down');
  return found;
}

/** @returns what is wrong, in words; empty when the run ended as it must */
export async function wrongs(run: Run): Promise<string[]> {
  const { stage } = run;
  const { company } = stage;
  const found: string[] = [];
  const must = (is: boolean, what: string) => void (is || found.push(what));
  const lines = { signing: await lineOf(stage, 'signing'), encryption: await lineOf(stage, 'encryption') };
  const signing = freshOf(lines.signing, 'signing', must);
  const encryption = company.twin && freshOf(lines.encryption, 'encryption', must);
  for (const use of usesOf(stage)) {
    const fresh = use === 'signing' ? signing : encryption;
    if (fresh) contentAsItMust(run, lines[use], fresh, must);
  }
  if (signing) await writtenDown(run, lines.signing, signing, must);

  await stage.withKey(async (key) => {
    const all = await key.containers();
    const own = all.filter(({ name }) => !name.startsWith(foreign));
    const expected = company.keepsOld ? 2 : 1;
    must(own.length === expected, `the key holds ${own.length} containers instead of ${expected}`);
    const container = own.find((each) => signing && isOn(each.signing, signing));
    must(container !== undefined, 'the key does not hold the certificate that is in force');
    if (!container || !signing) return;
    const message = Buffer.from('whatever is signed');
    const signature = await key.sign(container.name, message);
    const signs = verifyByKey(Certificate.parse(signing.der).publicKey, message, signature);
    must(signs, 'the key does not sign with the new certificate');
    if (!encryption) return;
    must(isOn(container.encryption, encryption), 'the new encryption certificate is not beside it');
    must(await decrypts(key, container), 'the key does not decrypt with the new certificate');
    const former = own.find((each) => each !== container);
    must(!former || (await decrypts(key, former)), 'old documents do not open any more');
  });
  if (encryption) await pairsAsTheyMust(run, encryption, must);

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

/** @returns the one new certificate that is in force */
function freshOf([old, ...later]: Line, use: PairUse, must: Must): Line[number] | undefined {
  const inForce = later.filter(({ state }) => state === 'in-force');
  must(old?.state === 'superseded', `the old ${use} certificate is ${old?.state}`);
  must(inForce.length === 1, `${inForce.length} new ${use} certificates are in force`);
  must(
    later.every(({ state }) => state === 'in-force' || state === 'revoked'),
    `a ${use} certificate is neither in force nor revoked: ${later.map(({ state }) => state)}`,
  );
  return inForce[0];
}

/** By a session key that never leaves the key, as its applications do it. */
async function decrypts(key: Key, { name, encryption }: Container): Promise<boolean> {
  if (!encryption) return false;
  const [sessionKey, secret] = [randomBytes(16), randomBytes(32)];
  const wrapped = Sm2PublicKey.fromSpki(encryption.publicKey).encrypt(sessionKey, 'asn1');
  const data = sm4EncryptEcb(sessionKey, secret, { padding: false });
  return same(await key.decryptByWrappedKey(name, wrapped, data), secret);
}

/** Of the pairs that the cases were given, the one in force is in use and every other in the history. */
async function pairsAsTheyMust(
  { stage, pairStays }: Run,
  encryption: Line[number],
  must: Must,
): Promise<void> {
  await stage.pairsRetired();
  const { line_id } = encryption;
  const cases = await stage.db.selectFrom('desk_case').select('id').where('line_id', '=', line_id).execute();
  const given = (await stage.twins?.pairsOf(cases.map(({ id }) => id))) ?? [];
  const inUse = given.filter(({ state }) => state === 'in-use').map(({ digest }) => digest);
  // A pair that stays came from elsewhere.
  const expected = pairStays ? [] : [encryption.public_key_digest];
  must(String(inUse) === String(expected), `${inUse.length} pairs are in use, or not the one in force`);
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
