import type { Certificate } from '../certificate/certificate.ts';
import type { KeyUsage } from '../certificate/extensions/key-usage.ts';

export interface ChainOptions {
  /** Certificates of CAs that may stand between; they need not be trusted, ordered or needed. */
  readonly intermediates: readonly Certificate[];
  /** Certificates of CAs that are trusted. */
  readonly roots: readonly Certificate[];
  /** The moment for which validity is judged. */
  readonly at: Date;
  /** Takes a leaf that has expired (an old certificate may still ask for its renewal). CAs above must be valid at `at`. */
  readonly allowExpiredLeaf?: boolean;
  /** Usages that the leaf must have, all of them, if it has the extension. */
  readonly keyUsage?: readonly KeyUsage[];
  /** Purpose that the leaf must have, if it has the extension. */
  readonly extendedKeyUsage?: string;
  /** OIDs of critical extensions that the caller deals with. */
  readonly understood?: readonly string[];
  /** Certificates in a path at most, leaf and root counted. Default 8. */
  readonly maxLength?: number;
}
