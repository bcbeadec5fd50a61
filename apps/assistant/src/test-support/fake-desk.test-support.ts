import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AmendmentOrder,
  type CaseState,
  type ErrorCode,
  encryptionProofOctets,
  type IdentityNumber,
  type Order,
  problem,
  type RenewalOrder,
  type SignedOrder,
  type SignedType,
  type SignInOrder,
  signedOctets,
  signedTypes,
} from '@certdesk/contract';
import { Sm2PrivateKey, Sm2PublicKey, sm4EncryptEcb } from '@certdesk/gm';
import {
  buildCertificate,
  Certificate,
  CertificationRequest,
  certificateDigest,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  envelopKey,
  generateSoftwareKey,
  identityNumberExtension,
  Name,
  publicKeyDigest,
  softwareSigner,
  verifyByKey,
} from '@certdesk/pki';
import type { ReissueOrder } from '../orders/reissue.ts';
import type { TrustedDesk } from '../orders/trust.ts';

type Certified = {
  publicKey: string;
  der: Uint8Array;
  state: 'issued' | 'in-force' | 'superseded' | 'revoked';
};
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
const unifiedCode: IdentityNumber = { kind: 'uscc', value: '91310000631291289X' };
const nonce = () => randomBytes(32).toString('base64url');

class Refused extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

