import { hex } from '../bytes.test-support.ts';
import { Sm2PrivateKey } from '../index.ts';

/** The key pair of the examples of GB/T 32918.5-2017, appendices A and C: private, public X and Y. */
export const EXAMPLE_SCALAR = hex('3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8');
export const EXAMPLE_POINT = hex(`04
  09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020
  CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13`);
/** The ephemeral scalar of the same examples. */
export const EXAMPLE_K = hex('59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21');

export const exampleKey = Sm2PrivateKey.fromScalar(EXAMPLE_SCALAR);

/** The order of the curve as 32 bytes, with something added to its last byte. */
export function orderPlus(difference: number): Uint8Array {
  const order = hex('FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123');
  order[31] = (order[31] ?? 0) + difference;
  return order;
}
