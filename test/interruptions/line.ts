/** The present company's certificates, as the server has them. */
import { publicKeyDigest } from '@certdesk/pki';
import type { KeyPair, PairUse } from '@certdesk/token';
import type { Stage } from './stage.ts';

export type Line = Awaited<ReturnType<typeof lineOf>>;

/** The company's certificates of one use, the one that it came with first. */
export async function lineOf(stage: Stage, use: PairUse) {
  const { db, company } = stage;
  const line = await db
    .selectFrom('certificate')
    .selectAll()
    .where('line_id', '=', await lineIdOf(stage))
    .where('use', '=', use)
    .execute();
  const isOld = (digest: string) => Number(digest === company.certificate || digest === company.encryption);
  return line.sort((a, b) => isOld(b.digest) - isOld(a.digest));
}

/** What was written down of changes of its certificates. */
export async function changesOf(stage: Stage) {
  return stage.db
    .selectFrom('certificate_change')
    .selectAll()
    .where('line_id', '=', await lineIdOf(stage))
    .execute();
}

async function lineIdOf({ db, company }: Stage): Promise<string> {
  const { line_id } = await db
    .selectFrom('certificate')
    .select('line_id')
    .where('digest', '=', company.certificate)
    .executeTakeFirstOrThrow();
  if (line_id === null) throw new Error('the certificate belongs to no line');
  return line_id;
}

/** Of a company that has encryption certificates, both uses. */
export const usesOf = ({ company }: Stage): PairUse[] =>
  company.twin ? ['signing', 'encryption'] : ['signing'];

/** Whether a certificate stands on a pair that is its own. */
export function isOn(pair: KeyPair | undefined, { der, public_key_digest }: Line[number]): boolean {
  const stands = pair?.certificate !== undefined && same(pair.certificate, der);
  return stands && publicKeyDigest(pair.publicKey) === public_key_digest;
}

export const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
