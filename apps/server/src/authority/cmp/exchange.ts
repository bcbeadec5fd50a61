/** One message to the CA and its answer, over HTTP (RFC 6712): sent, waited for, and believed only if it is one to this very message. */
import { randomBytes } from 'node:crypto';
import {
  buildCmpMessage,
  type CmpBody,
  type CmpContent,
  type CmpHeader,
  CmpMessage,
  checkReply,
  implicitConfirm,
  MAX_CMP_MESSAGE,
  PkiError,
} from '@certdesk/pki';
import type { CmpSettings } from './settings.ts';

/** The CA did not answer, or what came is not to be believed: nothing is known of what it did. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export interface CmpAnswer {
  readonly body: CmpBody;
  readonly header: CmpHeader;
}

export interface CmpQuestion {
  readonly transactionId: Uint8Array;
  /** senderNonce of the CA's last message in this transaction. */
  readonly recipientNonce: Uint8Array | null;
  readonly body: CmpContent;
  /** Ask for no confirmation, if so configured. */
  readonly enrols?: boolean;
}

export type Exchange = (question: CmpQuestion) => Promise<CmpAnswer>;

const mediaType = 'application/pkixcmp';

/** @returns a way to ask; it rejects with NoAnswer */
export function exchangeWith(settings: CmpSettings, now: () => Date): Exchange {
  return async ({ transactionId, recipientNonce, body, enrols = false }) => {
    const nonce = randomBytes(16);
    const at = now();
    const message = await buildCmpMessage({
      header: {
        version: 2,
        sender: { kind: 'directoryName', value: settings.sender },
        recipient: { kind: 'directoryName', value: settings.recipient },
        messageTime: at,
        transactionId,
        senderNonce: nonce,
        ...(recipientNonce && { recipientNonce }),
        ...(enrols && settings.implicitConfirm && { generalInfo: [implicitConfirm] }),
      },
      body,
      protector: settings.protector,
      extraCertificates: settings.extraCertificates,
    });
    const reply = parsed(await post(settings, message));
    const failure = checkReply(reply, { transactionId, nonce, trust: settings.trust, at });
    if (failure) throw new NoAnswer(`the CA's answer is not to be believed: ${failure}`);
    return { body: reply.body, header: reply.header };
  };
}

async function post(settings: CmpSettings, message: Uint8Array): Promise<Uint8Array> {
  try {
    const response = await fetch(settings.url, {
      method: 'POST',
      // A redirect could lead anywhere; a CA does not move.
      redirect: 'error',
      headers: { 'content-type': mediaType, accept: mediaType },
      body: Buffer.from(message),
      signal: AbortSignal.timeout(settings.timeoutMs),
    });
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type !== mediaType) {
      await response.body?.cancel();
      throw new NoAnswer(`HTTP ${response.status} without a CMP message`);
    }
    return await limited(response);
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    throw new NoAnswer('the CA cannot be reached', { cause: error });
  }
}

async function limited(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_CMP_MESSAGE) throw new NoAnswer('the CA’s answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsed(octets: Uint8Array): CmpMessage {
  try {
    return CmpMessage.parse(octets);
  } catch (error) {
    if (error instanceof PkiError) throw new NoAnswer('the CA’s answer is no CMP message', { cause: error });
    throw error;
  }
}
