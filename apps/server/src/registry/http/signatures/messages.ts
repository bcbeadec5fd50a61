/** Signing a request, and believing the answer to it (RFC 9421). */
import { type AnswerMessage, component, type Fields, type RequestMessage, signatureBase } from './base.ts';
import { contentDigest, contentDigestFits } from './content-digest.ts';
import type { MessageSigner, MessageVerifier } from './keys.ts';
import {
  type BareItem,
  FieldError,
  type InnerList,
  type Item,
  parseDictionary,
  serialize,
} from './structured-fields.ts';

/** The name of this desk's signature among the request's: answers cover it by that name. */
const label = 'desk';

/**
 * The fields to add to a request so that it is signed: method, whole address, digest of the content if there is any, time,
 * name of the key, nonce.
 * @param content null: a request without one
 * @param key.nonce of this request alone
 */
export async function signatureFields(
  { method, url }: Pick<RequestMessage, 'method' | 'url'>,
  content: Uint8Array | null,
  key: {
    readonly id: string;
    readonly signer: MessageSigner;
    readonly nonce: string;
    readonly now: Date;
  },
): Promise<Record<string, string>> {
  const digest = content && { 'content-digest': contentDigest(content) };
  const covered = {
    items: ['@method', '@target-uri', ...(digest ? ['content-digest'] : [])].map((name) => component(name)),
    parameters: new Map<string, BareItem>([
      ['created', Math.floor(key.now.getTime() / 1000)],
      ['keyid', key.id],
      ['nonce', key.nonce],
    ]),
  };
  const signature = await key.signer.sign(signatureBase(covered, { method, url, fields: { ...digest } }));
  return {
    ...digest,
    'signature-input': `${label}=${serialize(covered)}`,
    signature: `${label}=${serialize({ value: signature, parameters: new Map() })}`,
  };
}

/** What a signature of an answer covers at least: what it says, and which request it says it to. */
const needed = [
  component('@status'),
  component('content-digest'),
  component('signature', { req: true, key: label }),
].map(serialize);

/**
 * Why an answer is not to be believed; undefined: its key signed it, as an answer to this very request.
 * One good signature is enough, whatever others stand beside it.
 */
export function whyNotSigned(
  answer: AnswerMessage,
  content: Uint8Array,
  key: MessageVerifier,
  now: Date,
): string | undefined {
  try {
    const { 'content-digest': digest } = answer.fields;
    const candidates = signaturesOf(answer.fields);
    if (candidates.length === 0) return 'it is not signed';
    if (digest === undefined) return 'it has no Content-Digest';
    if (!contentDigestFits(digest, content)) return 'its Content-Digest does not fit its content';
    const whys = candidates.map(({ covered, signature }) => whyNot(covered, signature, answer, key, now));
    return whys.includes(undefined) ? undefined : whys[0];
  } catch (error) {
    if (error instanceof FieldError) return `its signature cannot be read: ${error.message}`;
    throw error;
  }
}

function whyNot(
  covered: InnerList,
  signature: Uint8Array,
  answer: AnswerMessage,
  key: MessageVerifier,
  now: Date,
): string | undefined {
  const names = covered.items.map(serialize);
  const missing = needed.find((name) => !names.includes(name));
  if (missing) return `its signature does not cover ${missing}`;
  const algorithm = covered.parameters.get('alg');
  if (algorithm !== undefined && algorithm !== key.algorithm) return 'its signature is of another algorithm';
  const expires = covered.parameters.get('expires');
  if (expires !== undefined && !(typeof expires === 'number' && expires * 1000 > now.getTime()))
    return 'its signature has expired';
  if (!key.verifies(signatureBase(covered, answer), signature)) return 'its signature does not verify';
  return undefined;
}

/** Of each name in Signature-Input the signature of that name, four at most. */
function signaturesOf(fields: Fields): { covered: InnerList; signature: Uint8Array }[] {
  const inputs = parseDictionary(fields['signature-input'] ?? '');
  const signatures = parseDictionary(fields.signature ?? '');
  return [...inputs].slice(0, 4).flatMap(([name, covered]) => {
    const signature = octetsOf(signatures.get(name));
    return 'items' in covered && signature ? [{ covered, signature }] : [];
  });
}

function octetsOf(member: Item | InnerList | undefined): Uint8Array | undefined {
  const value = member && 'value' in member ? member.value : undefined;
  return value instanceof Uint8Array ? value : undefined;
}
