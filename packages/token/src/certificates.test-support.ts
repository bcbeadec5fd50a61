/** Certificates and twin keys as a CA would deliver them. */
import { randomBytes } from 'node:crypto';
import { Sm2PrivateKey, Sm2PublicKey, sm4EncryptEcb } from '@certdesk/gm';
import { buildCertificate, der, generateSoftwareKey, Name, softwareSigner } from '@certdesk/pki';

const authority = softwareSigner(generateSoftwareKey('p256').privateKey);
const name = (commonName: string) => Name.of([{ type: 'CN', value: commonName }]);

/** @returns a certificate for the public key, DER */
export function certify(publicKey: Uint8Array, serialNumber = '01'): Promise<Uint8Array> {
  return buildCertificate({
    serialNumber,
    issuer: name('Test CA'),
    subject: name('Holder'),
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    publicKey,
    extensions: [],
    signer: authority,
  });
}

export interface EnvelopeOptions {
  /** How D stands in the envelope: 32 zero bytes before it (the usual way), or alone. */
  readonly form?: 'padded' | 'plain';
  /** The public key that the envelope names, if not the twin's own. */
  readonly named?: Sm2PublicKey;
  readonly algorithm?: string;
  /** What stands in the private key's place. */
  readonly secret?: Uint8Array;
}

/** SM2EnvelopedKey (GM/T 0009 §7.4) of `twin` for the holder of a signing key. */
export function envelopeFor(
  signingSpki: Uint8Array,
  twin: Sm2PrivateKey,
  options: EnvelopeOptions = {},
): Uint8Array {
  const { form = 'padded', named = twin.publicKey, algorithm = '1.2.156.10197.1.104.1' } = options;
  const scalar = twin.toScalar();
  const plain = options.secret ?? (form === 'plain' ? scalar : Buffer.concat([new Uint8Array(32), scalar]));
  const symmetricKey = randomBytes(16);
  return der.encode(
    der.sequence(
      der.sequence(der.oid(algorithm)),
      Sm2PublicKey.fromSpki(signingSpki).encrypt(symmetricKey, 'asn1'),
      der.bitString(named.toPoint()),
      der.bitString(sm4EncryptEcb(symmetricKey, plain, { padding: false })),
    ),
  );
}

export interface Twin {
  readonly key: Sm2PrivateKey;
  readonly envelope: Uint8Array;
  readonly certificate: Uint8Array;
}

/** A new twin encryption key with its certificate. */
export async function makeTwin(signingSpki: Uint8Array, options: EnvelopeOptions = {}): Promise<Twin> {
  const key = Sm2PrivateKey.generate();
  const certificate = await certify(key.publicKey.toSpki());
  return { key, envelope: envelopeFor(signingSpki, key, options), certificate };
}
