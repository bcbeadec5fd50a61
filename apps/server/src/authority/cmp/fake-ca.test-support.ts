/**
 * A CA that speaks CMP over HTTP, for what OpenSSL's server cannot do: it issues for each request, waits as long as it is
 * told to, loses answers, refuses, withdraws, and lies. It stands on the same codec as the desk, which is held against
 * OpenSSL's in packages/pki/src/cmp.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  authorityKeyIdentifier,
  buildCertificate,
  buildCmpMessage,
  Certificate,
  CertificationRequest,
  type CertTemplate,
  type CmpBody,
  type CmpContent,
  type CmpFailure,
  CmpMessage,
  type CmpStatus,
  confirmationHash,
  confirmUntil,
  implicitConfirm,
  keyIdentifierOf,
  keyUsage,
  macProtector,
  type Protector,
  revocationReason,
  type Signer,
  signatureProtector,
} from '@certdesk/pki';
import { expect, onTestFinished } from 'vitest';

type Enrolment = {
  id: number;
  kind: 'ip' | 'cp' | 'kup';
  request: Asked;
  polls: number;
  certificate?: Uint8Array;
};
interface Asked {
  readonly publicKey: Uint8Array;
  readonly template: CertTemplate;
}

export interface FakeCa {
  readonly url: string;
  /** Kinds of the messages that came, in their order. */
  readonly seen: CmpBody['kind'][];
  /** What went wrong in the fake itself. */
  readonly troubles: unknown[];
  /** Serial numbers of what it issued, and what became of each. */
  readonly issued: Map<
    string,
    { der: Uint8Array; state: 'issued' | 'confirmed' | 'rejected' | 'revoked'; reason?: string }
  >;
  /** So many polls are answered with "later". */
  polls: number;
  checkAfter: number;
  /** The next messages are done and not answered. */
  loseAnswers: number;
  /** Not there at all. */
  down: boolean;
  /** The next message is done, and its answer held back until this resolves. */
  hold: Promise<void> | undefined;
  /** Issues anew for a request that it knows, as a CA without a memory does. */
  forgetful: boolean;
  refuse: { status?: CmpStatus; failures: CmpFailure[]; text: string; as: 'response' | 'error' } | undefined;
  confirmUntil: Date | undefined;
  implicit: boolean;
  /** Refuses confirmations: the certificate is withdrawn. */
  withdrawn: boolean;
  refuseRevocations: boolean;
  /** Changes an answer before it is protected, or how it is protected. */
  lie:
    | ((content: Parameters<typeof buildCmpMessage>[0]) => Parameters<typeof buildCmpMessage>[0])
    | undefined;
  /** Another certificate than was asked for. */
  issueInstead:
    | ((content: Parameters<typeof buildCertificate>[0]) => Parameters<typeof buildCertificate>[0])
    | undefined;
  /** Resolves when the next message of this kind has come, before it is answered. */
  coming(kind: CmpBody['kind']): Promise<void>;
}

export interface FakeCaOptions {
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly clock: () => Date;
  /** Without it answers are signed. */
  readonly secret?: Uint8Array;
}

