/**
 * Writing a renewal to the key. Old until new is proved: the old container leaves only after the server said that the
 * new certificate is proved. Nothing is remembered between runs: what is on the key and what the server says decide
 * where to go on, so every step may be cut off anywhere and the whole is simply run again.
 *
 * Where there is no room for a second pair and the order allows it, the pair that is there gets new certificates.
 */
import { createHash } from 'node:crypto';
import type { CaseState, RenewalOrder, WriteStep } from '@certdesk/contract';
import { buildRequest, Certificate, certificateDigest, Name, publicKeyDigest } from '@certdesk/pki';
import type { Key } from '@certdesk/token';
import { AssistantError } from '../errors.ts';
import { findPair, holdsKey, type SigningPair } from '../keys/pairs.ts';
import { type Issued, proveEncryption, readIssued, writeCertificates, writeTwin } from './certificates.ts';
import { makesRoom, newKeyPair } from './new-pair.ts';
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
  readonly state: CaseState;
  readonly progress: (step: WriteStep, samePair?: boolean) => void;
  /** Told of the public key (digest) that a certificate was issued for: from now on it too says which key this is about. */
  readonly onIssued: (newKey: string) => void;
}

const isProved = (state: CaseState) => state === 'proved' || state === 'done';

/**
 * @returns the new certificate, and the encryption certificate if one was written now: DER, as they stand on the key
 * @throws AssistantError, KeyError
 */
export async function carryOutRenewal(
  work: RenewalWork,
): Promise<Pick<RenewedPair, 'certificate' | 'encryption'>> {
  checkState(work.state);
  if (!isProved(work.state)) await checkTakesTwin(work);
  if (await isForPresentPair(work)) return recertify(work);
  const fresh = await writtenPair(work);
  if (!isProved(work.state)) await prove(work, fresh);
  await tidy(work, fresh);
  return fresh;
}

function checkState(state: CaseState): void {
  if (state === 'attention') throw new AssistantError('issuing-attention');
  const open: CaseState[] = ['ordered', 'issuing', 'issued', 'proved', 'done'];
  if (!open.includes(state)) throw new AssistantError('case-state');
}

/** The renewed key pair with its certificates. */
interface RenewedPair {
  readonly container: string;
  /** Digest of the public key. */
  readonly key: string;
  readonly certificate: Uint8Array;
  /** The encryption certificate, where there is one; not known of a pair that was proved before. */
  readonly encryption?: Uint8Array;
}

async function writtenPair(work: RenewalWork): Promise<RenewedPair> {
  const { key, order, state } = work;
  const old = await findPair(key, order.key);
  if (isProved(state) || !old) {
    const there = await pairAfterProof(work);
    if (there?.pair.certificate) return renewed(there.container, { signing: there.pair.certificate });
    // The new pair lost its certificate, or was never here: the server can give the certificate again, if the old key asks.
    if (!there || !old)
      throw new AssistantError('order-other-key', { entityName: order.confirmed.entityName });
  }
  work.progress('generate');
  const publicKey = await newKeyPair(key, order);
  if (publicKeyDigest(publicKey) === order.key) throw new AssistantError('request-key-used');
  work.progress('issue');
  const issued = await issuedFor(work, old, { container: order.container, publicKey });
  work.onIssued(publicKeyDigest(publicKey));
  work.progress('write');
  await writeCertificates(key, order.container, issued);
  return renewed(order.container, issued);
}

/** Said before anything is changed: no certificate is of use whose key cannot come here. */
async function checkTakesTwin({ key, order }: RenewalWork): Promise<void> {
  if (!order.twin) return;
  const { can } = await key.info();
  if (!can.importEncryptionKey) throw new AssistantError('key-no-twin');
}

function renewed(
  container: string,
  { signing, twin }: Omit<Issued, 'twin'> & { twin?: Issued['twin'] },
): RenewedPair {
  return {
    container,
    key: publicKeyDigest(Certificate.parse(signing).publicKey),
    certificate: signing,
    ...(twin && { encryption: twin.certificate }),
  };
}

/** The new pair as a key carries it whose certificate was issued before: by its public key, else by its container. */
async function pairAfterProof({ key, order }: RenewalWork): Promise<SigningPair | undefined> {
  if (order.newKey) return findPair(key, order.newKey);
  const found = (await key.containers()).find(({ name }) => name === order.container);
  if (!found?.signing || holdsKey(found, order.key)) return undefined;
  return { container: found.name, pair: found.signing };
}

