import type { Clock } from '../platform/clock.ts';
import type { Registry } from './registry.ts';

/**
 * Several registers as one, asked one after the other, each only if those before it do not settle the matter:
 * - the first that finds the entity is believed, whatever those after it would say
 * - numbers of different entities (`conflict`) settle it too: somebody has to look at that
 * - one that knows none of the numbers, or is silent, leaves it to the next
 * - if none has found it, and one was silent, all of them are: the silent one might know it
 */
export function inOrder(registers: readonly Registry[], clock: Clock): Registry {
  return {
    async find(numbers, name) {
      const askedAt = clock();
      let silent = false;
      for (const register of registers) {
        const answer = await register.find(numbers, name);
        if (answer.kind === 'found' || (answer.kind === 'unknown' && answer.reason === 'conflict'))
          return answer;
        silent ||= answer.kind === 'silent';
      }
      return silent ? { kind: 'silent', askedAt } : { kind: 'unknown', reason: 'no-such-number', askedAt };
    },
  };
}
