/** PKIMessage, RFC 4210 §5.1, as received and as written. */
import type { Certificate } from '../certificate/certificate.ts';
import { readDer } from '../der/reader.ts';
import { tag } from '../der/tag.ts';
import { bitString, encode, explicit, sequence } from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import { type CmpBody, type CmpContent, encodeBody, readBody } from './body.ts';
import { type CmpHeader, encodeHeader, inContext, readHeader } from './header.ts';
import { type Protector, verifyMacProtection, verifySignatureProtection } from './protection.ts';
import { readList } from './status.ts';

/** A CA's answer is a few certificates long. */
export const MAX_CMP_MESSAGE = 262_144;

interface Parts {
  readonly header: CmpHeader;
  readonly body: CmpBody;
  readonly protectedPart: Uint8Array;
  readonly protection: Uint8Array | undefined;
  readonly extraCertificates: readonly Uint8Array[];
}

/** A parsed message. Parsing believes nothing: see `protectedBy…` and `checkReply`. */
export class CmpMessage {
  readonly der: Uint8Array;
  readonly header: CmpHeader;
  readonly body: CmpBody;
  /** DER of each, unread: a stranger's certificates. */
  readonly extraCertificates: readonly Uint8Array[];
  readonly #protectedPart: Uint8Array;
  readonly #protection: Uint8Array | undefined;

  private constructor(der: Uint8Array, parts: Parts) {
    this.der = der;
    this.header = parts.header;
    this.body = parts.body;
    this.extraCertificates = parts.extraCertificates;
    this.#protectedPart = parts.protectedPart;
    this.#protection = parts.protection;
  }

  /**
   * Reads one message of at most 256 KiB.
   * @throws PkiError `too-large`, `bad-version`, `bad-cmp`; DerError
   */
  static parse(input: Uint8Array): CmpMessage {
    if (input.length > MAX_CMP_MESSAGE)
      throw new PkiError('too-large', `a CMP message of more than ${MAX_CMP_MESSAGE} octets`);
    const der = new Uint8Array(input);
    return new CmpMessage(der, readDer(der, readMessage));
  }

  get isProtected(): boolean {
    return this.#protection !== undefined && this.header.protectionAlgorithm !== undefined;
  }

  /** Whether this key signed the header and body as received. */
  protectedByKey(publicKey: Uint8Array): boolean {
    const { protectionAlgorithm: algorithm } = this.header;
    if (!algorithm || !this.#protection) return false;
    return verifySignatureProtection(publicKey, algorithm, this.#protectedPart, this.#protection);
  }

  /** Whether the MAC over header and body as received is one by this secret. */
  protectedBySecret(secret: Uint8Array): boolean {
    const { protectionAlgorithm: algorithm } = this.header;
    if (!algorithm || !this.#protection) return false;
    return verifyMacProtection(secret, algorithm, this.#protectedPart, this.#protection);
  }
}

function readMessage(reader: Parameters<Parameters<typeof readDer>[1]>[0]): Parts {
  const message = reader.sequence();
  const headerElement = message.next(tag.sequence);
  const bodyElement = message.next();
  const protection = inContext(message, 0, (inside) => inside.bitString());
  const extraCertificates =
    inContext(message, 1, (inside) => readList(inside, (list) => list.next(tag.sequence).der)) ?? [];
  message.end();
  return {
    header: readHeader(message.inside(headerElement)),
    body: readBody(message, bodyElement),
    protectedPart: encode(sequence(headerElement.der, bodyElement.der)),
    protection,
    extraCertificates,
  };
}

export interface CmpMessageContent {
  readonly header: Omit<CmpHeader, 'protectionAlgorithm' | 'senderKey'>;
  readonly body: CmpContent;
  /** None: an unprotected message, which nobody should believe. */
  readonly protector: Protector | undefined;
  /** The protector's own certificate first, then its chain (RFC 4210 §5.1). */
  readonly extraCertificates?: readonly Certificate[];
}

/**
 * Builds and protects a message.
 * @returns PKIMessage, DER
 * @throws PkiError; and what the protector throws
 */
export async function buildCmpMessage(content: CmpMessageContent): Promise<Uint8Array> {
  const { protector, extraCertificates = [] } = content;
  const header = encodeHeader({
    ...content.header,
    ...(protector && { protectionAlgorithm: protector.algorithm }),
    ...(protector?.senderKey && { senderKey: protector.senderKey }),
  });
  const body = encodeBody(content.body);
  const protection = protector && (await protector.protect(encode(sequence(header, body))));
  return encode(
    sequence(
      header,
      body,
      ...(protection ? [explicit(0, bitString(protection))] : []),
      ...(extraCertificates.length > 0
        ? [explicit(1, sequence(...extraCertificates.map(({ der }) => der)))]
        : []),
    ),
  );
}
