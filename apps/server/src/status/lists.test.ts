import { CertificateRevocationList, type CrlResult, checkAgainstCrl } from '@certdesk/pki';
import { describe, expect, test } from 'vitest';
import { now as start } from '../authority/authority.test-support.ts';
import { resume, revoke, supersede, suspend } from '../authority/certificates.ts';
import { readProfiles } from '../authority/profiles.ts';
import { pathOf, type StatusWorld, settings, statusOrigin, statusWorld } from './status.test-support.ts';

const hour = 3_600_000;
const day = 24 * hour;

async function fetchList(world: StatusWorld, app = world.app, delta = false) {
  const { certificate } = world.ca;
  const name = Buffer.from(certificate.subjectKeyIdentifier ?? []).toString('hex');
  const answer = await app.inject(`/status/crl/${name}${delta ? '-delta' : ''}.crl`);
  expect(answer.statusCode).toBe(200);
  return { answer, crl: CertificateRevocationList.parse(answer.rawPayload) };
}

type Issued = Awaited<ReturnType<StatusWorld['issue']>>;

/** What complete list, and complete list of then with the delta list of now, say of a certificate. */
async function lookUp(world: StatusWorld, { certificate }: Issued, base?: CertificateRevocationList) {
  const { crl } = await fetchList(world);
  const { crl: delta } = await fetchList(world, world.app, true);
  const at = new Date(world.world.time.getTime() + 1000);
  const check = { issuer: world.ca.certificate, at };
  const results: CrlResult[] = [
    checkAgainstCrl(certificate, { ...check, crl }),
    checkAgainstCrl(certificate, { ...check, crl: base ?? crl, delta }),
  ];
  return results.map((result) =>
    result.status === 'revoked' ? (result.entry.reason ?? 'unspecified') : result,
  );
}

const publish = (world: StatusWorld) => world.published.publish(world.ca.certificate.subject.toString());
const change = (world: StatusWorld, work: (tx: Parameters<typeof revoke>[0]) => Promise<void>) =>
  world.db.transaction().execute(work);
const good = { status: 'good' };

