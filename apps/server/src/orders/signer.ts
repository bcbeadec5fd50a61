import { type Order, type SignedOrder, signedOctets, signedTypes } from '@certdesk/contract';
import { Sm2PrivateKey } from '@certdesk/gm';
import { openSealed } from '../platform/sealed-file.ts';

/** Signs this desk's orders. Assistants trust the public key because their owner set them up to. */
export interface OrderSigner {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  sign(order: Order): SignedOrder;
  /** Whether the payload was signed here. */
  verify(signed: SignedOrder): boolean;
}

export function orderSigner(key: Sm2PrivateKey): OrderSigner {
  return {
    publicKey: key.publicKey.toSpki(),
    sign(order) {
      const payload = new TextEncoder().encode(JSON.stringify(order));
      const signature = key.sign(signedOctets(signedTypes.order, payload));
      return {
        payload: Buffer.from(payload).toString('base64'),
        signature: Buffer.from(signature).toString('base64'),
      };
    },
    verify(signed) {
      const payload = Buffer.from(signed.payload, 'base64');
      const signature = Buffer.from(signed.signature, 'base64');
      return key.publicKey.verify(signedOctets(signedTypes.order, payload), signature);
    },
  };
}

/**
 * Opens the order key: PKCS#8 in a file sealed by the desk's passphrase.
 * @throws DeskError `passphrase-wrong`; `configuration-invalid` when the file is missing, damaged or no SM2 key
 */
export async function readOrderSigner(file: string, passphrase: string): Promise<OrderSigner> {
  return openSealed(file, passphrase, (content) => orderSigner(Sm2PrivateKey.fromPkcs8(content)));
}
