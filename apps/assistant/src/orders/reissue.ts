/**
 * What a renewal and an amendment have in common: a request becomes certificates, and their key proves that it holds them,
 * upon which the server retires the old ones. Every step may be repeated.
 */
import { createHash } from 'node:crypto';
import type { AmendmentOrder, CaseState, RenewalOrder, SignedStatement, WriteStep } from '@certdesk/contract';
import { buildRequest, Certificate, certificateDigest, Name, publicKeyDigest } from '@certdesk/pki';
import type { Key } from '@certdesk/token';
import { AssistantError } from '../errors.ts';
import type { SigningPair } from '../keys/pairs.ts';
import { type Issued, proveEncryption, readIssued } from './certificates.ts';
import type { OrderServer } from './server.ts';
import { signStatement } from './statements.ts';

export type ReissueOrder = RenewalOrder | AmendmentOrder;

export interface ReissueWork<O extends ReissueOrder = ReissueOrder> {
  readonly order: O;
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

/** A key pair with its new certificates, DER, as they stand on the key. */
export interface ReissuedPair {
  readonly container: string;
  /** Digest of the public key. */
  readonly key: string;
  readonly certificate: Uint8Array;
  /** The encryption certificate, where there is one; not known of a new pair that was proved before. */
  readonly encryption?: Uint8Array;
}

export const isProved = (state: CaseState) => state === 'proved' || state === 'done';

/** @throws AssistantError for a case that gets no certificate: `issuing-attention`, `case-state` */
export function checkState(state: CaseState): void {
  if (state === 'attention') throw new AssistantError('issuing-attention');
  const open: CaseState[] = ['ordered', 'issuing', 'issued', 'proved', 'done'];
  if (!open.includes(state)) throw new AssistantError('case-state');
}

export function reissued(
  container: string,
  { signing, twin }: Omit<Issued, 'twin'> & { twin?: Issued['twin'] },
): ReissuedPair {
  return {
    container,
    key: publicKeyDigest(Certificate.parse(signing).publicKey),
    certificate: signing,
    ...(twin && { encryption: twin.certificate }),
  };
}

/** Asks for the certificates: signed by their key, and by the old key for this case and what the holder confirmed. */
export async function issuedFor(
  work: ReissueWork,
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
  const statement = await statementOf(work, old, request, publicKey);
  return readIssued(await server.certificate(request, statement), publicKey, order.confirmed.twin);
}

function subjectOf({ pair }: SigningPair, { confirmed }: ReissueOrder): Name {
  if (pair.certificate) return Certificate.parse(pair.certificate).subject;
  return Name.of([{ type: 'CN', value: confirmed.entityName }]);
}

function statementOf(
  { key, order }: ReissueWork,
  old: SigningPair,
  request: Uint8Array,
  publicKey: Uint8Array,
): Promise<SignedStatement> {
  const about = {
    origin: order.origin,
    order: order.id,
    case: order.case.id,
    nonce: order.nonce,
    certificate: order.certificate,
    request: createHash('sha256').update(request).digest('hex'),
  };
  if (order.purpose === 'amendment')
    return signStatement(key, old.container, 'amendment', { ...about, confirmed: order.confirmed });
  const pair = publicKeyDigest(publicKey) === order.key ? 'present' : 'new';
  return signStatement(key, old.container, 'renewal', { ...about, pair, confirmed: order.confirmed });
}

/**
 * The key signs the server's nonce, and the encryption key reads what only it can read; the server then retires the old
 * certificates in the same transaction.
 */
export async function prove(
  { key, order, server, progress }: ReissueWork,
  fresh: ReissuedPair,
): Promise<void> {
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
