/** OpenSSL's CMP server and client as the second opinion: each reads what this package writes, and the other way round. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { opensslCmpServer } from '../../../../test/support/openssl-cmp.ts';
import { issue, type Party } from '../authority.test-support.ts';
import {
  buildCertRequest,
  buildCmpMessage,
  buildRequest,
  Certificate,
  type CmpBody,
  type CmpContent,
  CmpMessage,
  type CmpTrust,
  checkReply,
  confirmationHash,
  der,
  macProtector,
  type Protector,
  readDer,
  reasonExtension,
  signatureProof,
  signatureProtector,
} from '../index.ts';
import { openssl } from '../openssl.test-support.ts';
import { toPem } from '../pem.ts';

const at = new Date();
const years = (count: number) => new Date(at.getTime() + count * 365 * 86_400_000);
const valid = { notBefore: years(-1), notAfter: years(1) };
const secret = 'a secret of a test';

function files(content: Record<string, string>): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-cmp-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(content))
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  return (name) => join(folder, name);
}

const keyPem = ({ privateKey }: Party) => toPem('PRIVATE KEY', privateKey);

/** A CA with a certificate for a holder that it has made beforehand, which is all that OpenSSL's server can give. */
async function parties(algorithm: 'p256' | 'rsa2048') {
  const usage = ['digitalSignature', 'keyCertSign', 'cRLSign'] as const;
  const ca = await issue({ name: 'Another CA', algorithm, constraints: { ca: true }, usage, ...valid });
  const desk = await issue({ name: 'Desk', algorithm, serialNumber: '02', ...valid }, ca);
  const holder = await issue({ name: '上海示例有限公司', algorithm, serialNumber: '03', ...valid }, ca);
  return { ca, desk, holder };
}

interface Transaction {
  readonly url: string;
  readonly protector: Protector;
  readonly extra?: readonly Certificate[];
  readonly trust: CmpTrust;
  readonly desk: Party;
  readonly ca: Party;
}

/** Sends message after message of one transaction. */
function transaction({ url, protector, extra = [], trust, desk, ca }: Transaction) {
  const transactionId = randomBytes(16);
  let recipientNonce: Uint8Array | undefined;
  return async (body: CmpContent): Promise<CmpBody> => {
    const senderNonce = randomBytes(16);
    const message = await buildCmpMessage({
      header: {
        version: 2,
        sender: { kind: 'directoryName', value: desk.certificate.subject },
        recipient: { kind: 'directoryName', value: ca.certificate.subject },
        messageTime: at,
        transactionId,
        senderNonce,
        ...(recipientNonce && { recipientNonce }),
      },
      body,
      protector,
      extraCertificates: extra,
    });
    const headers = { 'content-type': 'application/pkixcmp', connection: 'close' };
    const answer = await fetch(url, { method: 'POST', headers, body: Buffer.from(message) });
    const reply = CmpMessage.parse(new Uint8Array(await answer.arrayBuffer()));
    expect(checkReply(reply, { transactionId, nonce: senderNonce, trust, at })).toBeUndefined();
    recipientNonce = reply.header.senderNonce;
    return reply.body;
  };
}

