import { type SignedStatement, signedTypes } from '@certdesk/contract';
import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { record } from '../audit/record.ts';
import { DeskError } from '../platform/error.ts';
import { openDatabase } from '../schema/database.ts';
import { type CommandRules, defineCommand, takeCommand, waitingCommands } from './commands.ts';
import { register, type TestOperator, testOperator } from './operators.test-support.ts';

const origin = 'https://desk.example';
const day = 86_400_000;

/** One thing that one person may do, and one that needs two; what was done stands in the audit log. */
const blink = (action: string, people: 1 | 2) =>
  defineCommand({
    action,
    subject: 'lamp:',
    role: 'recovery',
    parameters: z.strictObject({ times: z.string().regex(/^\d+$/).transform(Number) }),
    people: async () => people,
    async carryOut(tx, { subject, parameters, operators, actor }, now) {
      if (parameters.times === 0) throw new DeskError('not-found');
      const data = { times: parameters.times, operators: operators.map(({ id }) => id) };
      await record(tx, { actor, action: 'lamp.blinked', subject: `lamp:${subject}`, data }, now);
      return `${subject} blinked ${parameters.times} times`;
    },
  });

const rules: CommandRules = {
  origin,
  definitions: [blink('lamp.blink', 1), blink('lamp.flash', 2)],
  maxAgeHours: 24,
  secondWithinDays: 7,
};

const { db, end } = openDatabase((await createTestDatabase()).url);
afterAll(end);
/** Rows of the audit log stay: a test looks at those after it began. */
let before: string;
let now: Date;
let alice: TestOperator;
let bob: TestOperator;
let carol: TestOperator;

beforeEach(async () => {
  await sql`truncate operator_command, operator`.execute(db);
  const { rows } = await sql<{ id: string }>`select coalesce(max(id), 0) as id from audit_event`.execute(db);
  before = rows[0]?.id ?? '0';
  now = new Date('2027-03-01T08:00:00Z');
  const clock = () => now;
  alice = testOperator('alice', origin, clock);
  bob = testOperator('bob', origin, clock, 'p256');
  carol = testOperator('carol', origin, clock);
  await register(db, now, [alice, 'recovery'], [bob, 'recovery'], [carol, 'operators']);
});

const take = (signed: SignedStatement, more: Partial<CommandRules> = {}) =>
  db.transaction().execute((tx) => takeCommand(tx, { ...rules, ...more }, signed, now));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: DeskError) => error.code ?? error,
  );
const logged = () =>
  db.selectFrom('audit_event').selectAll().where('id', '>', before).orderBy('id').execute();
const done = async () =>
  (await logged()).filter(({ action }) => action === 'lamp.blinked').map(({ data }) => data);
const stored = () =>
  db.selectFrom('operator_command').select(['operator_id', 'state']).orderBy('accepted_at').execute();

const one = { action: 'lamp.blink', subject: 'lamp:1', parameters: { times: '3' } };
const two = { action: 'lamp.flash', subject: 'lamp:1', parameters: { times: '3' } };

