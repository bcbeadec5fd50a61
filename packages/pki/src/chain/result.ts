import type { Certificate } from '../certificate/certificate.ts';

/** Why a chain does not hold. */
export type ChainFailureReason =
  | 'unknown-issuer'
  | 'too-many-paths'
  | 'path-too-long'
  | 'not-a-ca'
  | 'unsupported-algorithm'
  | 'bad-signature'
  | 'unknown-critical-extension'
  | 'not-yet-valid'
  | 'expired'
  | 'wrong-key-usage';

export interface ChainFailure {
  readonly ok: false;
  readonly reason: ChainFailureReason;
  /** The certificate that is at fault. */
  readonly certificate: Certificate;
  /** For logs; what users read is made from `reason`. */
  readonly message: string;
}

export type ChainResult = { readonly ok: true; readonly chain: readonly Certificate[] } | ChainFailure;

/**
 * Of several paths that fail, the one is reported whose failure tells most: an issuer that did sign but has expired
 * says more than one of the same name that did not sign.
 */
const order: readonly ChainFailureReason[] = [
  'unknown-issuer',
  'unsupported-algorithm',
  'bad-signature',
  'not-a-ca',
  'path-too-long',
  'unknown-critical-extension',
  'not-yet-valid',
  'expired',
  'wrong-key-usage',
  'too-many-paths',
];

export function progressOf({ reason }: ChainFailure): number {
  return order.indexOf(reason);
}
