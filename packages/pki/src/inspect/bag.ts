/** SignedData without a message (RFC 5652 §5, RFC 2315; GM/T 0010 has it under another identifier): a bag of certificates and CRLs. */
import { readDer } from '../der/reader.ts';
import { contextTag, tag } from '../der/tag.ts';
import { PkiError } from '../errors.ts';

const SIGNED_DATA = ['1.2.840.113549.1.7.2', '1.2.156.10197.6.1.4.2.2'];

/** A system's whole store of roots has about 150. */
const MAX_OBJECTS = 1000;

/** @throws PkiError `too-large` before millions of empty elements fill the memory */
export function checkCount(count: number): void {
  if (count > MAX_OBJECTS) throw new PkiError('too-large', `more than ${MAX_OBJECTS} objects`);
}

export interface Bag {
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
}

/** DER of all that is in it, nothing believed: signatures that a message has besides are not looked at. @throws PkiError */
export function readBag(der: Uint8Array): Bag {
  return readDer(der, (reader) => {
    const contentInfo = reader.sequence();
    const type = contentInfo.oid();
    if (!SIGNED_DATA.includes(type))
      throw new PkiError('bad-value', `content of type ${type} holds no certificates`);
    const explicit = contentInfo.optionalContext(0);
    const signedData = explicit?.sequence();
    if (!signedData) return { certificates: [], crls: [] };
    signedData.smallInteger();
    signedData.next(tag.set);
    signedData.next(tag.sequence);
    const elements = (number: number): Uint8Array[] => {
      const list = signedData.optionalContext(number);
      const found: Uint8Array[] = [];
      while (list && !list.atEnd) {
        const element = list.next();
        // Attribute certificates and other formats have tags of their own.
        if (element.tag === tag.sequence) found.push(element.der);
        checkCount(found.length);
      }
      return found;
    };
    const certificates = elements(0);
    const crls = elements(1);
    if (signedData.peek() === contextTag(1, false))
      throw new PkiError('bad-value', 'SignedData in an unknown form');
    signedData.next(tag.set);
    signedData.end();
    explicit?.end();
    contentInfo.end();
    return { certificates, crls };
  });
}
