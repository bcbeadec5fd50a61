// Two of everything at the same moment: browsers, assistants, servers on one database, a job. Which of them is first is
// left to chance; what must be true does not depend on it.

import { generateSoftwareKey } from '@certdesk/pki';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import {
  Assistant,
  type Browser,
  type Company,
  codeOf,
  openTestDesk,
  type TestDesk,
} from '../../desk.test-support.ts';
import type { Desk } from '../../desk.ts';
import { orderOfCase } from '../../reissue/reissue.test-support.ts';
import { openRenewal, orderRenewal, presentCase } from './renewal.test-support.ts';

let world: TestDesk;
let company: Company;
/** Another server on the same database. */
let node: Desk;
/** The same holder, twice: one at each server. */
let here: Browser;
let there: Browser;

beforeEach(async () => {
  world = await openTestDesk();
  node = await world.node();
  company = await world.company();
  here = world.browser();
  there = world.browser(node);
  await here.signIn(company);
  await there.signIn(company);
});

async function certificates(): Promise<string[]> {
  const rows = await world.db.selectFrom('certificate').select('state').execute();
  return rows.map(({ state }) => state).sort();
}

/** At the point where the new certificate is issued and not proved. */
async function written(): Promise<{ assistant: Assistant; fresh: Company; id: string }> {
  const { id } = await orderRenewal(here);
  const assistant = new Assistant(world.desk, await orderOfCase(here, id));
  await assistant.take();
  return { assistant, fresh: await assistant.certify(company), id };
}

const times = Array.from({ length: 5 }, (_, at) => at + 1);

test('a renewal begun in two browsers is one case, and the other browser is told which', async () => {
  const codes = await Promise.all([codeOf(openRenewal(here)), codeOf(openRenewal(there))]);
  expect(codes.sort()).toEqual(['case-open', 'done']);
  const [mine, theirs] = await Promise.all(
    [here, there].map((one) => one.get<{ openCase: string }>('/renewal')),
  );
  expect(mine?.openCase).toBe(theirs?.openCase);
});

test('two terms chosen at once: what is issued is one of them, and only an order for that one is carried out', async () => {
  const { id } = await orderRenewal(here, 1);
  const early = new Assistant(world.desk, await orderOfCase(here, id));
  await Promise.all([2, 3].map((years, at) => (at ? here : there).post(`/cases/${id}/term`, { years })));
  expect(await codeOf(early.take())).toBe('order-unknown');
  const { years } = await presentCase(here, id);
  expect([2, 3]).toContain(years);
  const assistant = new Assistant(node, await orderOfCase(there, id));
  await assistant.take();
  await assistant.prove(await assistant.certify(company));
  expect(assistant.order.confirmed.years).toBe(years);
  expect(await certificates()).toEqual(['in-force', 'superseded']);
});

test('one order taken up by two assistants at once is carried out by one of them', async () => {
  const { id } = await orderRenewal(here);
  const signed = await orderOfCase(here, id);
  const assistants = [new Assistant(world.desk, signed), new Assistant(node, signed)];
  const codes = await Promise.all(assistants.map((assistant) => codeOf(assistant.take())));
  expect(codes.sort()).toEqual(['done', 'order-used']);
});

test('two orders of one case in two assistants: the later one works, with one key pair, to one end', async () => {
  const { id } = await orderRenewal(here);
  const [one, two] = [
    new Assistant(world.desk, await orderOfCase(here, id)),
    new Assistant(node, await orderOfCase(there, id)),
  ];
  await one.take();
  await two.take();
  // The key holds one new pair, whoever made it.
  const key = generateSoftwareKey('sm2');
  const [first, second] = await Promise.all([
    codeOf(one.certify(company, key)),
    codeOf(two.certify(company, key)),
  ]);
  expect([first, second]).toEqual(['order-token', 'done']);
  await two.prove(await two.certify(company, key));
  expect(await two.finish()).toBe('done');
  expect(await certificates()).toEqual(['in-force', 'superseded']);
});

test.each(times)('cancelled while it is proved: one of the two, whole (%i)', async () => {
  const { assistant, fresh, id } = await written();
  const [cancelled, proved] = await Promise.all([
    codeOf(there.post(`/cases/${id}/cancel`)),
    codeOf(assistant.prove(fresh)),
  ]);
  if (cancelled === 'done') {
    expect(['order-token', 'case-state']).toContain(proved);
    expect(await certificates()).toEqual(['in-force', 'revoked']);
  } else {
    expect([cancelled, proved]).toEqual(['case-cannot-cancel', 'done']);
    expect(await certificates()).toEqual(['in-force', 'superseded']);
  }
});

test.each(times)(
  'cancelled while a certificate is asked for: nothing is left in force but the old one (%i)',
  async () => {
    const { id } = await orderRenewal(here);
    const assistant = new Assistant(world.desk, await orderOfCase(here, id));
    await assistant.take();
    const [cancelled] = await Promise.all([
      codeOf(there.post(`/cases/${id}/cancel`)),
      codeOf(assistant.certify(company)),
    ]);
    expect(cancelled).toBe('done');
    const states = await certificates();
    expect(states.filter((state) => state === 'in-force')).toHaveLength(1);
    expect(states.filter((state) => state === 'issued')).toEqual([]);
    const intents = await world.db.selectFrom('issuance_intent').select('state').execute();
    expect(intents.filter(({ state }) => state === 'intended')).toEqual([]);
  },
);

test.each(times)(
  'abandoned for so long that it ends while it is proved: one of the two, whole (%i)',
  async () => {
    const { assistant, fresh, id } = await written();
    // Its month is over although its order has just been used.
    await world.db.updateTable('desk_case').set({ ends_at: world.time }).where('id', '=', id).execute();
    await sql`select graphile_worker.add_job('run-out-cases')`.execute(world.db);
    const proved = await codeOf(assistant.prove(fresh));
    await expect.poll(() => presentCase(here, id).then(({ state }) => state)).not.toBe('issued');
    const { state } = await presentCase(here, id);
    if (proved === 'done') {
      expect(state).toBe('proved');
      expect(await certificates()).toEqual(['in-force', 'superseded']);
    } else {
      expect(['order-token', 'case-state']).toContain(proved);
      expect(state).toBe('expired');
      expect(await certificates()).toEqual(['in-force', 'revoked']);
    }
  },
);

test('a database that is full: a sentence, nothing half done, and it goes on when there is room again', async () => {
  const { assistant, fresh, id } = await written();
  await sql`create function no_room() returns trigger language plpgsql as $$
    begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`.execute(
    world.db,
  );
  await sql`create trigger no_room before insert on case_event for each row execute function no_room()`.execute(
    world.db,
  );
  expect(await codeOf(assistant.prove(fresh))).toBe('database-unavailable');
  expect(await codeOf(there.post(`/cases/${id}/cancel`))).toBe('database-unavailable');
  expect((await presentCase(here, id)).state).toBe('issued');
  expect(await certificates()).toEqual(['in-force', 'issued']);
  await sql`drop trigger no_room on case_event`.execute(world.db);
  expect(await assistant.prove(fresh)).toBe('proved');
});