describe('lists', () => {
  test('are there before anybody made them, with a delta list; certificates name the address of the complete one', async () => {
    const world = await statusWorld();
    const issued = await world.issue();
    const [address] = issued.certificate.crlDistributionPoints;
    expect(address).toMatch(new RegExp(`^${statusOrigin}/status/crl/[0-9a-f]{40}\\.crl$`));
    const answer = await world.app.inject(pathOf(address));
    const crl = CertificateRevocationList.parse(answer.rawPayload);
    expect(crl.verifiedBy(world.ca.certificate)).toBe(true);
    expect(await lookUp(world, issued)).toEqual([good, good]);
    const { crl: delta } = await fetchList(world, world.app, true);
    expect([crl.number, delta.number, delta.baseNumber]).toEqual([2n, 2n, 1n]);
    expect(crl.freshest).toEqual([address?.replace('.crl', '-delta.crl')]);
  });

  test('say what was revoked, suspended and resumed, the delta list to whoever has an earlier complete one', async () => {
    const world = await statusWorld();
    const [one, two] = [await world.issue(), await world.issue()];
    const { crl: base } = await fetchList(world);
    world.later(hour);
    await change(world, async (tx) => {
      await revoke(tx, one.id, 'keyCompromise', world.world.time);
      await suspend(tx, two.id, world.world.time, 'test');
    });
    await publish(world);
    expect(await lookUp(world, one, base)).toEqual(['keyCompromise', 'keyCompromise']);
    expect(await lookUp(world, two, base)).toEqual(['certificateHold', 'certificateHold']);
    world.later(hour);
    // By now the complete list with the suspension is the base of nothing, and is believed with the next delta list.
    const { crl: held } = await fetchList(world);
    await change(world, (tx) => resume(tx, two.id, world.world.time, 'test'));
    await publish(world);
    expect(await lookUp(world, two, base)).toEqual([good, good]);
    world.later(23 * hour);
    await world.published.keepUp();
    expect(await lookUp(world, one)).toEqual(['keyCompromise', 'keyCompromise']);
    expect(held.number).toBeLessThan((await fetchList(world)).crl.number ?? 0n);
  });

  test('take a resumed certificate off a regular list that had it', async () => {
    const world = await statusWorld();
    const issued = await world.issue();
    await change(world, (tx) => suspend(tx, issued.id, world.world.time, 'test'));
    const { crl: held } = await fetchList(world);
    expect(held.revoked.get(issued.certificate.serialNumber)?.reason).toBe('certificateHold');
    world.later(hour);
    await change(world, (tx) => resume(tx, issued.id, world.world.time, 'test'));
    await publish(world);
    const { crl: delta } = await fetchList(world, world.app, true);
    expect(delta.revoked.get(issued.certificate.serialNumber)?.reason).toBe('removeFromCRL');
    expect(await lookUp(world, issued, held)).toEqual([good, good]);
  });

  test('leave out what has run out once it stood on a regular list made after its end', async () => {
    const world = await statusWorld();
    const issued = await world.issue();
    await change(world, (tx) => revoke(tx, issued.id, 'superseded', world.world.time));
    const serials = async () => [...(await fetchList(world)).crl.revoked.keys()];
    expect(await serials()).toEqual([issued.certificate.serialNumber]);
    world.world.time = new Date(issued.certificate.notAfter.getTime() - hour);
    await world.published.keepUp();
    expect(await serials()).toEqual([issued.certificate.serialNumber]);
    // Lists in between are no regular ones.
    world.later(3 * hour);
    await world.published.keepUp();
    expect(await serials()).toEqual([issued.certificate.serialNumber]);
    world.later(day);
    await world.published.keepUp();
    expect(await serials()).toEqual([issued.certificate.serialNumber]);
    world.later(day);
    await world.published.keepUp();
    expect(await serials()).toEqual([]);
  });

  test('are made in time by themselves, and not more often', async () => {
    const world = await statusWorld();
    const { db, published } = world;
    const numbers = async () =>
      (await db.selectFrom('crl').select(['number', 'regular']).orderBy('number').execute()).map(
        ({ number, regular }) => `${number}${regular ? '!' : ''}`,
      );
    await published.keepUp();
    await published.keepUp();
    expect(await numbers()).toEqual(['1!', '2']);
    world.later(2 * hour);
    await published.keepUp();
    await published.keepUp();
    expect(await numbers()).toEqual(['1!', '2', '3']);
    world.later(22 * hour);
    await published.keepUp();
    expect(await numbers()).toEqual(['1!', '2', '3', '4!']);
    const { crl } = await fetchList(world);
    expect(crl.nextUpdate?.getTime()).toBe(world.world.time.getTime() + 2 * settings.listHours * hour);
    expect(await published.listRemaining()).toBe(48 * 3600);
    expect(await published.listAge()).toBe(300);
    world.later(90 * day);
    await published.lists.sweep();
    expect(await numbers()).toEqual([]);
  });

  test('are the same octets on every node', async () => {
    const world = await statusWorld();
    const other = await world.node();
    const [first, second] = await Promise.all([fetchList(world), fetchList(world, other.app)]);
    const again = await fetchList(world, other.app);
    expect(second.answer.rawPayload).toEqual(first.answer.rawPayload);
    expect(again.answer.headers.etag).toBe(first.answer.headers.etag);
    await publish(world);
    expect((await fetchList(world, other.app)).crl.number).toBe(3n);
  });

  test('that were written down and not signed are signed by whoever comes next, and say what was written', async () => {
    const world = await statusWorld();
    await fetchList(world);
    const broken = {
      ...world.ca,
      signer: { ...world.ca.signer, sign: () => Promise.reject(new Error('no HSM')) },
    };
    const node = await world.node({ ca: broken });
    await expect(node.published.publish(broken.certificate.subject.toString())).rejects.toThrow('no HSM');
    expect((await fetchList(world, node.app)).crl.number).toBe(2n);
    const issued = await world.issue();
    await change(world, (tx) => revoke(tx, issued.id, 'keyCompromise', world.world.time));
    await world.published.publish(world.ca.certificate.subject.toString());
    const rows = await world.db
      .selectFrom('crl')
      .select(['number', 'der', 'tbs'])
      .orderBy('number')
      .execute();
    expect(rows.map(({ der, tbs }) => [der !== null, tbs !== null])).toEqual(Array(4).fill([true, false]));
    const third = CertificateRevocationList.parse(rows[2]?.der ?? new Uint8Array());
    expect([third.number, third.revoked.size]).toEqual([3n, 0]);
    expect((await fetchList(world, node.app)).crl.revoked.size).toBe(1);
  });

  test('of two nodes at once have two numbers', async () => {
    const world = await statusWorld();
    const other = await world.node();
    const { ca } = world;
    await Promise.all(
      [world, other].map(({ published }) => published.publish(ca.certificate.subject.toString())),
    );
    const rows = await world.db.selectFrom('crl').select('number').orderBy('number').execute();
    expect(rows.map(({ number }) => number)).toEqual(['1', '2']);
  });

  test('may be kept by whoever fetched them until the next ones; asked for again they are not sent again', async () => {
    const world = await statusWorld();
    const { answer, crl } = await fetchList(world);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/pkix-crl',
      'cache-control': `public, max-age=${48 * 3600}, no-transform, must-revalidate`,
      expires: crl.nextUpdate?.toUTCString(),
      'last-modified': crl.thisUpdate.toUTCString(),
    });
    const url = pathOf(`${statusOrigin}${answer.raw.req.url}`);
    const ask = async (headers: Record<string, string>) =>
      (await world.app.inject({ url, headers })).statusCode;
    expect(await ask({ 'if-none-match': `"other", ${answer.headers.etag}` })).toBe(304);
    expect(await ask({ 'if-none-match': '"other"' })).toBe(200);
    expect(await ask({ 'if-modified-since': String(answer.headers['last-modified']) })).toBe(304);
    expect(await ask({ 'if-modified-since': new Date(start.getTime() - day).toUTCString() })).toBe(200);
    world.later(60 * day);
    const late = await world.app.inject(url);
    expect(late.headers['cache-control']).toContain('max-age=0,');
  });

  test('of a CA that is not ours are not there; its certificate is where certificates say', async () => {
    const world = await statusWorld();
    const { certificate } = await world.issue();
    const [address] = certificate.aia.caIssuers;
    const answer = await world.app.inject(pathOf(address));
    expect(answer.headers['content-type']).toBe('application/pkix-cert');
    expect(answer.rawPayload).toEqual(Buffer.from(world.ca.certificate.der));
    for (const path of [`/status/crl/${'0'.repeat(40)}.crl`, `/status/ca/${'0'.repeat(40)}.cer`]) {
      expect((await world.app.inject(path)).statusCode).toBe(404);
    }
    expect((await world.app.inject('/status/crl/..%2f..%2fetc.crl')).statusCode).toBe(400);
    await world.published.publish('CN=Somebody else');
    expect(await world.db.selectFrom('crl').select('number').execute()).toEqual([]);
  });
});

