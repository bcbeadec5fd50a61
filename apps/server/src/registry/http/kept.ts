/** Answers that are kept in the database, where every node finds them: only of entities that the register found. */
import { IdentityNumber } from '@certdesk/contract';
import { z } from 'zod';
import type { Db } from '../../schema/database.ts';
import type { RegistryEntity } from '../registry.ts';

export interface KeptAnswer {
  readonly entity: RegistryEntity;
  readonly reference: string;
  readonly saidAt: Date;
}

const Entity = z.object({
  name: z.string(),
  state: z.enum(['active', 'closed']),
  numbers: z.array(IdentityNumber),
  division: z.string().optional(),
});

/** @param question its digest */
export async function keptAnswer(db: Db, question: string): Promise<KeptAnswer | undefined> {
  const row = await db
    .selectFrom('registry_answer')
    .select(['entity', 'reference', 'said_at'])
    .where('question', '=', question)
    .executeTakeFirst();
  if (!row) return undefined;
  const { division, ...entity } = Entity.parse(row.entity);
  return {
    entity: { ...entity, ...(division !== undefined && { division }) },
    reference: row.reference,
    saidAt: row.said_at,
  };
}

/** Keeps the newest answer to a question, whichever node brings it last. */
export async function keepAnswer(
  db: Db,
  question: string,
  { entity, reference, saidAt }: KeptAnswer,
  until: Date,
): Promise<void> {
  const said = { entity: JSON.stringify(entity), reference, said_at: saidAt, kept_until: until };
  await db
    .insertInto('registry_answer')
    .values({ question, ...said })
    .onConflict((conflict) =>
      conflict.column('question').doUpdateSet(said).where('registry_answer.said_at', '<=', saidAt),
    )
    .execute();
}

/** The register does not know the entity any more: what it said before must not be believed when it is silent. */
export async function forgetAnswer(db: Db, question: string): Promise<void> {
  await db.deleteFrom('registry_answer').where('question', '=', question).execute();
}

/** For the sweep: answers that are too old for any use. */
export async function sweepAnswers(db: Db, now: Date): Promise<void> {
  await db.deleteFrom('registry_answer').where('kept_until', '<=', now).execute();
}