it.each(['p256', 'rsa2048'] as const)(
  'enrols, confirms and revokes with %s signatures',
  async (algorithm) => {
    const { ca, desk, holder } = await parties(algorithm);
    const path = files({
      'ca.pem': ca.certificate.toPem(),
      'ca.key': keyPem(ca),
      'holder.pem': holder.certificate.toPem(),
    });
    const server = await opensslCmpServer(
      ...['-srv_cert', path('ca.pem'), '-srv_key', path('ca.key'), '-srv_trusted', path('ca.pem')],
      ...['-rsp_cert', path('holder.pem'), '-poll_count', '2', '-check_after', '1', '-accept_raverified'],
    );
    onTestFinished(() => server.stop());
    const { certificate } = desk;
    const open = () =>
      transaction({
        ...{ url: server.url, desk, ca, extra: [certificate] },
        protector: signatureProtector(desk.signer, certificate),
        trust: { kind: 'signature', signers: [ca.certificate] },
      });
    const template = { subject: holder.certificate.subject, publicKey: holder.signer.publicKey };
    // OpenSSL's server takes its one certificate for the old one as well as for the new one.
    const { issuer, serialNumber } = holder.certificate;
    const request = buildCertRequest({ id: 0, template, oldCertificate: { issuer, serialNumber } });
    const proof = await signatureProof(holder.signer, request);
    const vouched = {
      request: buildCertRequest({ id: 0, template }),
      proof: { kind: 'raVerified' as const },
    };
    const bodies: CmpContent[] = [
      {
        kind: 'ir',
        requests: [
          {
            request: buildCertRequest({ id: 0, template }),
            proof: await signatureProof(holder.signer, buildCertRequest({ id: 0, template })),
          },
        ],
      },
      { kind: 'cr', requests: [vouched] },
      { kind: 'kur', requests: [{ request, proof }] },
      { kind: 'p10cr', request: await buildRequest({ subject: template.subject, signer: holder.signer }) },
    ];
    for (const body of algorithm === 'p256' ? bodies : bodies.slice(-1)) {
      const send = open();
      let answer = await send(body);
      const kinds: string[] = [answer.kind];
      for (
        let id = firstOf(answer).id;
        answer.kind === 'pollRep' || firstOf(answer).status.status === 'waiting';
      ) {
        answer = await send({ kind: 'pollReq', ids: [id] });
        if (answer.kind !== 'pollRep') id = firstOf(answer).id;
        kinds.push(answer.kind);
      }
      const granted = { ir: 'ip', cr: 'cp', kur: 'kup', p10cr: 'cp' }[body.kind as 'ir'];
      expect(kinds).toEqual([granted, 'pollRep', granted]);
      const { id, status, certificate: got } = firstOf(answer);
      expect(status.status).toBe('accepted');
      expect(got && Buffer.compare(got, holder.certificate.der)).toBe(0);
      const certificateHash = confirmationHash(holder.certificate.der);
      expect(await send({ kind: 'certConf', confirmations: [{ id, certificateHash }] })).toEqual({
        kind: 'pkiconf',
      });
    }
    const revocation = {
      certificate: { issuer: ca.certificate.subject, serialNumber: holder.certificate.serialNumber },
      entryExtensions: [reasonExtension('superseded')],
    };
    const answer = await open()({ kind: 'rr', revocations: [revocation] });
    expect(answer).toMatchObject({ kind: 'rp', statuses: [{ status: 'accepted' }] });
  },
);

function firstOf(body: CmpBody) {
  const [first] = 'responses' in body ? body.responses : [];
  if (!first) throw new Error(`no response in ${JSON.stringify(body)}`);
  return first;
}

it('authenticates by MAC, and reads what is refused and why', async () => {
  const { ca, desk, holder } = await parties('p256');
  const path = files({ 'holder.pem': holder.certificate.toPem(), secret: `${secret}\n` });
  const base = ['-srv_ref', 'ca', '-srv_secret', `file:${path('secret')}`, '-rsp_cert', path('holder.pem')];
  const refusing = [
    '-pkistatus',
    '2',
    '-failurebits',
    String(2 ** 19 + 2 ** 9),
    '-statusstring',
    'no such template',
  ];
  const [granting, refuses, errs] = await Promise.all([
    opensslCmpServer(...base, '-mac', 'hmac-sha256'),
    opensslCmpServer(...base, ...refusing),
    opensslCmpServer(...base, '-send_error'),
  ]);
  onTestFinished(() => Promise.all([granting.stop(), refuses.stop(), errs.stop()]).then(() => undefined));
  const request = await buildRequest({ subject: holder.certificate.subject, signer: holder.signer });
  const ask = ({ url }: { url: string }) =>
    transaction({
      ...{ url, desk, ca },
      protector: macProtector(Buffer.from(secret), Buffer.from('desk')),
      trust: { kind: 'mac', secret: Buffer.from(secret) },
    })({ kind: 'p10cr', request });
  expect(firstOf(await ask(granting)).status.status).toBe('accepted');
  expect(firstOf(await ask(refuses))).toMatchObject({
    status: { status: 'rejection', text: ['no such template'], failures: ['badPOP', 'badCertTemplate'] },
  });
  expect(await ask(errs)).toMatchObject({ kind: 'error', status: { status: 'rejection' } });
});