export async function fakeCa(options: FakeCaOptions): Promise<FakeCa> {
  const { certificate: ca, signer, clock } = options;
  const transactions = new Map<string, Enrolment>();
  const waiting: { kind: CmpBody['kind']; resolve: () => void }[] = [];
  const protector: Protector = options.secret
    ? macProtector(options.secret, Buffer.from('ca'), { iterations: 200 })
    : signatureProtector(signer, ca);

  async function issue(asked: Asked): Promise<Uint8Array> {
    const { template, publicKey } = asked;
    const content = {
      serialNumber: `4${randomBytes(15).toString('hex').slice(1)}`,
      issuer: ca.subject,
      subject: template.subject ?? ca.subject,
      notBefore: template.notBefore ?? new Date(clock().getTime() - 60_000),
      notAfter: template.notAfter ?? new Date(clock().getTime() + 400 * 86_400_000),
      publicKey,
      extensions: [
        authorityKeyIdentifier(keyIdentifierOf(ca.publicKey)),
        ...(template.extensions ?? [keyUsage(['digitalSignature', 'nonRepudiation'])]),
      ],
      signer,
    };
    const der = await buildCertificate(fake.issueInstead?.(content) ?? content);
    fake.issued.set(Certificate.parse(der).serialNumber, { der, state: 'issued' });
    return der;
  }

  const status = (name: CmpStatus, text = '', failures: CmpFailure[] = []) => ({
    status: name,
    text: text ? [text] : [],
    failures,
  });
  const error = (text: string, ...failures: CmpFailure[]): CmpContent => ({
    kind: 'error',
    status: status('rejection', text, failures),
    details: [],
  });

  async function answerTo({ body, header }: CmpMessage): Promise<CmpContent> {
    const id = Buffer.from(header.transactionId ?? []).toString('hex');
    const known = transactions.get(id);
    switch (body.kind) {
      case 'ir':
      case 'cr':
      case 'kur':
      case 'p10cr': {
        if (fake.refuse?.as === 'error') return error(fake.refuse.text, ...fake.refuse.failures);
        if (known && !fake.forgetful) return error('this transaction is known', 'transactionIdInUse');
        const enrolment = enrolmentOf(body);
        transactions.set(id, enrolment);
        if (fake.refuse)
          return response(
            enrolment,
            status(fake.refuse.status ?? 'rejection', fake.refuse.text, fake.refuse.failures),
          );
        return enrolment.polls > 0 ? response(enrolment, status('waiting')) : grant(enrolment);
      }
      case 'pollReq': {
        if (!known) return error('no such transaction', 'badRequest');
        if (known.polls > 0) {
          known.polls -= 1;
          return { kind: 'pollRep', polls: [{ id: known.id, checkAfter: fake.checkAfter, reason: [] }] };
        }
        if (fake.refuse) return response(known, status('rejection', fake.refuse.text, fake.refuse.failures));
        return grant(known);
      }
      case 'certConf': {
        const [confirmation] = body.confirmations;
        const mine = [...fake.issued.values()].find(({ der }) =>
          confirmation ? Buffer.compare(confirmationHash(der), confirmation.certificateHash) === 0 : false,
        );
        if (!mine) return error('no such certificate', 'badCertId');
        if (fake.withdrawn) {
          mine.state = 'revoked';
          return error('confirmed too late', 'certRevoked');
        }
        if (mine.state === 'confirmed' && !confirmation?.status) return error('confirmed', 'certConfirmed');
        mine.state = confirmation?.status?.status === 'rejection' ? 'rejected' : 'confirmed';
        return { kind: 'pkiconf' };
      }
      case 'rr': {
        const [revocation] = body.revocations;
        const mine = fake.issued.get(revocation?.certificate.serialNumber ?? '');
        if (fake.refuseRevocations || !revocation)
          return { kind: 'rp', statuses: [status('rejection', 'not by you', ['badCertId'])] };
        if (mine?.state === 'revoked')
          return { kind: 'rp', statuses: [status('rejection', '', ['certRevoked'])] };
        const reason = revocationReason(revocation);
        fake.issued.set(revocation.certificate.serialNumber ?? '', {
          der: mine?.der ?? new Uint8Array(),
          state: 'revoked',
          ...(reason && { reason }),
        });
        return { kind: 'rp', statuses: [status('accepted')] };
      }
      default:
        return error('what?', 'badRequest');
    }
  }

  function enrolmentOf(body: CmpBody): Enrolment {
    if (body.kind === 'p10cr') {
      const { subject, publicKey, ...request } = CertificationRequest.parse(body.request);
      if (!CertificationRequest.parse(body.request).verify()) throw new Error('a request without proof');
      void request;
      return { id: -1, kind: 'cp', request: { publicKey, template: { subject } }, polls: fake.polls };
    }
    const [message] = 'requests' in body ? body.requests : [];
    if (!message?.template.publicKey || message.proof?.kind !== 'raVerified')
      throw new Error('an odd request');
    const kind = ({ ir: 'ip', cr: 'cp', kur: 'kup' } as const)[body.kind as 'ir'];
    const { template } = message;
    return {
      id: message.id,
      kind,
      request: { publicKey: message.template.publicKey, template },
      polls: fake.polls,
    };
  }

  async function grant(enrolment: Enrolment): Promise<CmpContent> {
    enrolment.certificate ??= await issue(enrolment.request);
    return response(enrolment, status('accepted'), enrolment.certificate);
  }

  const response = (
    { id, kind }: Enrolment,
    info: ReturnType<typeof status>,
    certificate?: Uint8Array,
  ): CmpContent => ({
    kind,
    caCertificates: [],
    responses: [{ id, status: info, ...(certificate && { certificate }) }],
  });

  async function handle(octets: Uint8Array, response: ServerResponse): Promise<void> {
    const message = CmpMessage.parse(octets);
    fake.seen.push(message.body.kind);
    for (const one of waiting.splice(0)) one.kind === message.body.kind ? one.resolve() : waiting.push(one);
    const { sender, recipient, transactionId, senderNonce } = message.header;
    const body = await answerTo(message);
    const { hold } = fake;
    fake.hold = undefined;
    await hold;
    if (fake.loseAnswers > 0) {
      fake.loseAnswers -= 1;
      response.destroy();
      return;
    }
    const generalInfo = [
      ...(fake.implicit ? [implicitConfirm] : []),
      ...(fake.confirmUntil ? [confirmUntil(fake.confirmUntil)] : []),
    ];
    const content: Parameters<typeof buildCmpMessage>[0] = {
      header: {
        ...{ version: 2 as const, sender: recipient, recipient: sender, messageTime: clock() },
        ...(transactionId && { transactionId }),
        ...(senderNonce && { recipientNonce: senderNonce }),
        senderNonce: createHash('sha256').update(octets).digest().subarray(0, 16),
        generalInfo,
      },
      body,
      protector,
      extraCertificates: [ca],
    };
    const reply = await buildCmpMessage(fake.lie?.(content) ?? content);
    response.setHeader('content-type', 'application/pkixcmp').end(reply);
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (fake.down) response.destroy();
    else
      await handle(Buffer.concat(chunks), response).catch((error: unknown) => {
        fake.troubles.push(error);
        response.destroy();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    expect(fake.troubles).toEqual([]);
    server.closeAllConnections();
    server.close();
  });
  const fake: FakeCa = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cmp`,
    seen: [],
    troubles: [],
    issued: new Map(),
    polls: 0,
    checkAfter: 60,
    loseAnswers: 0,
    down: false,
    hold: undefined,
    forgetful: false,
    refuse: undefined,
    confirmUntil: undefined,
    implicit: false,
    withdrawn: false,
    refuseRevocations: false,
    lie: undefined,
    issueInstead: undefined,
    coming: (kind) => new Promise((resolve) => waiting.push({ kind, resolve })),
  };
  return fake;
}
