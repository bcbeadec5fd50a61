/** What the new certificates say beside the old ones, and what was written down of that. */
import { isDeepStrictEqual } from 'node:util';
import type { IdentityNumber } from '@certdesk/contract';
import { summaryOf } from '../../apps/server/src/authority/summary.ts';
import { changesOf, type Line } from './line.ts';
import { moreNumbers, takenIn } from './register.ts';
import type { Run } from './run.ts';

export type Must = (is: boolean, what: string) => void;

/** The numbers of the old one and the one that was taken in; the same pair and end of validity where these stay, else others. */
export function contentAsItMust(run: Run, [old]: Line, fresh: Line[number], must: Must): void {
  const { setting, pairStays, stage } = run;
  const { now } = stage;
  if (!old) throw new Error('the company came without a certificate');
  const [was, is] = [summaryOf(old, now), summaryOf(fresh, now)];
  must(is.entityName === was.entityName, `the new ${fresh.use} certificate is of ${is.entityName}`);
  const expected = [...was.identityNumbers, ...addedTo(was.identityNumbers, setting.more)];
  const says = `the new ${fresh.use} certificate says ${JSON.stringify(is.identityNumbers)}`;
  must(isDeepStrictEqual(is.identityNumbers, expected), says);

  const isSamePair = fresh.public_key_digest === old.public_key_digest;
  must(
    isSamePair === pairStays,
    `the new ${fresh.use} certificate is for ${isSamePair ? 'the' : 'another'} pair`,
  );
  const longerMs = fresh.not_after.getTime() - old.not_after.getTime();
  const ends = setting.journey === 'amendment' ? longerMs === 0 : longerMs > 0;
  must(ends, `the new ${fresh.use} certificate ends on ${is.notAfter}, the old one on ${was.notAfter}`);
}

function addedTo(numbers: readonly IdentityNumber[], more?: boolean): IdentityNumber[] {
  const uscc = numbers.find(({ kind }) => kind === 'uscc')?.value ?? '';
  return more ? moreNumbers(uscc).filter(({ kind }) => kind === takenIn) : [];
}

/** One change, with what was taken in; the entity is found by that and by nothing that was left out. */
export async function writtenDown(
  { stage, setting }: Run,
  [old]: Line,
  fresh: Line[number],
  must: Must,
): Promise<void> {
  const changes = await changesOf(stage);
  must(changes.length === 1, `${changes.length} changes of the certificate are written down`);
  const [change] = changes;
  if (!change || !old) return;
  const { old_certificate_id, new_certificate_id, journey } = change;
  const asItWas = isDeepStrictEqual(
    [journey, old_certificate_id, new_certificate_id],
    [setting.journey, old.id, fresh.id],
  );
  must(asItWas, 'the change that is written down is another one');
  const before = summaryOf(old, stage.now).identityNumbers;
  const added = addedTo(before, setting.more);
  must(
    isDeepStrictEqual(change.added, added),
    `added by what is written down: ${JSON.stringify(change.added)}`,
  );

  const found = await stage.db
    .selectFrom('entity_number')
    .select('kind')
    .where('entity_id', '=', change.entity_id)
    .execute();
  const kinds = found.map(({ kind }) => kind).sort();
  const expected = [...before, ...added].map(({ kind }) => kind).sort();
  must(isDeepStrictEqual(kinds, expected), `the entity is found by ${kinds}`);
}
