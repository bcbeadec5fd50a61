import fc from 'fast-check';
import { expect, test } from 'vitest';
import { breaker } from './breaker.ts';

const settings = { failures: 3, openSeconds: 30 };

function tried() {
  const clock = { seconds: 0 };
  const told: boolean[] = [];
  const one = breaker(
    settings,
    () => new Date(clock.seconds * 1000),
    (open) => told.push(open),
  );
  /** A question, if it may go out. */
  const ask = (answered: boolean) => {
    const through = one.letThrough();
    if (through) one.tell(answered);
    return through;
  };
  return { clock, told, one, ask };
}

test('failures in a row open it, and an answer between them keeps it closed', () => {
  const { ask, one, told } = tried();
  for (const answered of [false, false, true, false, false]) expect(ask(answered)).toBe(true);
  expect([one.open, told]).toEqual([false, []]);
  expect(ask(false)).toBe(true);
  expect([one.open, told, ask(true)]).toEqual([true, [true], false]);
});

test('after its time one question tries, and the others wait for what becomes of it', () => {
  const { ask, one, clock, told } = tried();
  for (const _ of [1, 2, 3]) ask(false);
  clock.seconds = 29;
  expect(one.letThrough()).toBe(false);
  clock.seconds = 30;
  expect([one.letThrough(), one.letThrough()]).toEqual([true, false]);
  one.tell(false);
  clock.seconds = 59;
  expect(one.letThrough()).toBe(false);
  clock.seconds = 60;
  expect(one.letThrough()).toBe(true);
  one.tell(true);
  expect([one.open, one.letThrough(), one.letThrough(), told]).toEqual([false, true, true, [true, false]]);
});

test('a try that is never told of does not keep it open for ever', () => {
  const { ask, one, clock } = tried();
  for (const _ of [1, 2, 3]) ask(false);
  clock.seconds = 30;
  expect(one.letThrough()).toBe(true);
  clock.seconds = 60;
  expect(one.letThrough()).toBe(true);
});

test('questions that were under way when it opened change nothing about its time', () => {
  const { one, told } = tried();
  for (const _ of [1, 2, 3, 4]) one.letThrough();
  for (const _ of [1, 2, 3, 4]) one.tell(false);
  expect(told).toEqual([true]);
});

test('whatever happens, a register that answers is asked again after its time at the latest', () => {
  const happening = fc.record({ answered: fc.boolean(), after: fc.nat(40) });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
      const { ask, one, clock } = tried();
      for (const { answered, after } of happenings) {
        clock.seconds += after;
        ask(answered);
      }
      clock.seconds += settings.openSeconds;
      expect(ask(true)).toBe(true);
      expect(one.open).toBe(false);
    }),
  );
});
