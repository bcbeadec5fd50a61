import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { issue, nameOf } from './authority.test-support.ts';
import { readDer } from './der/reader.ts';
import {
  type AlgorithmIdentifier,
  Certificate,
  CertificationRequest,
  der,
  keyAlgorithmOf,
  signatureAlgorithmFor,
  verifySignature,
} from './index.ts';

const message = Uint8Array.of(1, 2, 3);

/** The elements inside a SEQUENCE, DER. */
function partsOf(input: Uint8Array): Uint8Array[] {
  return readDer(input, (reader) => {
    const inside = reader.sequence();
    const parts: Uint8Array[] = [];
    while (!inside.atEnd) parts.push(inside.next().der);
    return parts;
  });
}

it('nothing may follow inside a certificate or its signed part', async () => {
  const { certificate } = await issue({ name: 'x' });
  const [tbs = certificate.tbs, ...rest] = partsOf(certificate.der);
  const longerTbs = der.sequence(...partsOf(tbs), der.NULL);
  const expected = expect.objectContaining({ code: 'trailing-data' });
  expect(() => Certificate.parse(der.encode(der.sequence(tbs, ...rest, der.NULL)))).toThrow(expected);
  expect(() => Certificate.parse(der.encode(der.sequence(longerTbs, ...rest)))).toThrow(expected);
});

it('a request of another version is refused', () => {
  const info = der.sequence(der.integer(1), nameOf('x').der, der.sequence());
  const request = der.encode(der.sequence(info, signatureAlgorithmFor('p256').der, der.bitString()));
  expect(() => CertificationRequest.parse(request)).toThrow(expect.objectContaining({ code: 'bad-version' }));
});

it('an algorithm counts only for its own kind of key', async () => {
  const { signer } = await issue({ name: 'x', algorithm: 'rsa2048' });
  const signature = await signer.sign(message);
  expect(verifySignature(signer.publicKey, signatureAlgorithmFor('rsa2048'), message, signature)).toBe(true);
  expect(verifySignature(signer.publicKey, signatureAlgorithmFor('p256'), message, signature)).toBe(false);
  expect(verifySignature(signer.publicKey, signatureAlgorithmFor('sm2'), message, signature)).toBe(false);
});

it('parameters that the algorithm does not have are refused', async () => {
  const { signer } = await issue({ name: 'x', algorithm: 'p256' });
  const signature = await signer.sign(message);
  const withNull: AlgorithmIdentifier = { ...signatureAlgorithmFor('p256'), parameters: der.NULL };
  const expected = expect.objectContaining({ code: 'unsupported-algorithm' });
  expect(() => verifySignature(signer.publicKey, withNull, message, signature)).toThrow(expected);
});

it('RSA under 2048 bits is refused', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1536 });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const expected = expect.objectContaining({
    code: 'unsupported-key',
    message: 'RSA of 1536 bits is not supported',
  });
  expect(() => keyAlgorithmOf(spki)).toThrow(expected);
  expect(() => verifySignature(spki, signatureAlgorithmFor('rsa2048'), message, message)).toThrow(expected);
});
