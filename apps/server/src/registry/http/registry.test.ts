import { verify } from 'node:crypto';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../../test/support/database.ts';
import { openDatabase } from '../../schema/database.ts';
import { type HttpRegisterConfiguration, Registers } from '../configuration.ts';
import { sweepAnswers } from './kept.ts';
import type { NoAnswer } from './no-answer.ts';
import {
  type Asked,
  type Behaviour,
  breakingOff,
  hangingUp,
  holding,
  loopbackRegister,
  saying,
  signedWith,
  stalling,
  text,
} from './register.test-support.ts';
import { httpRegistry } from './registry.ts';
import type { HttpRegisterSettings } from './settings.ts';
import { generateMessageKey, messageSigner, messageVerifier } from './signatures/keys.ts';

const { url: databaseUrl } = await createTestDatabase();
const { db, end } = openDatabase(databaseUrl);
afterAll(end);

const deskKey = generateMessageKey('ed25519');
const registerKey = generateMessageKey('ed25519');
const registerSigns = messageSigner(registerKey.privateKey);

const uscc = { kind: 'uscc', value: '91310106669433828F' } as const;
const social = { kind: 'socialInsurance', value: '00123456' } as const;
const record = (name = '上海示例贸易有限公司', more: object = {}) => ({
  code: 0,
  data: { name, state: '存续', uscc: uscc.value, social: social.value, ...more },
});
const none = { code: 404 };
const entity = { name: '上海示例贸易有限公司', state: 'active', numbers: [uscc, social] };

const mapping = {
  unknownStatus: 404,
  found: { at: '/code', values: { 0: true, 404: false } },
  name: '/data/name',
  state: { at: '/data/state', values: { 存续: 'active', 注销: 'closed' } },
  numbers: { uscc: '/data/uscc', socialInsurance: '/data/social' },
};
const each = { ask: 'each' };

interface Options {
  readonly usual?: Behaviour;
  readonly change?: object;
  /** Answers must be signed by the register's key. */
  readonly believes?: boolean;
}

/** A desk's way to a register of its own. */
async function asking({ usual = saying(record()), change = {}, believes = false }: Options = {}) {
  const register = await loopbackRegister(usual);
  const { http } = Registers.parse({
    order: ['http'],
    http: {
      url: `${register.origin}/find`,
      body: { code: '{number}', type: '{type}', name: '{name}' },
      askBy: [
        { kind: 'uscc', type: '01' },
        { kind: 'socialInsurance', type: '02' },
      ],
      authentication: { kind: 'signature', key: 'desk.key', keyId: 'desk-1' },
      // Nobody waits for these: what is slow says so itself.
      timeoutMs: 15_000,
      totalMs: 30_000,
      breaker: { failures: 3, openSeconds: 30 },
      answer: mapping,
      ...change,
    },
  });
  const settings: HttpRegisterSettings = {
    configuration: http as HttpRegisterConfiguration,
    signing: { id: 'desk-1', signer: messageSigner(deskKey.privateKey) },
    ...(believes && { answerKey: messageVerifier(registerKey.publicKey) }),
    tls: {},
  };
  const troubles: string[] = [];
  const breakers: boolean[] = [];
  const test = {
    register,
    time: new Date('2027-03-01T08:00:00Z'),
    troubles,
    breakers,
    node,
    ...node(),
    pass: (hours: number) => {
      test.time = new Date(test.time.getTime() + hours * 3_600_000);
    },
  };
  function node() {
    const registry = httpRegistry(settings, {
      db,
      clock: () => test.time,
      onTrouble: (error: NoAnswer) => troubles.push(`${error.code}: ${error.message}`),
      onBreaker: (open) => breakers.push(open),
    });
    onTestFinished(() => registry.close());
    return { registry, find: () => registry.find([uscc, social], '甲') };
  }
  return test;
}

