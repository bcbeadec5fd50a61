/** openCryptoki's soft token as a key on trial, behind a module that can be told to misbehave. */
import {
  type OpenCryptoki,
  openCryptokiModule,
  PIN,
  SO_PIN,
  startOpenCryptoki,
} from '../../../../test/support/opencryptoki.ts';
import { hasCompiler, wrapModule } from '../../../../test/support/pkcs11-wrapper.ts';
import type { KeyOnTrial } from '../conformance.test-support.ts';
import { type Pkcs11Driver, pkcs11Driver } from './index.ts';

export const canRunOpenCryptoki = openCryptokiModule !== undefined && hasCompiler;

export interface OpenCryptokiOnTrial extends KeyOnTrial {
  readonly driver: Pkcs11Driver;
  readonly token: OpenCryptoki;
}

export async function plugInOpenCryptoki(): Promise<OpenCryptokiOnTrial> {
  const label = 'on trial';
  const token = await startOpenCryptoki(label);
  const wrapper = wrapModule(token.module, token.folder);
  const { launcher } = token;
  const driver = pkcs11Driver({
    module: wrapper.module,
    env: wrapper.env,
    launcher,
    pollMs: 50,
  });
  const info = (await driver.list()).find((one) => one.label === label);
  if (!info) throw new Error('the token is not listed');
  return {
    driver,
    token,
    ref: info.ref,
    pin: PIN,
    adminPin: SO_PIN,
    maxTries: 3,
    pull: async () => wrapper.order('gone'),
    putBack: async () => wrapper.putBack(),
    async dispose() {
      await driver.close();
      await token.dispose();
    },
  };
}