/** The server's side of one case, a renewal or an amendment, in memory: what orders are tried against. Checks every signature. */
export class FakeDesk {
  readonly orderKey = Sm2PrivateKey.generate();
  readonly caseId = randomUUID();
  state: CaseState = 'ordered';
  /** Encryption certificates come too; the old container stays; the pair that is there may be certified again. */
  twins = false;
  keepOld = false;
  recertify = false;
  /** What the key management gave, by signing key; and the encryption certificates that were issued, by it as well. */
  readonly pairs = new Map<string, Sm2PrivateKey>();
  readonly encryption = new Map<string, Uint8Array>();
  /** Pairs that the key had before. */
  readonly present = new Map<string, Sm2PrivateKey>();
  #proofCheck: string | undefined;
  #proofTwin: { wrappedKey: string; data: string } | null = null;
  /** Of certificates from now on. */
  notBefore = new Date('2026-01-01T00:00:00Z');
  readonly certificates: Certified[] = [];
  readonly calls: string[] = [];
  readonly tokens = new Set<string>();
  /** Told of each call before it is answered; what it gives is done instead: the answer lost, or a problem. */
  meddle: (path: string) => 'lose' | ErrorCode | undefined = () => undefined;
  progress: string[] = [];
  finished: number[] | null = null;
  renewed = 0;
  #taken = new Map<string, { attempt: string; order: Order }>();
  #current: { token: string; order: ReissueOrder } | undefined;
  #proofNonce: string | undefined;
  readonly #authority = softwareSigner(generateSoftwareKey('sm2').privateKey);
  #server: Server | undefined;
  base = '';
  oldKey = '';

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      void this.#answer(request).then(
        ({ status, body }) => {
          if (status === 0) request.socket.destroy();
          else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        },
        (error) => response.writeHead(500).end(String(error)),
      );
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  get trusted(): TrustedDesk {
    const orderKeys = [Buffer.from(this.orderKey.publicKey.toSpki()).toString('base64')];
    return { origin: this.base, server: this.base, name: 'Test desk', orderKeys };
  }

  /** A certificate in force from the start. */
  async certify(
    publicKey: Uint8Array,
    state: Certified['state'] = 'in-force',
    numbers?: readonly IdentityNumber[],
  ): Promise<Uint8Array> {
    const der = await this.#certificateFor(publicKey, numbers);
    this.certificates.push({ publicKey: publicKeyDigest(publicKey), der, state });
    return der;
  }

  #certificateFor(
    publicKey: Uint8Array,
    numbers: readonly IdentityNumber[] = [unifiedCode],
  ): Promise<Uint8Array> {
    return buildCertificate({
      serialNumber: `70${randomBytes(8).toString('hex')}`,
      issuer: Name.of([{ type: 'CN', value: 'Test CA' }]),
      subject: Name.of([{ type: 'CN', value: '上海示例贸易有限公司' }]),
      notBefore: this.notBefore,
      notAfter: new Date('2027-01-01T00:00:00Z'),
      publicKey,
      extensions: numbers.map((number) => identityNumberExtension(number, DEFAULT_IDENTITY_NUMBER_OIDS)),
      signer: this.#authority,
    });
  }

  sign(order: unknown, type: SignedType = signedTypes.order, key = this.orderKey): SignedOrder {
    const payload = Buffer.from(JSON.stringify(order));
    const signature = Buffer.from(key.sign(signedOctets(type, payload)));
    return { payload: payload.toString('base64'), signature: signature.toString('base64') };
  }

  common() {
    return {
      id: randomUUID(),
      origin: this.base,
      server: this.base,
      desk: 'Test desk',
      nonce: nonce(),
      issuedAt: '2026-11-24T00:00:00.000Z',
    };
  }

  /** The certificate and the key that an order is about. */
  #keyed() {
    const old = this.certificates[0];
    return {
      case: { id: this.caseId, number: 'R-1' },
      key: old?.publicKey ?? '',
      certificate: old ? certificateDigest(old.der) : '',
    };
  }

  renewalOrder(change: Partial<RenewalOrder> = {}): RenewalOrder {
    const old = this.certificates[0];
    const fresh = this.certificates.findLast(({ state }) => state === 'issued' || state === 'in-force');
    return {
      purpose: 'renewal',
      ...this.common(),
      ...this.#keyed(),
      container: 'case-1',
      algorithm: 'sm2',
      newKey: fresh && fresh !== old ? fresh.publicKey : null,
      confirmed: {
        entityName: '上海示例贸易有限公司',
        identityNumbers: [unifiedCode],
        added: [],
        years: 1,
        agreement: { version: '1', digest: 'a'.repeat(64) },
        twin: this.twins,
      },
      notAfter: '2028-01-01T00:00:00.000Z',
      leftovers: [],
      twin: this.twins ? { keepOld: this.keepOld, expendable: [] } : null,
      recertify: this.recertify,
      ...change,
    };
  }

  amendmentOrder(change: Partial<AmendmentOrder> = {}): AmendmentOrder {
    const added: IdentityNumber[] = [{ kind: 'socialInsurance', value: '00123456' }];
    return {
      purpose: 'amendment',
      ...this.common(),
      ...this.#keyed(),
      algorithm: 'sm2',
      confirmed: {
        entityName: '上海示例贸易有限公司',
        identityNumbers: [unifiedCode, ...added],
        added,
        twin: this.twins,
      },
      notAfter: '2027-01-01T00:00:00.000Z',
      leftovers: [],
      ...change,
    };
  }

  signInOrder(served: SignInOrder['served'] = null): Order {
    return { purpose: 'sign-in', ...this.common(), served };
  }

  tidyOrder(leftovers: RenewalOrder['leftovers']): Order {
    return { purpose: 'tidy', ...this.common(), ...this.#keyed(), leftovers, certificates: [] };
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const path = request.url ?? '';
    this.calls.push(path);
    const meddling = this.meddle(path);
    if (meddling && meddling !== 'lose') return { status: problem(meddling).status, body: problem(meddling) };
    try {
      const body = await this.#handle(path, JSON.parse(text), request.headers.authorization);
      return meddling === 'lose' ? { status: 0, body: null } : { status: 200, body };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { status: problem(error.code).status, body: problem(error.code) };
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: what comes in is looked into by hand
  async #handle(path: string, body: any, authorization: string | undefined): Promise<unknown> {
    if (path === '/api/orders/take') return this.#take(body);
    if (path === '/api/orders/renew') return this.#renew(body);
    const current = this.#current;
    if (!current || authorization !== `Bearer ${current.token}`) throw new Refused('order-token');
    if (path === '/api/orders/progress') {
      this.progress.push(body.step);
      return {};
    }
    if (path === '/api/orders/certificate') return this.#certificate(body, current.order);
    if (path === '/api/orders/proof-challenge') {
      this.#challenge();
      return { nonce: this.#proofNonce, twin: this.#proofTwin };
    }
    if (path === '/api/orders/proof') return this.#proof(body, current.order);
    if (path !== '/api/orders/finish') throw new Refused('not-found');
    if (this.state === 'proved') this.state = 'done';
    this.finished = body.gone;
    this.#current = undefined;
    return { state: this.state };
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  #take({ order: signed, attempt }: any) {
    const order = JSON.parse(Buffer.from(signed.payload, 'base64').toString()) as ReissueOrder;
    const before = this.#taken.get(order.id);
    if (before && before.attempt !== attempt) throw new Refused('order-used');
    this.#taken.set(order.id, { attempt, order });
    const token = nonce();
    this.tokens.add(token);
    this.#current = { token, order };
    return { token, state: this.state };
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  #renew({ order: signed }: any): SignedOrder {
    const order = JSON.parse(Buffer.from(signed.payload, 'base64').toString()) as Order;
    this.renewed += 1;
    return this.sign({ ...order, nonce: nonce(), issuedAt: '2026-11-24T00:04:00.000Z' });
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  async #certificate({ request: base64, statement }: any, order: ReissueOrder) {
    const der = Buffer.from(base64, 'base64');
    const request = CertificationRequest.parse(der);
    if (!request.verify()) throw new Refused('request-signature');
    const says = this.#verified(signedTypes[order.purpose], statement, this.certificates[0]?.der);
    const expected = {
      origin: order.origin,
      order: order.id,
      case: this.caseId,
      nonce: order.nonce,
      certificate: order.certificate,
      request: sha256(der),
      ...(order.purpose === 'renewal' && {
        pair: publicKeyDigest(request.publicKey) === order.key ? 'present' : 'new',
      }),
      confirmed: order.confirmed,
    };
    if (JSON.stringify(says) !== JSON.stringify(expected)) throw new Refused('statement-invalid');
    const digest = publicKeyDigest(request.publicKey);
    if (order.purpose === 'amendment' && digest !== order.key) throw new Refused('request-key');
    if (order.purpose === 'renewal' && digest === order.key && !this.recertify)
      throw new Refused('request-key-used');
    const known = this.certificates
      .slice(1)
      .find(({ publicKey, state }) => publicKey === digest && state !== 'revoked');
    const answer = async (signing: Uint8Array) => ({
      certificate: Buffer.from(signing).toString('base64'),
      chain: [],
      twin: this.twins ? await this.#twinFor(request.publicKey, order.confirmed.identityNumbers) : null,
    });
    if (known) return answer(known.der);
    if (this.state !== 'ordered' && this.state !== 'issued') throw new Refused('case-state');
    for (const certificate of this.certificates)
      if (certificate.state === 'issued') certificate.state = 'revoked';
    const issued = await this.certify(request.publicKey, 'issued', order.confirmed.identityNumbers);
    this.state = 'issued';
    this.#proofNonce = undefined;
    return answer(issued);
  }

  /** The same pair and certificate however often, in a new envelope for the signing key; or the pair that is there. */
  async #twinFor(signingKey: Uint8Array, numbers: readonly IdentityNumber[]) {
    const digest = publicKeyDigest(signingKey);
    const present = this.present.get(digest);
    const pair = present ?? this.pairs.get(digest) ?? Sm2PrivateKey.generate();
    if (!present) this.pairs.set(digest, pair);
    const certificate =
      this.encryption.get(digest) ?? (await this.#certificateFor(pair.publicKey.toSpki(), numbers));
    this.encryption.set(digest, certificate);
    const envelope = present ? null : Buffer.from(envelopKey(pair, signingKey)).toString('base64');
    return { certificate: Buffer.from(certificate).toString('base64'), envelope };
  }

  #challenge(): void {
    if (this.#proofNonce) return;
    this.#proofNonce = nonce();
    const fresh = this.certificates.slice(1).findLast(({ state }) => state === 'issued');
    const encryption = fresh && this.encryption.get(fresh.publicKey);
    if (!encryption) return;
    const [sessionKey, secret] = [randomBytes(16), randomBytes(32)];
    const about = { case: this.caseId, nonce: this.#proofNonce, certificate: certificateDigest(encryption) };
    this.#proofCheck = createHmac('sm3', secret).update(encryptionProofOctets(about)).digest('hex');
    const receiver = Sm2PublicKey.fromSpki(Certificate.parse(encryption).publicKey);
    this.#proofTwin = {
      wrappedKey: Buffer.from(receiver.encrypt(sessionKey, 'asn1')).toString('base64'),
      data: Buffer.from(sm4EncryptEcb(sessionKey, secret, { padding: false })).toString('base64'),
    };
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  #proof({ statement }: any, order: ReissueOrder) {
    const fresh = this.certificates.find(
      ({ state }, at) => at > 0 && (state === 'issued' || state === 'in-force'),
    );
    if (!fresh || !this.#proofNonce) throw new Refused('proof-unknown');
    const says = this.#verified(signedTypes.proof, statement, fresh.der);
    const expected = {
      origin: order.origin,
      case: this.caseId,
      nonce: this.#proofNonce,
      certificate: certificateDigest(fresh.der),
      twin: this.twins
        ? {
            certificate: certificateDigest(this.encryption.get(fresh.publicKey) ?? new Uint8Array()),
            check: this.#proofCheck,
          }
        : null,
    };
    if (JSON.stringify(says) !== JSON.stringify(expected)) throw new Refused('statement-invalid');
    const [old] = this.certificates;
    if (this.state === 'issued' && old) {
      this.state = 'proved';
      fresh.state = 'in-force';
      old.state = 'superseded';
    }
    return { state: this.state };
  }

  #verified(
    type: SignedType,
    statement: { payload: string; signature: string },
    der: Uint8Array | undefined,
  ): unknown {
    return verifiedStatement(type, statement, der ?? new Uint8Array());
  }
}

/** What a statement says, if the certificate's key signed it as a statement of this type. */
export function verifiedStatement(
  type: SignedType,
  statement: { payload: string; signature: string },
  certificate: Uint8Array,
): unknown {
  const payload = Buffer.from(statement.payload, 'base64');
  const { publicKey } = Certificate.parse(certificate);
  const good = verifyByKey(
    publicKey,
    signedOctets(type, payload),
    Buffer.from(statement.signature, 'base64'),
  );
  if (!good) throw new Refused('signature-invalid');
  return JSON.parse(payload.toString());
}