describe('a register that is right', () => {
  test('is asked by a signed request, and what it says is told with its origin', async () => {
    const { find, register, time } = await asking();
    const answer = await find();
    const [asked] = register.asked as [Asked];
    expect(answer).toEqual({
      kind: 'found',
      entity,
      askedAt: time,
      origin: { register: 'http', reference: asked.headers['x-request-id'], saidAt: time },
    });
    expect(asked).toMatchObject({ method: 'POST', path: '/find' });
    expect(JSON.parse(asked.body)).toEqual({ code: uscc.value, type: '01', name: '甲' });
    const input = /^desk=(.*)$/.exec(String(asked.headers['signature-input']))?.[1] ?? '';
    expect(input).toContain(`keyid="desk-1";nonce="${asked.headers['x-request-id']}"`);
    const base = [
      '"@method": POST',
      `"@target-uri": ${register.origin}/find`,
      `"content-digest": ${asked.headers['content-digest']}`,
      `"@signature-params": ${input}`,
    ].join('\n');
    const signature = Buffer.from(/^desk=:(.*):$/.exec(String(asked.headers.signature))?.[1] ?? '', 'base64');
    const key = { key: Buffer.from(deskKey.publicKey), format: 'der', type: 'spki' } as const;
    expect(verify(null, Buffer.from(base), key, signature)).toBe(true);
  });

  test('says that it knows no such entity, by its code or by its status', async () => {
    const { find, register, troubles, time } = await asking({ usual: saying(none) });
    const unknown = { kind: 'unknown', reason: 'no-such-number', askedAt: time };
    expect(await find()).toEqual(unknown);
    register.usually(text('no such page', 404));
    expect(await find()).toEqual(unknown);
    expect(troubles).toEqual([]);
  });

  test('is not asked for what it cannot be asked by', async () => {
    const { registry, register } = await asking();
    expect(await registry.find([{ kind: 'taxRegistration', value: '1' }])).toMatchObject({ kind: 'unknown' });
    expect(register.asked).toEqual([]);
  });

  test('is asked by each number where that is configured', async () => {
    const { find, register } = await asking({ change: each });
    expect(await find()).toMatchObject({ kind: 'found', entity });
    expect(register.asked.map(({ body }) => JSON.parse(body).code).sort()).toEqual([
      social.value,
      uscc.value,
    ]);
  });

  test.each<[string, unknown, object]>([
    ['one that it does not know changes nothing', none, { kind: 'found', entity }],
    [
      'numbers of different entities are a conflict',
      record('苏州另一家有限公司', { uscc: '91310000631291289X' }),
      { kind: 'unknown', reason: 'conflict' },
    ],
    ['one without an answer is silence', {}, { kind: 'silent' }],
  ])('is asked by each number: %s', async (_, ofSocial, answer) => {
    const ofUscc = record(entity.name, { social: null });
    const usual: Behaviour = (asked, response) =>
      saying(JSON.parse(asked.body).type === '01' ? ofUscc : ofSocial)(asked, response);
    const { find } = await asking({ usual, change: each });
    const wanted = 'entity' in answer ? { ...answer, entity: { ...entity, numbers: [uscc] } } : answer;
    expect(await find()).toMatchObject(wanted);
  });
});

describe('a register that is wrong is silent, and the reason is told', () => {
  test.each<[string, Behaviour, string]>([
    ['not JSON', text('<html>'), 'unreadable: the answer is not JSON in UTF-8'],
    [
      'JSON in GBK',
      text(Buffer.from('{"code":"\xd6\xd0"}', 'latin1')),
      'unreadable: the answer is not JSON in UTF-8',
    ],
    ['nothing', text(''), 'unreadable: the answer is not JSON in UTF-8'],
    [
      'another shape',
      saying({ result: [] }),
      'unreadable: registry.http.answer.found: “/code” points to nothing of use in the answer',
    ],
    [
      'an unknown state',
      saying(record('甲', { state: '吊销' })),
      'unreadable: registry.http.answer.state: “/data/state” has a value that is not among the configured ones in the answer',
    ],
    [
      'another entity',
      saying(record('乙', { uscc: '91310000631291289X' })),
      'unreadable: registry.http.answer.numbers.uscc: “/data/uscc” has another number than was asked for in the answer',
    ],
    ['far too much', text(`"${'x'.repeat(70_000)}"`), 'unreadable: the answer is too long'],
    ['500', saying(record(), 500), 'away: HTTP 500'],
    ['429', saying(record(), 429), 'away: HTTP 429'],
    ['401', saying(record(), 401), 'refused: HTTP 401'],
    ['204', text('', 204), 'refused: HTTP 204'],
  ])('%s', async (_, usual, trouble) => {
    const { find, register, troubles, time } = await asking({ usual });
    expect(await find()).toEqual({ kind: 'silent', askedAt: time });
    expect(troubles).toEqual([trouble]);
    // Asking again would bring the same.
    expect(register.asked).toHaveLength(1);
  });

  test('a redirect, which is not followed', async () => {
    const elsewhere = await loopbackRegister(saying(record()));
    const usual = text('', 302, { location: `${elsewhere.origin}/find` });
    const { find, troubles } = await asking({ usual });
    expect(await find()).toMatchObject({ kind: 'silent' });
    expect(troubles).toEqual(['refused: HTTP 302']);
    expect(elsewhere.asked).toEqual([]);
  });
});

