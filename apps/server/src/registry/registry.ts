import type { IdentityNumber } from '@certdesk/contract';

export interface RegistryEntity {
  name: string;
  state: 'active' | 'closed';
  numbers: IdentityNumber[];
  /** Administrative division, GB/T 2260, six digits. */
  division?: string;
}

/** The kinds of register that a desk can be connected to. */
export type RegisterKind = 'table' | 'http';

/** Which answer of which register this is: a case that takes a number from it keeps this. */
export interface AnswerOrigin {
  readonly register: RegisterKind;
  /** Its name there: of the table the import that the entity is from, over HTTP the request's id. */
  readonly reference: string;
  /** When the register said so: of the table when it was imported, of a kept answer when it came. */
  readonly saidAt: Date;
}

/**
 * What the authoritative register says of an entity.
 * - `unknown`: it knows none of the numbers, or they belong to different entities (`conflict`)
 * - `silent`: it gave no answer, or one too old to be believed; ask again later
 */
export type RegistryAnswer =
  | { kind: 'found'; entity: RegistryEntity; askedAt: Date; origin: AnswerOrigin }
  | { kind: 'unknown'; reason: 'no-such-number' | 'conflict'; askedAt: Date }
  | { kind: 'silent'; askedAt: Date };

/** The legal-entity register, whoever keeps it. */
export interface Registry {
  /**
   * Finds the entity that has any of these numbers. Never throws because the register is away: that is `silent`.
   * @param name the entity's name where known, for registers that want it; it is not compared
   */
  find(numbers: readonly IdentityNumber[], name?: string): Promise<RegistryAnswer>;
}
