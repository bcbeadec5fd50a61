/**
 * Writing a renewal to the key. Old until new is proved: the old container leaves only after the server said that the
 * new certificate is proved. Nothing is remembered between runs: what is on the key and what the server says decide
 * where to go on, so every step may be cut off anywhere and the whole is simply run again.
 */
import { createHash } from 'node:crypto';
import type { RenewalOrder, RenewalState, WriteStep } from '@certdesk/contract';
import { buildRequest, Certificate, certificateDigest, Name, publicKeyDigest } from '@certdesk/pki';
import type { Key } from '@certdesk/token';
import { AssistantError } from '../errors.ts';
import { findPair, holdsKey, type SigningPair } from '../keys/pairs.ts';
import { newKeyPair } from './new-pair.ts';
import type { OrderServer } from './server.ts';
import { signStatement } from './statements.ts';
import { removeLeftovers } from './tidy.ts';

export interface RenewalWork {
  readonly order: RenewalOrder;
  /** Logged in. */
  readonly key: Key;
  /** With this order's token. */
  readonly server: OrderServer;
  /** What the server said when the order was taken up. */
  readonly state: RenewalState;
  readonly progress: (step: WriteStep) => void;
  /** Told of the public key (digest) that a certificate was issued for: from now on it too says which key this is about. */
  readonly onIssued: (newKey: string) => void;
}

const isProved = (state: RenewalState) => state === 'proved' || state === 'done';

/**
 * @returns the new certificate, DER, as it stands on the key
 * @throws AssistantError, KeyError
 */
export async function carryOutRenewal(work: RenewalWork): Promise<Uint8Array> {
  checkState(work.state);
  const fresh = await writtenPair(work);
  if (!isProved(work.state)) await prove(work, fresh);
  await tidy(work, fresh);
  return fresh.certificate;
}

function checkState(state: RenewalState): void {
  if (state === 'attention') throw new AssistantError('issuing-attention');
  const open: RenewalState[] = ['ordered', 'issuing', 'issued', 'proved', 'done'];
  if (!open.includes(state)) throw new AssistantError('case-state');
}

/** The new key pair with its certificate on the key. */
interface WrittenPair {
  readonly container: string;
  /** Digest of the public key. */
  readonly key: string;
  readonly certificate: Uint8Array;
}

async function writtenPair(work: RenewalWork): Promise<WrittenPair> {
  const { key, order, state } = work;
  const old = await findPair(key, order.key);
  if (isProved(state) || !old) {
    const there = await pairAfterProof(work);
    if (there?.pair.certificate) return written(there.container, there.pair.certificate);
    // The new pair lost its certificate, or was never here: the server can give the certificate again, if the old key asks.
    if (!there || !old)
      throw new AssistantError('order-other-key', { entityName: order.confirmed.entityName });
  }
  work.progress('generate');
  const publicKey = await newKeyPair(key, order);
  if (publicKeyDigest(publicKey) === order.key) throw new AssistantError('request-key-used');
  work.progress('issue');
  const certificate = await issued(work, old, publicKey);
  work.onIssued(publicKeyDigest(publicKey));
  work.progress('write');
  await writeAndReadBack(key, order.container, certificate);
  return written(order.container, certificate);
}

function written(container: string, certificate: Uint8Array): WrittenPair {
  return { container, key: publicKeyDigest(Certificate.parse(certificate).publicKey), certificate };
}

/** The new pair as a key carries it whose certificate was issued before: by its public key, else by its container. */
async function pairAfterProof({ key, order }: RenewalWork): Promise<SigningPair | undefined> {
  if (order.newKey) return findPair(key, order.newKey);
  const found = (await key.containers()).find(({ name }) => name === order.container);
  if (!found?.signing || holdsKey(found, order.key)) return undefined;
  return { container: found.name, pair: found.signing };
}

/** Asks for the certificate: signed by the new key, and by the old key for this case and what the holder confirmed. */
async function issued(work: RenewalWork, old: SigningPair, publicKey: Uint8Array): Promise<Uint8Array> {
  const { key, order, server } = work;
  const request = await buildRequest({
    subject: subjectOf(old, order),
    signer: {
      algorithm: order.algorithm,
      publicKey,
      sign: (message) => key.sign(order.container, message),
    },
  });
  const statement = await signStatement(key, old.container, 'renewal', {
    origin: order.origin,
    order: order.id,
    case: order.case.id,
    nonce: order.nonce,
    certificate: order.certificate,
    request: createHash('sha256').update(request).digest('hex'),
    confirmed: order.confirmed,
  });
  const answer = await server.certificate(request, statement);
  const certificate = Buffer.from(answer.certificate, 'base64');
  if (!isFor(certificate, publicKey)) throw new AssistantError('certificate-invalid');
  return certificate;
}

function subjectOf({ pair }: SigningPair, order: RenewalOrder): Name {
  if (pair.certificate) return Certificate.parse(pair.certificate).subject;
  return Name.of([{ type: 'CN', value: order.confirmed.entityName }]);
}

function isFor(certificate: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return Buffer.compare(Certificate.parse(certificate).publicKey, publicKey) === 0;
  } catch {
    return false;
  }
}

async function writeAndReadBack(key: Key, container: string, certificate: Uint8Array): Promise<void> {
  const stands = async () => {
    const found = (await key.containers()).find(({ name }) => name === container)?.signing?.certificate;
    return found !== undefined && Buffer.compare(found, certificate) === 0;
  };
  if (await stands()) return;
  await key.writeCertificate(container, 'signing', certificate);
  if (!(await stands())) throw new AssistantError('key-failed');
}

/** The new key signs the server's nonce; the server then retires the old certificate in the same transaction. */
async function prove({ key, order, server, progress }: RenewalWork, fresh: WrittenPair): Promise<void> {
  progress('prove');
  const { nonce } = await server.proofChallenge();
  const statement = await signStatement(key, fresh.container, 'proof', {
    origin: order.origin,
    case: order.case.id,
    nonce,
    certificate: certificateDigest(fresh.certificate),
  });
  const state = await server.proof(statement);
  if (!isProved(state)) throw new AssistantError('case-state');
}

/** Only now the old container leaves the key; never one that holds the new pair. */
async function tidy({ key, order, server, progress }: RenewalWork, fresh: WrittenPair): Promise<void> {
  progress('tidy');
  for (const container of await key.containers()) {
    if (holdsKey(container, order.key) && container.name !== fresh.container)
      await key.removeContainer(container.name);
  }
  const gone = await removeLeftovers(key, order.leftovers, { keys: [fresh.key], container: fresh.container });
  await server.finish(gone);
}
