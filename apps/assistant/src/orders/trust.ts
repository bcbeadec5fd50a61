import { Order, SignedOrder, signedOctets, signedTypes } from '@certdesk/contract';
import { GmError, Sm2PublicKey } from '@certdesk/gm';
import { AssistantError } from '../errors.ts';

/** A desk whose orders this assistant carries out. Set up by the user or the authority, never by a page. */
export interface TrustedDesk {
  /** Origin of its holders' pages. */
  readonly origin: string;
  /** Base address of its server. */
  readonly server: string;
  readonly name: string;
  /** SubjectPublicKeyInfo in base64; several while the desk changes its key. */
  readonly orderKeys: readonly string[];
}

export interface TrustedOrder {
  readonly signed: SignedOrder;
  readonly order: Order;
  readonly desk: TrustedDesk;
}

/**
 * Judges an order before anybody is shown anything of it. Its age and single use are the server's to judge.
 * @param pageOrigin who handed it over, as the browser says
 * @throws AssistantError `order-untrusted`, `order-forged`, `order-origin`, `request-invalid`
 */
export function verifyOrder(
  signed: unknown,
  pageOrigin: string,
  desks: readonly TrustedDesk[],
): TrustedOrder {
  const desk = desks.find(({ origin }) => origin === pageOrigin);
  if (!desk) throw new AssistantError('order-untrusted');
  const envelope = SignedOrder.safeParse(signed);
  if (!envelope.success) throw new AssistantError('order-forged');
  const payload = Buffer.from(envelope.data.payload, 'base64');
  const signature = Buffer.from(envelope.data.signature, 'base64');
  const octets = signedOctets(signedTypes.order, payload);
  if (!desk.orderKeys.some((key) => verifies(key, octets, signature)))
    throw new AssistantError('order-forged');

  const order = readOrder(payload);
  if (order.origin !== pageOrigin) throw new AssistantError('order-origin');
  if (order.server !== desk.server) throw new AssistantError('order-untrusted');
  return { signed: envelope.data, order, desk };
}

function verifies(orderKey: string, octets: Uint8Array, signature: Uint8Array): boolean {
  try {
    return Sm2PublicKey.fromSpki(Buffer.from(orderKey, 'base64')).verify(octets, signature);
  } catch (error) {
    if (error instanceof GmError) return false;
    throw error;
  }
}

/** Signed by a trusted desk, but perhaps a newer one than this assistant understands. */
function readOrder(payload: Uint8Array): Order {
  const order = Order.safeParse(jsonOf(payload));
  if (!order.success) {
    const where = order.error.issues[0]?.path.join('.') || 'order';
    throw new AssistantError('request-invalid', { where });
  }
  return order.data;
}

function jsonOf(octets: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(octets));
  } catch {
    return undefined;
  }
}
