// The issuing CA is rolled over while the desk runs: what was begun before, what is begun after, and who may sign in.

import { join } from 'node:path';
import { Certificate, checkChain } from '@certdesk/pki';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { rollSeries } from '../../authority/embedded/series.ts';
import { Assistant, type Company, codeOf, openTestDesk, type TestDesk } from '../../desk.test-support.ts';
import { orderOfCase } from '../../reissue/reissue.test-support.ts';
import { orderRenewal } from './renewal.test-support.ts';

const passphrase = '只用于测试的口令';

/** A renewal as far as an assistant with its order. */
async function writing(world: TestDesk, company: Company): Promise<Assistant> {
  const browser = world.browser();
  await browser.signIn(company);
  const { id } = await orderRenewal(browser);
  const assistant = new Assistant(world.desk, await orderOfCase(browser, id));
  await assistant.take();
  return assistant;
}

/** Nothing that is signed can be stored, as when a server is killed between signing and storing. */
async function storingNothing<T>(world: TestDesk, work: () => Promise<T>): Promise<T> {
  await sql`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'stopped'; end $$`.execute(
    world.db,
  );
  await sql`create trigger refuse before insert on certificate for each row execute function refuse()`.execute(
    world.db,
  );
  const result = await work();
  await sql`drop trigger refuse on certificate`.execute(world.db);
  return result;
}

const issuerOf = ({ certificate }: Company) => Certificate.parse(certificate).issuer.get('CN');

test('renewals from before, across and after a roll-over each get a certificate that holds, and its holder signs in', async () => {
  const world = await openTestDesk();
  const { folder } = world.configuration.authority;
  const companies = [await world.company(), await world.company(), await world.company()] as const;
  const [before, across, after] = companies;

  const first = await writing(world, before);
  const renewedBefore = await first.certify(before);
  await first.prove(renewedBefore);

  const second = await writing(world, across);
  const { key, body } = await second.requestFor(across);
  const stopped = await storingNothing(world, () => codeOf(second.call('/orders/certificate', body)));
  expect(stopped).not.toBe('done');

  const rolled = { folder, passphrase, series: 'main', activeFrom: world.time, now: world.time };
  const rootKey = join(folder, 'root.key');
  await rollSeries({ ...rolled, rootKey, rootPassphrase: passphrase, cost: { logN: 4, r: 1, p: 1 } });

  const third = await writing(world, after);
  const renewedAfter = await third.certify(after);
  await third.prove(renewedAfter);
  // Its request is committed for the CA that issued then, and asked again it is that CA's, though another issues now.
  const { certificate } = await second.call<{ certificate: string }>('/orders/certificate', body);
  const renewedAcross = await second.certify(across, key);
  expect(Buffer.from(renewedAcross.certificate).toString('base64')).toBe(certificate);
  await second.prove(renewedAcross);

  expect([renewedBefore, renewedAcross, renewedAfter].map(issuerOf)).toEqual([
    '测试证书中心 Issuing CA 1',
    '测试证书中心 Issuing CA 1',
    '测试证书中心 Issuing CA 2',
  ]);
  for (const [assistant, fresh] of [
    [first, renewedBefore],
    [second, renewedAcross],
    [third, renewedAfter],
  ] as const) {
    expect(await assistant.finish()).toBe('done');
    for (const desk of [world.desk, await world.node()])
      expect(await codeOf(world.browser(desk).signIn(fresh))).toBe('done');
  }
});

test('an answer’s chain is that of the certificate, not of the CA that issues by now', async () => {
  const world = await openTestDesk();
  const { folder } = world.configuration.authority;
  const company = await world.company();
  const assistant = await writing(world, company);
  const { body } = await assistant.requestFor(company);
  const first = await assistant.call<{ certificate: string; chain: string[] }>('/orders/certificate', body);
  const rolled = { folder, passphrase, series: 'main', activeFrom: world.time, now: world.time };
  await rollSeries({ ...rolled, rootKey: join(folder, 'root.key'), rootPassphrase: passphrase });
  const late = new Assistant(await world.node(), assistant.signed);
  late.token = assistant.token;
  const again = await late.call<typeof first>('/orders/certificate', body);
  expect(again).toEqual(first);
  const [issuer, root] = again.chain.map((each) => Certificate.parse(Buffer.from(each, 'base64')));
  const result = checkChain(Certificate.parse(Buffer.from(again.certificate, 'base64')), {
    intermediates: issuer ? [issuer] : [],
    roots: root ? [root] : [],
    at: world.time,
  });
  expect(result.ok).toBe(true);
});

test('what the issuing CAs are is in the audit log, each time that it changes', async () => {
  const world = await openTestDesk();
  const { folder } = world.configuration.authority;
  const recorded = async () => {
    const rows = await world.db
      .selectFrom('audit_event')
      .select('data')
      .where('action', '=', 'authority.issuers')
      .orderBy('id')
      .execute();
    return rows.map(({ data }) => (data as { issuers: { name: string }[] }).issuers.map(({ name }) => name));
  };
  const start = await recorded();
  expect(start).toHaveLength(1);
  await world.node();
  expect(await recorded()).toEqual(start);
  const rolled = { folder, passphrase, series: 'main', activeFrom: world.time, now: world.time };
  await rollSeries({ ...rolled, rootKey: join(folder, 'root.key'), rootPassphrase: passphrase });
  await world.node();
  expect(await recorded()).toEqual([start[0], [...(start[0] ?? []), expect.stringMatching(/^issuing-\d$/)]]);
});
