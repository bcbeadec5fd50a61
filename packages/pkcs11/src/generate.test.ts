import { verifyByKey } from '@certdesk/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PIN, type SoftHsm, softHsmModule, startSoftHsm } from '../../../test/support/softhsm.ts';
import { generatePkcs11Key, openPkcs11Signer } from './index.ts';

describe.skipIf(!softHsmModule)('a key pair made in an HSM', () => {
  let hsm: SoftHsm;
  beforeAll(() => {
    hsm = startSoftHsm('ca');
  });
  afterAll(() => hsm?.dispose());

  const there = () => ({ module: hsm.module, env: hsm.env, tokenLabel: 'ca', pin: PIN });

  it.each(['p256', 'p384', 'rsa3072'] as const)('signs, and never leaves it: %s', async (algorithm) => {
    await generatePkcs11Key({ ...there(), keyLabel: algorithm, algorithm });
    const signer = await openPkcs11Signer({ ...there(), keyLabel: algorithm });
    const message = Buffer.from('what is signed');
    expect(signer.algorithm).toBe(algorithm);
    expect(verifyByKey(signer.publicKey, message, await signer.sign(message))).toBe(true);
    await signer.close();
    const listed = hsm
      .tool(
        '--token-label',
        'ca',
        '--login',
        '--pin',
        PIN,
        '--list-objects',
        '--type',
        'privkey',
        '--label',
        algorithm,
      )
      .toString();
    expect(listed).toMatch(/Access:.*never extractable/);
    expect(listed).toMatch(/Usage: +sign\n/);
  });

  it('is not made twice under one label', async () => {
    await generatePkcs11Key({ ...there(), keyLabel: 'once', algorithm: 'p256' });
    await expect(
      generatePkcs11Key({ ...there(), keyLabel: 'once', algorithm: 'p256' }),
    ).rejects.toMatchObject({
      code: 'key-ambiguous',
    });
    await expect(
      generatePkcs11Key({ ...there(), tokenLabel: 'none', keyLabel: 'x', algorithm: 'p256' }),
    ).rejects.toMatchObject({ code: 'token-not-found' });
  });
});
