import { Sm2PrivateKey } from '@certdesk/gm';
import { expect, it } from 'vitest';
import { FakeDesk } from '../test-support/fake-desk.test-support.ts';
import { heldCertificates } from './views.ts';

it('shows the two certificates of a container as one, the newest first, and leaves out what is none', async () => {
  const desk = new FakeDesk();
  const pair = async () => {
    const publicKey = Sm2PrivateKey.generate().publicKey.toSpki();
    return { algorithm: 'sm2', publicKey, certificate: await desk.certify(publicKey) } as const;
  };
  const [signing, encryption] = [await pair(), await pair()];
  desk.notBefore = new Date('2026-06-01T00:00:00Z');
  const later = await pair();
  const held = heldCertificates([
    { name: 'empty' },
    { name: 'twins', signing, encryption },
    { name: 'broken', signing: { ...later, certificate: Uint8Array.of(1, 2, 3) } },
    { name: 'key alone', signing: { algorithm: 'sm2', publicKey: later.publicKey } },
    { name: 'encryption alone', encryption: later },
  ]);
  expect(held).toMatchObject([
    { signing: null, encryption: { use: 'encryption', notBefore: '2026-06-01T00:00:00.000Z' } },
    { signing: { use: 'signing' }, encryption: { use: 'encryption' } },
  ]);
});