it('answers OpenSSL’s client so that it takes the certificate, over a poll and a confirmation', async () => {
  const { ca, desk, holder } = await parties('p256');
  const path = files({
    'ca.pem': ca.certificate.toPem(),
    'desk.pem': desk.certificate.toPem(),
    'desk.key': keyPem(desk),
    'holder.key': keyPem(holder),
  });
  const seen: string[] = [];
  const answers: Partial<Record<CmpBody['kind'], () => CmpContent>> = {
    ir: () => ({ kind: 'ip', caCertificates: [], responses: [{ id: 0, status: status('waiting') }] }),
    pollReq: () =>
      seen.filter((kind) => kind === 'pollReq').length === 1
        ? { kind: 'pollRep', polls: [{ id: 0, checkAfter: 0, reason: ['稍候'] }] }
        : {
            kind: 'ip',
            caCertificates: [ca.certificate.der],
            responses: [{ id: 0, status: status('accepted'), certificate: holder.certificate.der }],
          },
    certConf: () => ({ kind: 'pkiconf' }),
  };
  const status = (name: 'waiting' | 'accepted') => ({ status: name, text: [], failures: [] });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const message = CmpMessage.parse(Buffer.concat(chunks));
    expect(message.protectedByKey(desk.signer.publicKey)).toBe(true);
    seen.push(message.body.kind);
    const { sender, recipient, transactionId, senderNonce } = message.header;
    const body = answers[message.body.kind]?.();
    if (!body || !transactionId || !senderNonce) throw new Error(message.body.kind);
    const reply = await buildCmpMessage({
      header: {
        ...{ version: 2, sender: recipient, recipient: sender, messageTime: at },
        ...{ transactionId, senderNonce: randomBytes(16), recipientNonce: senderNonce },
      },
      body,
      protector: signatureProtector(ca.signer, ca.certificate),
      extraCertificates: [ca.certificate],
    });
    response.setHeader('content-type', 'application/pkixcmp').end(reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const child = spawn('openssl', [
    ...['cmp', '-config', '', '-cmd', 'ir', '-server', `127.0.0.1:${port}/`, '-srvcert', path('ca.pem')],
    ...['-cert', path('desk.pem'), '-key', path('desk.key'), '-newkey', path('holder.key')],
    ...['-subject', '/C=CN/CN=any', '-certout', path('out.pem'), '-batch'],
  ]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(`${code} ${said}`).toMatch(/^0 /);
  expect(seen).toEqual(['ir', 'pollReq', 'pollReq', 'certConf']);
  expect(Certificate.parse(readFileSync(path('out.pem'))).serialNumber).toBe(holder.certificate.serialNumber);
});

it('signs with SM2 what OpenSSL verifies, under the signer ID that its CMP knows no way to set', async () => {
  const { signer, certificate, privateKey } = await issue({ name: 'Desk', algorithm: 'sm2', ...valid });
  const { protect, algorithm } = signatureProtector(signer, certificate);
  expect(algorithm.oid).toBe('1.2.156.10197.1.501');
  const message = await buildCmpMessage({
    header: {
      version: 2,
      sender: { kind: 'directoryName', value: certificate.subject },
      recipient: { kind: 'directoryName', value: certificate.subject },
      transactionId: randomBytes(16),
    },
    body: { kind: 'pkiconf' },
    protector: { algorithm, protect },
  });
  // PKIMessage is header, body and protection; what is protected is a SEQUENCE of the first two, as they stand.
  const { header, body, signature } = readDer(message, (reader) => {
    const inside = reader.sequence();
    const parts = { header: inside.next().der, body: inside.next().der };
    const signature = inside.inside(inside.next()).bitString();
    return { ...parts, signature };
  });
  const path = files({ 'desk.key': toPem('PRIVATE KEY', privateKey) });
  writeFileSync(path('part'), der.encode(der.sequence(header, body)));
  writeFileSync(path('signature'), signature);
  const said = openssl(
    ...['pkeyutl', '-verify', '-inkey', path('desk.key'), '-rawin', '-digest', 'sm3'],
    ...['-pkeyopt', 'distid:1234567812345678', '-in', path('part'), '-sigfile', path('signature')],
  );
  expect(said).toContain('Signature Verified Successfully');
});
