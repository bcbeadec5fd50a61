import { createHash } from 'node:crypto';
import type { IdentityNumber } from '@certdesk/contract';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../schema/database.ts';
import type { Registry, RegistryAnswer, RegistryEntity } from '../registry.ts';
import { breaker } from './breaker.ts';
import { type Answer, exchangeWith } from './exchange.ts';
import { forgetAnswer, type KeptAnswer, keepAnswer, keptAnswer } from './kept.ts';
import { readAnswer } from './mapping.ts';
import { NoAnswer } from './no-answer.ts';
import { type Question, questionsDigest, questionsFor } from './question.ts';
import type { HttpRegisterSettings } from './settings.ts';

export interface HttpRegistryDeps {
  readonly db: Db;
  readonly clock: Clock;
  /** Told why the register was silent. */
  onTrouble(error: NoAnswer): void;
  /** Told when this node stops asking for a while, and when it asks again. */
  onBreaker(open: boolean): void;
}

export interface HttpRegistry extends Registry {
  /** This node does not ask now: the register has failed too often in a row. */
  readonly resting: boolean;
  close(): Promise<void>;
}

const hour = 3_600_000;

/**
 * A legal-entity register that is asked over HTTP.
 *
 * What it found is kept: while that is fresh nobody asks again, and while the register is silent an older answer counts, with the
 * time at which it was given. That it does not know an entity is never kept, so that whoever has his entry corrected
 * there is believed at once. Where it is silent and nothing usable is kept, the answer is `silent`.
 */
export function httpRegistry(settings: HttpRegisterSettings, deps: HttpRegistryDeps): HttpRegistry {
  const { configuration } = settings;
  const { cache, totalMs } = configuration;
  const { db, clock } = deps;
  const exchange = exchangeWith(settings, clock);
  const resting = breaker(configuration.breaker, clock, deps.onBreaker);
  // Another address, mapping or key makes other answers: those that are kept are not confused with them.
  const { url, authentication, answer: mapping } = configuration;
  const register = createHash('sha256')
    .update(JSON.stringify([url, authentication, mapping]))
    .digest('hex');

  const usable = (kept: KeptAnswer | undefined, hours: number, now: Date) =>
    kept && now.getTime() - kept.saidAt.getTime() < hours * hour ? kept : undefined;

  /** @throws NoAnswer */
  async function ask(questions: readonly Question[]): Promise<KeptAnswer | 'no-such-number' | 'conflict'> {
    const within = AbortSignal.timeout(totalMs);
    const answers = await Promise.all(
      questions.map(async (question) => foundIn(await exchange.ask(question, within), question.number)),
    );
    const found = answers.filter((answer) => answer !== null);
    const [first, ...others] = found;
    if (!first) return 'no-such-number';
    return others.every(({ entity }) => sameEntity(first.entity, entity)) ? first : 'conflict';
  }

  function foundIn({ json, reference, saidAt }: Answer, asked: IdentityNumber): KeptAnswer | null {
    const entity = json === undefined ? null : readAnswer(json, configuration.answer, asked);
    return entity && { entity, reference, saidAt };
  }

  async function find(numbers: readonly IdentityNumber[], name = ''): Promise<RegistryAnswer> {
    const askedAt = clock();
    const questions = questionsFor(configuration, numbers, name);
    if (questions.length === 0) return { kind: 'unknown', reason: 'no-such-number', askedAt };
    const digest = questionsDigest(register, questions);
    const kept = await keptAnswer(db, digest);
    const fresh = usable(kept, cache.freshHours, askedAt);
    if (fresh) return found(fresh, askedAt);
    const instead = usable(kept, cache.atMostHours, askedAt);
    const silent = instead ? found(instead, askedAt) : ({ kind: 'silent', askedAt } as const);
    if (!resting.letThrough()) return silent;
    let answer: Awaited<ReturnType<typeof ask>>;
    try {
      answer = await ask(questions);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      // What answers, however wrongly, is there to be asked.
      resting.tell(error.code !== 'away');
      deps.onTrouble(error);
      return silent;
    }
    resting.tell(true);
    if (typeof answer === 'string') {
      await forgetAnswer(db, digest);
      return { kind: 'unknown', reason: answer, askedAt };
    }
    const until = new Date(answer.saidAt.getTime() + cache.atMostHours * hour);
    if (until > answer.saidAt) await keepAnswer(db, digest, answer, until);
    return found(answer, askedAt);
  }

  return {
    find,
    get resting() {
      return resting.open;
    },
    close: () => exchange.close(),
  };
}

function found({ entity, reference, saidAt }: KeptAnswer, askedAt: Date): RegistryAnswer {
  return { kind: 'found', entity, askedAt, origin: { register: 'http', reference, saidAt } };
}

/** A number is of one entity: answers that share one are of the same. */
function sameEntity(one: RegistryEntity, other: RegistryEntity): boolean {
  return one.numbers.some(({ kind, value }) =>
    other.numbers.some((number) => number.kind === kind && number.value === value),
  );
}