describe('where answers must be signed', () => {
  const believes = true;
  test('one that is signed to this request is believed', async () => {
    const { find, troubles } = await asking({ believes, usual: signedWith(registerSigns, record()) });
    expect(await find()).toMatchObject({ kind: 'found', entity });
    expect(troubles).toEqual([]);
  });

  test('“there is no such entity” is believed under a signature alone', async () => {
    const { find, register, troubles } = await asking({ believes, usual: text('', 404) });
    expect(await find()).toMatchObject({ kind: 'silent' });
    expect(troubles).toEqual(['unbelievable: it is not signed']);
    register.usually(signedWith(registerSigns, {}, { status: 404 }));
    expect(await find()).toMatchObject({ kind: 'unknown' });
  });

  const another = messageSigner(generateMessageKey('ed25519').privateKey);
  test.each<[string, Behaviour, string]>([
    ['unsigned', saying(record()), 'unbelievable: it is not signed'],
    ['signed by another key', signedWith(another, record()), 'unbelievable: its signature does not verify'],
    [
      'of another status',
      signedWith(registerSigns, {}, { status: 404, sent: 200 }),
      'unbelievable: its signature does not verify',
    ],
    [
      'with a broken signature',
      text('{}', 200, { 'signature-input': 'a=("', signature: 'a=:AQ==:' }),
      'unbelievable: its signature cannot be read: nothing that can be read at 3',
    ],
  ])('one that is %s is not', async (_, usual, trouble) => {
    const { find, register, troubles } = await asking({ believes, usual });
    expect(await find()).toMatchObject({ kind: 'silent' });
    expect(troubles).toEqual([trouble]);
    expect(register.asked).toHaveLength(1);
  });

  test('one that was given to an earlier request is not', async () => {
    const { find, register, troubles, pass } = await asking({
      believes,
      usual: signedWith(registerSigns, record()),
    });
    expect(await find()).toMatchObject({ kind: 'found' });
    const [earlier] = register.asked as [Asked];
    register.usually(signedWith(registerSigns, record('别的名字'), { asIfTo: () => earlier }));
    pass(2);
    expect(await find()).toMatchObject({ entity: { name: '上海示例贸易有限公司' } });
    expect(troubles).toEqual(['unbelievable: its signature does not verify']);
  });
});

describe('a register that is away', () => {
  test.each([
    ['502', text('', 502)],
    ['503', text('', 503)],
    ['504', text('', 504)],
    ['without a word', hangingUp],
    ['in the middle of its answer', breakingOff],
  ])('in passing (%s) is asked a second time, and no third', async (_, passing) => {
    const { find, register, troubles } = await asking();
    register.next(passing);
    expect(await find()).toMatchObject({ kind: 'found', entity });
    const ids = register.asked.map(({ headers }) => headers['x-request-id']);
    expect([ids.length, new Set(ids).size, troubles]).toEqual([2, 2, []]);
    const lasting = await asking({ usual: passing });
    expect(await lasting.find()).toMatchObject({ kind: 'silent' });
    expect([lasting.register.asked.length, lasting.troubles.length]).toEqual([2, 1]);
  });

  describe.each([
    ['before it answers', holding],
    ['in the middle of its answer', stalling],
  ])('and keeps silence %s', (_, slow) => {
    test('is given up in time, and asked a second time', async () => {
      const { find, register, troubles } = await asking({ change: { timeoutMs: 400, totalMs: 30_000 } });
      register.next(slow);
      expect(await find()).toMatchObject({ kind: 'found' });
      expect([register.asked.length, troubles]).toEqual([2, []]);
    });

    test('is not asked a third time', async () => {
      const change = { timeoutMs: 100, totalMs: 30_000 };
      const { find, register, troubles } = await asking({ usual: slow, change });
      expect(await find()).toMatchObject({ kind: 'silent' });
      expect(troubles).toEqual(['away: no answer in time']);
      expect(register.asked.length).toBeLessThan(3);
    });
  });

  test('holds nobody longer than in all is allowed', async () => {
    const { find, register, troubles } = await asking({
      usual: holding,
      change: { timeoutMs: 80, totalMs: 80 },
    });
    expect(await find()).toMatchObject({ kind: 'silent' });
    expect(troubles).toEqual(['away: no answer in time']);
    expect(register.asked.length).toBeLessThan(3);
  });

  test('and gone is silent', async () => {
    const { find, register, troubles } = await asking();
    await register.go();
    expect(await find()).toMatchObject({ kind: 'silent' });
    expect(troubles).toEqual(['away: cannot be reached']);
  });

  test('is not asked any more after some failures, until one question has tried it', async () => {
    const { find, register, registry, breakers, pass } = await asking({ usual: text('', 500) });
    for (const _ of [1, 2, 3, 4, 5]) expect(await find()).toMatchObject({ kind: 'silent' });
    expect([register.asked.length, registry.resting, breakers]).toEqual([3, true, [true]]);
    register.usually(saying(record()));
    pass(1 / 60);
    expect(await find()).toMatchObject({ kind: 'found' });
    expect([registry.resting, breakers]).toEqual([false, [true, false]]);
  });

  test('is for one node alone: another asks for itself', async () => {
    const { find, register, node } = await asking({ usual: text('', 500) });
    for (const _ of [1, 2, 3]) await find();
    register.usually(saying(record()));
    expect(await find()).toMatchObject({ kind: 'silent' });
    expect(await node().find()).toMatchObject({ kind: 'found' });
  });

  test('and one that answers wrongly is not away', async () => {
    const { find, register, registry } = await asking({ usual: text('<html>') });
    for (const _ of [1, 2, 3, 4, 5]) await find();
    expect([register.asked.length, registry.resting]).toEqual([5, false]);
  });
});