/** Asks for the certificates: signed by their key, and by the old key for this case and what the holder confirmed. */
async function issuedFor(
  work: RenewalWork,
  old: SigningPair,
  { container, publicKey }: { container: string; publicKey: Uint8Array },
): Promise<Issued> {
  const { key, order, server } = work;
  const request = await buildRequest({
    subject: subjectOf(old, order),
    signer: {
      algorithm: order.algorithm,
      publicKey,
      sign: (message) => key.sign(container, message),
    },
  });
  const statement = await signStatement(key, old.container, 'renewal', {
    origin: order.origin,
    order: order.id,
    case: order.case.id,
    nonce: order.nonce,
    certificate: order.certificate,
    request: createHash('sha256').update(request).digest('hex'),
    pair: publicKeyDigest(publicKey) === order.key ? 'present' : 'new',
    confirmed: order.confirmed,
  });
  return readIssued(await server.certificate(request, statement), publicKey, order.twin !== null);
}

function subjectOf({ pair }: SigningPair, order: RenewalOrder): Name {
  if (pair.certificate) return Certificate.parse(pair.certificate).subject;
  return Name.of([{ type: 'CN', value: order.confirmed.entityName }]);
}

/**
 * The new key signs the server's nonce, and the new encryption key reads what only it can read; the server then retires
 * the old certificates in the same transaction.
 */
async function prove({ key, order, server, progress }: RenewalWork, fresh: RenewedPair): Promise<void> {
  progress('prove');
  const { nonce, twin } = await server.proofChallenge();
  const statement = await signStatement(key, fresh.container, 'proof', {
    origin: order.origin,
    case: order.case.id,
    nonce,
    certificate: certificateDigest(fresh.certificate),
    twin:
      twin && fresh.encryption
        ? await proveEncryption(key, fresh.container, twin, {
            case: order.case.id,
            nonce,
            certificate: certificateDigest(fresh.encryption),
          })
        : null,
  });
  const state = await server.proof(statement);
  if (!isProved(state)) throw new AssistantError('case-state');
}

/** Only now the old container leaves the key, unless it is to stay; never one that holds the new pair. */
async function tidy({ key, order, server, progress }: RenewalWork, fresh: RenewedPair): Promise<void> {
  progress('tidy');
  for (const container of await key.containers()) {
    if (order.twin?.keepOld || !holdsKey(container, order.key) || container.name === fresh.container)
      continue;
    await key.removeContainer(container.name);
  }
  const needed = order.twin?.keepOld ? [fresh.key, order.key] : [fresh.key];
  const gone = await removeLeftovers(key, order.leftovers, { keys: needed, container: fresh.container });
  await server.finish(gone);
}

// ── no room for a second pair ──

/** Whether the new certificates are for the pair that is there: begun so, or with no room for another one. */
async function isForPresentPair({ key, order, state }: RenewalWork): Promise<boolean> {
  if (!order.recertify) return false;
  if (order.newKey === order.key) return true;
  if (isProved(state) || !(await findPair(key, order.key))) return false;
  if (!(await key.info()).algorithms.includes(order.algorithm)) return false;
  if ((await key.containers()).some(({ name }) => name === order.container)) return false;
  return !(await makesRoom(key, order));
}

/**
 * The pair that is there gets new certificates. The old ones stay on it, in force, until it has proved itself for the new
 * ones; these are public, and are written after the proof as often as it takes.
 */
async function recertify(given: RenewalWork): Promise<RenewedPair> {
  const work = { ...given, progress: (step: WriteStep) => given.progress(step, true) };
  const { key, order, state, progress } = work;
  const old = await findPair(key, order.key);
  if (!old) throw new AssistantError('order-other-key', { entityName: order.confirmed.entityName });
  progress('issue');
  const { container, pair } = old;
  const issued = await issuedFor(work, old, { container, publicKey: pair.publicKey });
  work.onIssued(order.key);
  const fresh = renewed(container, issued);
  if (!isProved(state)) {
    // A first encryption pair comes into an empty place, and changes nothing that is in use.
    if (issued.twin?.envelope) await writeTwin(key, container, issued.twin);
    await prove(work, fresh);
  }
  progress('write');
  await writeCertificates(key, container, issued);
  await tidy(work, fresh);
  return fresh;
}
