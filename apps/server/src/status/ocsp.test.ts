import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  buildCertId,
  buildOcspRequest,
  type CertIdHash,
  type Certificate,
  CertificateRevocationList,
  checkOcspResponse,
  parseOcspResponse,
} from '@certdesk/pki';
import { describe, expect, onTestFinished, test } from 'vitest';
import { resume, revoke, suspend } from '../authority/certificates.ts';
import { pathOf, type StatusWorld, statusOrigin, statusWorld } from './status.test-support.ts';

const minute = 60_000;
const day = 86_400_000;

/** The openssl command, whose output counts whatever its exit code is. */
async function openssl(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('openssl', args).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return stdout + stderr;
}

async function folder(): Promise<(name: string, content?: string | Uint8Array) => Promise<string>> {
  const path = await mkdtemp(join(tmpdir(), 'certdesk-ocsp-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return async (name, content) => {
    const file = join(path, name);
    if (content !== undefined) await writeFile(file, content);
    return file;
  };
}

const requestFor = (
  world: StatusWorld,
  certificates: readonly Certificate[],
  nonce?: Uint8Array,
  hash?: CertIdHash,
) =>
  buildOcspRequest(
    certificates.map((one) => buildCertId(one, world.ca.certificate, hash)),
    nonce,
  );

async function post(world: StatusWorld, request: Uint8Array, app = world.app) {
  const answer = await app.inject({
    method: 'POST',
    url: '/status/ocsp',
    headers: { 'content-type': 'application/ocsp-request' },
    payload: Buffer.from(request),
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('application/ocsp-response');
  return { answer, response: parseOcspResponse(answer.rawPayload) };
}

/** What the responder says of a certificate, if the answer may be believed. */
async function ask(
  world: StatusWorld,
  certificate: Certificate,
  more: { nonce?: Uint8Array; app?: typeof world.app; hash?: CertIdHash } = {},
) {
  const { response } = await post(world, requestFor(world, [certificate], more.nonce, more.hash), more.app);
  const { issuer, at } = { issuer: world.ca.certificate, at: world.world.time };
  return checkOcspResponse(certificate, response, { issuer, at, ...(more.nonce && { nonce: more.nonce }) });
}

const change = (world: StatusWorld, work: (tx: Parameters<typeof revoke>[0]) => Promise<void>) =>
  world.db.transaction().execute(work);

describe.each(['p256', 'rsa'] as const)('openssl as the client (%s)', (algorithm) => {
  test('is told good, revoked and unknown by POST and GET, and checks chains against the lists', async () => {
    const world = await statusWorld(algorithm);
    const { ca, world: clock } = world;
    const put = await folder();
    const [good, bad] = [await world.issue(), await world.issue()];
    await change(world, (tx) => revoke(tx, bad.id, 'keyCompromise', clock.time));
    const base = await world.listen();
    const roots = await put('root.pem', ca.root.toPem());
    const issuer = await put('ca.pem', ca.certificate.toPem());
    const files = [
      await put('good.pem', good.certificate.toPem()),
      await put('bad.pem', bad.certificate.toPem()),
    ];
    const at = ['-attime', String(clock.time.getTime() / 1000)];
    // The command judges answers by the machine's clock, which is not the test's.
    const trust = [
      '-CAfile',
      roots,
      '-verify_other',
      issuer,
      ...at,
      '-validity_period',
      String(50 * 365 * 86_400),
    ];
    const asked = ['-issuer', issuer, ...files.flatMap((file) => ['-cert', file]), '-serial', '0xdeadbeef'];

    const [address] = good.certificate.aia.ocsp;
    const said = await openssl('ocsp', '-url', base + pathOf(address), '-nonce', ...asked, ...trust);
    const whole =
      /good\.pem: good[\s\S]*bad\.pem: revoked[\s\S]*keyCompromise[\s\S]*0xdeadbeef: unknown[\s\S]*verify OK/;
    expect(said).not.toMatch(/no nonce in response/i);
    expect(said).toMatch(whole);

    const requestFile = await put('request');
    await openssl('ocsp', '-no_nonce', ...asked, '-reqout', requestFile);
    const request = await readFile(requestFile);
    for (const path of [encodeURIComponent(request.toString('base64')), request.toString('base64')]) {
      const answer = await fetch(`${base}${pathOf(address)}/${path}`);
      const response = await put('response', Buffer.from(await answer.arrayBuffer()));
      expect(await openssl('ocsp', '-respin', response, '-no_nonce', ...asked, ...trust)).toMatch(whole);
    }

    const fetchList = async (uri: string | undefined, name: string) => {
      const answer = await fetch(base + pathOf(uri));
      return put(name, Buffer.from(await answer.arrayBuffer()));
    };
    const [listAt] = good.certificate.crlDistributionPoints;
    const list = await fetchList(listAt, 'list.crl');
    const verify = (certificate: string, ...more: string[]) =>
      openssl('verify', ...at, '-CAfile', roots, '-untrusted', issuer, '-crl_check', ...more, certificate);
    const [goodFile = '', badFile = ''] = files;
    expect(await verify(goodFile, '-CRLfile', list)).toContain('good.pem: OK');
    expect(await verify(badFile, '-CRLfile', list)).toContain('certificate revoked');

    // Whoever has that list and fetches the delta list alone knows what has happened since.
    await change(world, (tx) => suspend(tx, good.id, clock.time, 'test'));
    await world.published.publish(ca.certificate.subject.toString());
    const delta = await fetchList(listAt?.replace('.crl', '-delta.crl'), 'delta.crl');
    const deltas = ['-extended_crl', '-use_deltas', '-CRLfile', list, '-CRLfile', delta];
    expect(await verify(goodFile, ...deltas)).toContain('certificate revoked');
    await change(world, (tx) => resume(tx, good.id, clock.time, 'test'));
    await world.published.publish(ca.certificate.subject.toString());
    await fetchList(listAt?.replace('.crl', '-delta.crl'), 'delta.crl');
    expect(await verify(goodFile, ...deltas)).toContain('good.pem: OK');
  });
});

test('what a CA with SM2 publishes is signed as openssl has it too', async () => {
  const world = await statusWorld('sm2');
  const put = await folder();
  const { certificate } = await world.issue();
  const { response } = await post(world, requestFor(world, [certificate]));
  if (response.status !== 'successful') throw new Error(response.status);
  const { basic } = response;
  const list = (await world.published.lists.current(world.ca)).complete;
  const crl = CertificateRevocationList.parse(list.der);
  const signed = [
    { by: basic.certificates[0] as Certificate, tbs: basic.tbs, signature: basic.signature },
    { by: world.ca.certificate, tbs: crl.tbs, signature: crl.signature },
  ];
  for (const { by, tbs, signature } of signed) {
    const key = await put(
      'key.pem',
      await openssl('x509', '-in', await put('by.pem', by.toPem()), '-noout', '-pubkey'),
    );
    const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin', '-digest', 'sm3'];
    const how = [
      '-pkeyopt',
      'distid:1234567812345678',
      '-sigfile',
      await put('sig', signature),
      '-in',
      await put('tbs', tbs),
    ];
    expect(await openssl(...verify, ...how)).toContain('Signature Verified Successfully');
  }
});

describe('the responder', () => {
  test('follows each change at once, on every node, whatever was asked before', async () => {
    const world = await statusWorld();
    const { app } = await world.node();
    const { id, certificate } = await world.issue();
    const both = async () => [await ask(world, certificate), await ask(world, certificate, { app })];
    const good = { status: 'good' };
    expect(await both()).toEqual([good, good]);
    world.later(minute);
    await change(world, (tx) => suspend(tx, id, world.world.time, 'test'));
    const held = { status: 'revoked', at: world.world.time, reason: 'certificateHold' };
    expect(await both()).toEqual([held, held]);
    await change(world, (tx) => resume(tx, id, world.world.time, 'test'));
    expect(await both()).toEqual([good, good]);
    await change(world, (tx) => revoke(tx, id, 'unspecified', world.world.time));
    const revoked = { status: 'revoked', at: world.world.time };
    expect(await both()).toEqual([revoked, revoked]);
  });

  test('is asked by any hash of its name and key, and answers several at once in their order', async () => {
    const world = await statusWorld();
    const [one, two] = [await world.issue(), await world.issue()];
    for (const hash of ['sha1', 'sha256', 'sm3'] as const) {
      expect(await ask(world, one.certificate, { hash })).toEqual({ status: 'good' });
    }
    await change(world, (tx) => revoke(tx, two.id, 'keyCompromise', world.world.time));
    const stranger = buildCertId(one.certificate, (await statusWorld('p256')).ca.certificate);
    const ids = [two, one].map(({ certificate }) => buildCertId(certificate, world.ca.certificate));
    const { response } = await post(world, buildOcspRequest([...ids, stranger]));
    const statuses =
      response.status === 'successful' && response.basic.responses.map(({ status }) => status.status);
    expect(statuses).toEqual(['revoked', 'good', 'unknown']);
  });

  test('repeats a nonce, and lets nobody keep such an answer', async () => {
    const world = await statusWorld();
    const { certificate } = await world.issue();
    const nonce = Buffer.alloc(32, 9);
    expect(await ask(world, certificate, { nonce })).toEqual({ status: 'good' });
    const { answer } = await post(world, requestFor(world, [certificate], nonce));
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('answers from what it signed a while ago, with what caches need to know', async () => {
    const world = await statusWorld();
    const { certificate } = await world.issue();
    const request = requestFor(world, [certificate]);
    const url = `/status/ocsp/${encodeURIComponent(Buffer.from(request).toString('base64'))}`;
    const get = (headers: Record<string, string> = {}) => world.app.inject({ url, headers });
    const first = await get();
    expect(first.headers).toMatchObject({
      'cache-control': 'public, max-age=3600, no-transform, must-revalidate',
      expires: new Date(world.world.time.getTime() + 60 * minute).toUTCString(),
      'last-modified': new Date(world.world.time.getTime() - 5 * minute).toUTCString(),
    });
    world.later(29 * minute);
    const again = await get();
    expect(again.rawPayload).toEqual(first.rawPayload);
    expect(again.headers['cache-control']).toContain('max-age=1860,');
    expect((await post(world, request)).answer.rawPayload).toEqual(first.rawPayload);
    expect((await get({ 'if-none-match': String(first.headers.etag) })).statusCode).toBe(304);
    world.later(2 * minute);
    const fresh = await get();
    expect(fresh.headers['cache-control']).toContain('max-age=3600,');
    expect(fresh.rawPayload).not.toEqual(first.rawPayload);
  });

  test('knows nothing of what was never issued, and lets nobody keep that', async () => {
    const world = await statusWorld();
    const { certificate } = await world.issue();
    const never = buildCertId({ serialNumber: '0badcafe' }, world.ca.certificate);
    const { answer, response } = await post(world, buildOcspRequest([never]));
    expect(response).toMatchObject({ basic: { responses: [{ status: { status: 'unknown' } }] } });
    expect(answer.headers['cache-control']).toBe('no-store');
    // Nor does it speak for other CAs.
    const other = (await statusWorld('p256')).ca.certificate;
    const foreign = await post(world, buildOcspRequest([buildCertId(certificate, other)]));
    expect(foreign.response).toEqual({ status: 'unauthorized' });
  });

  test('says of nonsense that it is nonsense, and of a lost database to try later', async () => {
    const world = await statusWorld();
    const { certificate } = await world.issue();
    const malformed = { status: 'malformedRequest' };
    expect((await post(world, Buffer.from('nonsense'))).response).toEqual(malformed);
    for (const path of ['%', '!!!', 'AAAA', 'A'.repeat(5000)]) {
      const answer = await world.app.inject(`/status/ocsp/${path}`);
      if (answer.statusCode === 200) expect(parseOcspResponse(answer.rawPayload)).toEqual(malformed);
      else expect(answer.statusCode).toBe(400);
    }
    const wrongType = await world.app.inject({ method: 'POST', url: '/status/ocsp', payload: { a: 1 } });
    expect(parseOcspResponse(wrongType.rawPayload)).toEqual(malformed);
    await world.end();
    expect((await post(world, requestFor(world, [certificate]))).response).toEqual({ status: 'tryLater' });
    expect(world.troubles).toHaveLength(1);
  });

  test('has a certificate of each CA for its key, renewed when half of its time is over', async () => {
    const world = await statusWorld();
    const apart = await world.node({ keys: 'of its own' });
    const { certificate } = await world.issue();
    const responder = async (app = world.app) => {
      const { response } = await post(world, requestFor(world, [certificate]), app);
      const [own] = response.status === 'successful' ? response.basic.certificates : [];
      if (!own) throw new Error('no responder');
      expect(own.verifiedBy(world.ca.certificate)).toBe(true);
      expect(own.extendedKeyUsage).toEqual(['ocspSigning']);
      expect(own.extensions.map(({ oid }) => oid)).toContain('1.3.6.1.5.5.7.48.1.5');
      return own.serialNumber;
    };
    const first = await responder();
    expect(await responder(apart.app)).not.toBe(first);
    expect(await ask(world, certificate, { app: apart.app })).toEqual({ status: 'good' });
    world.later(14 * day);
    await world.published.keepUp();
    expect(await responder()).toBe(first);
    world.later(2 * day);
    await world.published.keepUp();
    const second = await responder();
    expect(second).not.toBe(first);
    // A node that did nothing meanwhile takes up the one that is there.
    expect(await responder((await world.node()).app)).toBe(second);
  });

  test('signs the certificate that was written down before a stop', async () => {
    const world = await statusWorld();
    const signer = { ...world.ca.signer, sign: () => Promise.reject(new Error('no HSM')) };
    const node = await world.node({ ca: { ...world.ca, signer } });
    const { certificate } = await world.issue();
    expect((await post(world, requestFor(world, [certificate]), node.app)).response).toEqual({
      status: 'tryLater',
    });
    expect(await ask(world, certificate)).toEqual({ status: 'good' });
    const rows = await world.db.selectFrom('ocsp_responder').select(['tbs', 'der']).execute();
    expect(rows.map(({ tbs, der }) => [tbs, der !== null])).toEqual([[null, true]]);
  });
});

test('certificates name the responder, whoever issued them', async () => {
  const world = await statusWorld();
  const { certificate } = await world.issue();
  expect(certificate.aia.ocsp).toEqual([`${statusOrigin}/status/ocsp`]);
});
