import { expect, test } from 'vitest';
import { renewalTable } from './steps.ts';
import { type Mutation, type Way, walk } from './walk.test-support.ts';

type Table = NonNullable<Mutation['table']>;

/** The real table with one transition's effects changed. */
function withEffects(event: string, effects: Table['transitions'][number]['effects']): Table {
  return {
    ...renewalTable,
    transitions: renewalTable.transitions.map((one) => (one.event === event ? { ...one, effects } : one)),
  };
}

const ways: [string, Way][] = [
  ['a new pair', 'single'],
  ['a new pair with its encryption twin', 'twins'],
  ['the pair that is there, certified again', 'present'],
];
test.each(ways)(
  'at every moment something on the key works, and every case comes to its end: %s',
  (_, way) => {
    const { dead, stuck, worlds } = walk({}, way);
    expect(dead).toEqual([]);
    expect(stuck).toEqual([]);
    expect(worlds).toBeGreaterThan(way === 'present' ? 25 : 200);
  },
);

test('every transition of the table is reached', () => {
  const { taken } = walk();
  const all = renewalTable.transitions.flatMap(({ from, event }) =>
    from.map((state) => `${state ?? 'start'} ${event}`),
  );
  expect([...taken].sort()).toEqual(all.sort());
});

test.each<[string, Mutation]>([
  ['removing the old certificate before the new one is proved', { removeOldBeforeProof: true }],
  [
    'retiring the old certificate when the new one is issued',
    { table: withEffects('issued', ['supersede']) },
  ],
  ['retiring it when it is asked for', { table: withEffects('requested', ['intend', 'supersede']) }],
])('%s is caught', (_, mutation) => {
  expect(walk(mutation).dead.length).toBeGreaterThan(0);
});

test('not issuing again for a key that lost its pair is caught', () => {
  expect(walk({ keepWaitingForLostPair: true }).stuck.length).toBeGreaterThan(0);
});

test('taking twins for proved without their encryption key is caught', () => {
  expect(walk({ proveWithoutEncryptionKey: true }, 'twins').dead.length).toBeGreaterThan(0);
});

test('writing over the certificate of a pair before that is proved for the new one is caught', () => {
  expect(walk({ writePresentPairBeforeProof: true }, 'present').dead.length).toBeGreaterThan(0);
});