describe('a superseded certificate', () => {
  const profilesWith = (days?: number) => {
    const known = readProfiles().get('entity-signing-sm2');
    if (!known) throw new Error('no profile');
    return new Map([[known.name, { ...known, revokeSupersededAfterDays: days ?? null }]]);
  };
  const superseded = async (days?: number) => {
    const world = await statusWorld('sm2', profilesWith(days));
    const [old, fresh] = [await world.issue(), await world.issue()];
    await change(world, (tx) => supersede(tx, old.id, fresh.id, world.world.time));
    const state = async () =>
      world.db
        .selectFrom('certificate')
        .select(['state', 'revocation_reason'])
        .where('id', '=', old.id)
        .executeTakeFirst();
    return { world, old, state };
  };

  test('is left to run out where its profile says nothing', async () => {
    const { world, state } = await superseded();
    world.later(300 * day);
    expect(await world.published.revokeSuperseded()).toBe(0);
    expect(await state()).toMatchObject({ state: 'superseded' });
  });

  test.each([0, 30])('is revoked as such after %i days where its profile says so', async (days) => {
    const { world, old, state } = await superseded(days);
    if (days > 0) {
      world.later(days * day - 1);
      expect(await world.published.revokeSuperseded()).toBe(0);
      world.later(1);
    }
    expect(await world.published.revokeSuperseded()).toBe(1);
    expect(await world.published.revokeSuperseded()).toBe(0);
    expect(await state()).toEqual({ state: 'revoked', revocation_reason: 'superseded' });
    expect(await lookUp(world, old)).toEqual(['superseded', 'superseded']);
  });
});
