import { describe, expect, it } from 'vitest';
import { Sm2PrivateKey, Sm2PublicKey } from '../index.ts';
import { encodeCiphertext } from './ciphertext.ts';
import { decodePoint } from './curve.ts';
import { encryptTo } from './encryption.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const text = (value: string) => new TextEncoder().encode(value);
const d = hex('3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8');
const k = hex('59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21');
const key = Sm2PrivateKey.fromScalar(d);
const signature = hex(
  '3046022100F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3' +
    '022100B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA',
);
const ciphertext = hex(
  '0404EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0' +
    '59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766' +
    '21886CA989CA9C7D58087307CA93092D651EFA',
);

describe('SM2, GB/T 32918.5 appendix', () => {
  it('verifies the example signature and its own, and refuses another message', () => {
    expect(key.publicKey.verify(text('message digest'), signature)).toBe(true);
    expect(key.publicKey.verify(text('message digesT'), signature)).toBe(false);
    expect(key.publicKey.verify(text('m'), key.sign(text('m')))).toBe(true);
  });

  it('encrypts to the example ciphertext, and decrypts it', () => {
    const point = decodePoint(key.publicKey.toPoint());
    expect(point).toBeDefined();
    if (!point) return;
    expect(
      encodeCiphertext(
        encryptTo(point, text('encryption standard'), () => k),
        'c1c3c2',
      ),
    ).toEqual(ciphertext);
    expect(key.decrypt(ciphertext, 'c1c3c2')).toEqual(text('encryption standard'));
    expect(key.decrypt(key.publicKey.encrypt(text('a')))).toEqual(text('a'));
  });

  it('reads the encodings it writes', () => {
    expect(Sm2PrivateKey.fromPkcs8(key.toPkcs8()).toScalar()).toEqual(d);
    expect(Sm2PublicKey.fromSpki(key.publicKey.toSpki()).toPoint()).toEqual(key.publicKey.toPoint());
    expect(Sm2PrivateKey.generate().publicKey.toPoint()).toHaveLength(65);
  });
});