describe('what it found', () => {
  test('is not asked for again while it is fresh, on any node', async () => {
    const { find, register, node, pass, time } = await asking();
    await find();
    register.usually(saying(record('新名字有限公司')));
    pass(0.9);
    expect(await find()).toMatchObject({ entity, origin: { saidAt: time } });
    expect(await node().find()).toMatchObject({ entity, origin: { saidAt: time } });
    pass(0.1);
    expect(await find()).toMatchObject({ entity: { name: '新名字有限公司' } });
    expect(register.asked).toHaveLength(2);
  });

  test('counts while it is silent, with the time at which it was said, and for so long only', async () => {
    const { find, register, pass, time } = await asking();
    const said = await find();
    register.usually(hangingUp);
    pass(23);
    const then = await find();
    expect(then).toEqual({ ...said, askedAt: new Date(time.getTime() + 23 * 3_600_000) });
    for (const _ of [1, 2, 3]) await find();
    expect(await find()).toEqual(then); // while it is not asked, too
    pass(1);
    expect(await find()).toMatchObject({ kind: 'silent' });
  });

  test('is forgotten when the register does not know it any more', async () => {
    const { find, register, pass } = await asking();
    await find();
    pass(2);
    register.next(saying(none));
    expect(await find()).toMatchObject({ kind: 'unknown' });
    register.usually(hangingUp);
    expect(await find()).toMatchObject({ kind: 'silent' });
  });

  test('is asked for again after another mapping was configured', async () => {
    const { find, register } = await asking();
    await find();
    register.usually(hangingUp);
    const url = `${register.origin}/find`;
    const same = await asking({ change: { url } });
    expect(await same.find()).toMatchObject({ kind: 'found' });
    const { find: findOtherwise } = await asking({
      change: { url, answer: { ...mapping, division: '/data/region' } },
    });
    expect(await findOtherwise()).toMatchObject({ kind: 'silent' });
  });

  test('is swept away when it is too old to be used', async () => {
    await db.deleteFrom('registry_answer').execute();
    const { find, time } = await asking();
    await find();
    const left = async (hours: number) => {
      await sweepAnswers(db, new Date(time.getTime() + hours * 3_600_000));
      return (await db.selectFrom('registry_answer').select('question').execute()).length;
    };
    expect([await left(23), await left(24)]).toEqual([1, 0]);
  });

  test('is never kept where nothing is to be', async () => {
    const { find, register } = await asking({ change: { cache: { freshHours: 0, atMostHours: 0 } } });
    await find();
    register.usually(hangingUp);
    expect(await find()).toMatchObject({ kind: 'silent' });
  });
});

test('what it does not know is asked for each time', async () => {
  const { find, register } = await asking({ usual: saying(none) });
  expect(await find()).toMatchObject({ kind: 'unknown' });
  register.usually(saying(record()));
  expect(await find()).toMatchObject({ kind: 'found' });
});

test('a lost database is told as such', async () => {
  const { db: lost, end: endLost } = openDatabase('postgres://nobody@127.0.0.1:1/none');
  const { register } = await asking();
  const { http } = Registers.parse({
    order: ['http'],
    http: {
      url: `${register.origin}/{number}`,
      authentication: { kind: 'signature', key: 'desk.key', keyId: 'desk-1' },
      answer: { name: '/name', state: { at: '/state', values: {} }, numbers: { uscc: '/uscc' } },
    },
  });
  const registry = httpRegistry(
    { configuration: http as HttpRegisterConfiguration, tls: {} },
    { db: lost, clock: () => new Date(), onTrouble: () => {}, onBreaker: () => {} },
  );
  await expect(registry.find([uscc])).rejects.toMatchObject({ code: 'database-unavailable' });
  await registry.close();
  await endLost();
});