describe('a signed command', () => {
  test.each([['SM2'], ['P-256']])('of an operator with the role is carried out (%s)', async (algorithm) => {
    const operator = algorithm === 'SM2' ? alice : bob;
    const signed = await operator.sign(one);
    expect(await take(signed)).toMatchObject({ state: 'done', says: '1 blinked 3 times' });
    expect(await done()).toEqual([{ times: 3, operators: [operator.id] }]);
    const row = await db.selectFrom('operator_command').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({
      operator_id: operator.id,
      action: 'lamp.blink',
      subject: 'lamp:1',
      state: 'done',
    });
    expect(Buffer.from(row.payload).toString('base64')).toBe(signed.payload);
    // An auditor finds what was signed, and the signature, in the log that is chained.
    const entry = (await logged()).find(({ action }) => action === 'command.carried-out');
    expect(entry).toMatchObject({ actor: `operator:${operator.id}`, subject: 'lamp:1', data: signed });
  });

  test('is good once', async () => {
    const signed = await alice.sign(one);
    await take(signed);
    expect(await codeOf(take(signed))).toBe('command-used');
    expect(await done()).toHaveLength(1);
  });

  test('is good once, also when two nodes are given it at the same moment', async () => {
    const signed = await alice.sign(one);
    const answers = await Promise.all([codeOf(take(signed)), codeOf(take(signed))]);
    expect(answers.sort()).toEqual(['command-used', 'done']);
    expect(await done()).toHaveLength(1);
  });

  test('that fails leaves nothing behind, so that it may be handed in again', async () => {
    const signed = await alice.sign({ ...one, parameters: { times: '0' } });
    expect(await codeOf(take(signed))).toBe('not-found');
    expect(await stored()).toEqual([]);
    expect(await logged()).toEqual([]);
  });

  test.each([
    ['an operator nobody knows', { operator: 'mallory' }, 'operator-unknown'],
    ['another operator’s name', { operator: 'bob' }, 'command-signature'],
    ['another desk', { origin: 'https://other.example' }, 'command-invalid'],
    ['an action that there is not', { action: 'lamp.break' }, 'command-invalid'],
    ['a subject of another kind', { subject: 'certificate:1' }, 'command-invalid'],
    ['parameters of another shape', { parameters: { times: 'often' } }, 'command-invalid'],
    ['more parameters', { parameters: { times: '3', colour: 'red' } }, 'command-invalid'],
    ['no reason', { reason: ' ' }, 'command-invalid'],
    ['something more', { more: true }, 'command-invalid'],
    ['the day before', { at: '2027-02-28T07:59:59Z' }, 'command-time'],
    ['the future', { at: '2027-03-01T08:05:01Z' }, 'command-time'],
  ])('with %s is refused', async (_, change, code) => {
    expect(await codeOf(take(await alice.sign({ ...one, ...change })))).toBe(code);
    expect(await stored()).toEqual([]);
  });

  test('of an operator without the role is refused, and of one who was disabled', async () => {
    expect(await codeOf(take(await carol.sign(one)))).toBe('operator-role');
    await db.updateTable('operator').set({ disabled_at: now }).where('id', '=', 'alice').execute();
    expect(await codeOf(take(await alice.sign(one)))).toBe('operator-unknown');
  });

  test.each(Object.values(signedTypes).filter((type) => type !== signedTypes.command))(
    'is none when it is signed as “%s”',
    async (type) => {
      expect(await codeOf(take(await alice.sign(one, type)))).toBe('command-signature');
    },
  );

  test('that was changed on the way is refused', async () => {
    const signed = await alice.sign(one);
    const changed = Buffer.from(signed.payload, 'base64').toString().replace('"3"', '"9"');
    const payload = Buffer.from(changed).toString('base64');
    expect(await codeOf(take({ ...signed, payload }))).toBe('command-signature');
    expect(await codeOf(take({ ...signed, payload: 'AAAA' }))).toBe('command-invalid');
  });
});

describe('what needs two people', () => {
  test('is done once a second one signs the same, exactly once', async () => {
    const first = await take(await alice.sign({ ...two, reason: '甲的理由' }));
    expect(first).toEqual({
      state: 'waiting',
      id: expect.any(String),
      until: new Date(now.getTime() + 7 * day),
    });
    expect(await done()).toEqual([]);
    expect(await waitingCommands(db, rules, now)).toMatchObject([
      { id: first.id, statement: { operator: 'alice', reason: '甲的理由', ...two } },
    ]);
    const answers = await Promise.all([codeOf(take(await bob.sign(two))), codeOf(take(await bob.sign(two)))]);
    expect(answers).toEqual(['done', 'done']);
    // Of two second signatures one did it; the other begins anew and waits for somebody else.
    expect(await done()).toEqual([{ times: 3, operators: ['alice', 'bob'] }]);
    expect((await stored()).map(({ state }) => state).sort()).toEqual(['done', 'done', 'waiting']);
  });

  test('is not done by one person twice', async () => {
    await take(await alice.sign(two));
    expect(await codeOf(take(await alice.sign(two)))).toBe('command-same-operator');
    expect(await done()).toEqual([]);
  });

  test.each([
    ['another subject', { subject: 'lamp:2' }],
    ['other parameters', { parameters: { times: '4' } }],
  ])('is not done by a second signature under %s', async (_, change) => {
    await take(await alice.sign(two));
    expect(await take(await bob.sign({ ...two, ...change }))).toMatchObject({ state: 'waiting' });
    expect(await done()).toEqual([]);
  });

  test('begins anew when the second one comes too late', async () => {
    await take(await alice.sign(two));
    now = new Date(now.getTime() + 7 * day + 1);
    expect(await waitingCommands(db, rules, now)).toEqual([]);
    expect(await take(await bob.sign(two))).toMatchObject({ state: 'waiting' });
    expect(await take(await alice.sign(two))).toMatchObject({ state: 'done' });
    expect(await done()).toEqual([{ times: 3, operators: ['bob', 'alice'] }]);
  });

  test('begins anew when the first one was disabled meanwhile', async () => {
    await take(await alice.sign(two));
    await db.updateTable('operator').set({ disabled_at: now }).where('id', '=', 'alice').execute();
    expect(await take(await bob.sign(two))).toMatchObject({ state: 'waiting' });
    expect(await done()).toEqual([]);
  });

  test('waits on when carrying it out fails', async () => {
    const nothing = { ...two, parameters: { times: '0' } };
    await take(await alice.sign(nothing));
    expect(await codeOf(take(await bob.sign(nothing)))).toBe('not-found');
    expect(await stored()).toEqual([{ operator_id: 'alice', state: 'waiting' }]);
  });
});
