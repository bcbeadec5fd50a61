/** A SoftHSM2 token behind a module that says that it is gone: whoever looks past that module finds it all the same. */
import { type Pkcs11Driver, pkcs11Driver } from '@certdesk/token';
import { wrapModule } from '../../support/pkcs11-wrapper.ts';
import { SO_PIN, startSoftHsm } from '../../support/softhsm.ts';
import { ADMIN_PIN, type MakeStand, PIN } from './stand.ts';

export const softHsmStand: MakeStand = async () => {
  const hsm = startSoftHsm('fresh');
  const wrapper = wrapModule(hsm.module, hsm.folder);
  let unwrapped: Pkcs11Driver | undefined;
  let presentAdminPin = SO_PIN;
  const open = async () => {
    // A fresh process each time: SoftHSM2 2.6 crashes where another process removed what it knew.
    await unwrapped?.close();
    unwrapped = pkcs11Driver({ module: hsm.module, env: hsm.env });
    // SoftHSM2 shows an uninitialised slot beside its tokens.
    const token = (await unwrapped.list()).find(({ label }) => label !== '');
    if (!token) throw new Error('SoftHSM2 lists no token');
    return unwrapped.open(token.ref);
  };
  return {
    algorithm: 'p256',
    libraryMayCrash: true,
    driver: { family: 'pkcs11', module: wrapper.module, env: { ...hsm.env, ...wrapper.env } },
    async newKey({ serial }) {
      wrapper.order();
      const key = await open();
      try {
        const options = { label: `key ${serial}`, pin: PIN, adminPin: ADMIN_PIN, presentAdminPin };
        await key.initialise(options);
        presentAdminPin = ADMIN_PIN;
      } finally {
        await key.close();
      }
    },
    pull: async () => wrapper.order('gone'),
    plug: async () => wrapper.order(),
    open,
    async close() {
      await unwrapped?.close();
      hsm.dispose();
    },
  };
};
