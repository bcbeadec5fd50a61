import type { Sm2PrivateKey, Sm2PublicKey } from '@certdesk/gm';
import type { Clock } from '../platform/clock.ts';
import { DeskError } from '../platform/error.ts';
import { randomNonce } from '../platform/random.ts';
import type { KeyManagement } from './port.ts';
import { type Ask, KeyAnswer, messageDigest, readMessage, signMessage } from './protocol.ts';

export interface KeyManagementAccess {
  /** Base address of the key management's process, on this machine. */
  readonly url: string;
  /** The desk's own key, for requests. */
  readonly key: Sm2PrivateKey;
  /** Of the key management: whoever answers must have its private half. */
  readonly publicKey: Sm2PublicKey;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

/** The key management as its own process. */
export function remoteKeyManagement(access: KeyManagementAccess): KeyManagement {
  const { url, key, publicKey, clock, timeoutMs = 10_000 } = access;

  async function ask(what: Ask): Promise<KeyAnswer['result']> {
    const request = signMessage(key, 'request', {
      nonce: randomNonce(),
      at: clock().toISOString(),
      ask: what,
    });
    let body: unknown;
    try {
      const answer = await fetch(new URL('/requests', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(timeoutMs),
      });
      body = await answer.json();
    } catch (cause) {
      throw new DeskError('key-management-unavailable', {}, { cause });
    }
    const answer = readMessage(publicKey, 'answer', KeyAnswer, body);
    // Whatever stands at that address is not the key management, or does not take us for the desk.
    if (answer?.request !== messageDigest(request))
      throw new DeskError('key-management-refused', {
        reason: 'the answer is not signed as one to this desk',
      });
    const { result } = answer;
    if (result.kind === 'refused') {
      // `recovery-pair-unknown` says which certificate, the others why.
      const { code, reason } = result;
      throw new DeskError(code, code === 'recovery-pair-unknown' ? { certificate: reason } : { reason });
    }
    return result;
  }

  const unexpected = () => new DeskError('key-management-refused', { reason: 'an answer to something else' });

  return {
    async give(intent, signingKey) {
      const spki = base64(signingKey);
      const result = await ask({ kind: 'give', intent, signingKey: spki });
      if (result.kind !== 'given') throw unexpected();
      const { id, publicKey: pair, envelope } = result.given;
      return { id, publicKey: Buffer.from(pair, 'base64'), envelope: Buffer.from(envelope, 'base64') };
    },
    async retire(intent, reason) {
      const result = await ask({ kind: 'retire', intent, reason });
      if (result.kind !== 'retired') throw unexpected();
    },
    async recover({ commands: [one, other], certificate, receiver, issuers }) {
      const result = await ask({
        kind: 'recover',
        commands: [one, other],
        certificate: base64(certificate),
        receiver: base64(receiver),
        issuers: issuers.map(base64),
      });
      if (result.kind !== 'recovered') throw unexpected();
      const { publicKey: pair, envelope } = result.recovered;
      return { publicKey: Buffer.from(pair, 'base64'), envelope: Buffer.from(envelope, 'base64') };
    },
    async count() {
      const result = await ask({ kind: 'count' });
      if (result.kind !== 'counted') throw unexpected();
      return result.counted;
    },
  };
}

const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');
