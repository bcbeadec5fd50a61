/** SoftHSM2 tokens as keys on trial, behind a module that can be told to misbehave. */
import { hasCompiler, type WrappedModule, wrapModule } from '../../../../test/support/pkcs11-wrapper.ts';
import { PIN, SO_PIN, type SoftHsm, softHsmModule, startSoftHsm } from '../../../../test/support/softhsm.ts';
import type { KeyOnTrial } from '../conformance.test-support.ts';
import { type Pkcs11Driver, pkcs11Driver } from './index.ts';

export const canRunSoftHsm = softHsmModule !== undefined && hasCompiler;

export interface SoftHsmOnTrial extends KeyOnTrial {
  readonly driver: Pkcs11Driver;
  readonly hsm: SoftHsm;
  readonly wrapper: WrappedModule;
  pull(): Promise<void>;
  putBack(): Promise<void>;
}

export async function plugInSoftHsm(label = 'on trial', ...others: string[]): Promise<SoftHsmOnTrial> {
  const hsm = startSoftHsm(label, ...others);
  const wrapper = wrapModule(hsm.module, hsm.folder);
  const driver = pkcs11Driver({
    module: wrapper.module,
    env: { ...hsm.env, ...wrapper.env },
    pollMs: 50,
    deadlineMs: 20_000,
  });
  const info = (await driver.list()).find((one) => one.label === label);
  if (!info) throw new Error('the token is not listed');
  return {
    driver,
    ref: info.ref,
    pin: PIN,
    adminPin: SO_PIN,
    hsm,
    wrapper,
    pull: async () => wrapper.order('gone'),
    putBack: async () => wrapper.putBack(),
    async dispose() {
      await driver.close();
      hsm.dispose();
    },
  };
}
