import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../conformance.test-support.ts';
import {
  canRunOpenCryptoki,
  type OpenCryptokiOnTrial,
  plugInOpenCryptoki,
} from './opencryptoki.test-support.ts';

describe.skipIf(!canRunOpenCryptoki)('a token that counts PINs', () => {
  let trial: OpenCryptokiOnTrial;
  beforeEach(async () => {
    trial = await plugInOpenCryptoki();
  });
  afterEach(() => trial.dispose());

  it('goes from low to its final try to locked, as its flags say, and back by the admin PIN', async () => {
    const key = await trial.driver.open(trial.ref);
    const flags: string[] = [];
    const see = async () => flags.push((await key.info()).pin.flag);
    await see();
    for (let tries = 0; tries < 3; tries++) {
      await key.verifyPin('00000000').catch(() => undefined);
      await see();
    }
    expect(flags).toEqual(['ok', 'low', 'final', 'locked']);
    expect((await key.info()).pin).not.toHaveProperty('tries');
    // Not even the right PIN is sent to a token that says that it is locked.
    expect(await codeOf(key.verifyPin(trial.pin))).toBe('pin-locked');
    await key.unlock(trial.adminPin, 'new-pin1');
    await key.verifyPin('new-pin1');
    expect((await key.info()).pin.flag).toBe('ok');
    await key.close();
  });

  it("leaves the admin PIN's last try alone", async () => {
    const key = await trial.driver.open(trial.ref);
    const unlock = (pin: string) => codeOf(key.unlock(pin, 'new-pin1'));
    expect([await unlock('00000000'), await unlock('00000000')]).toEqual([
      'admin-pin-incorrect',
      'admin-pin-incorrect',
    ]);
    expect((await key.info()).adminPin.flag).toBe('final');
    expect(await unlock('00000000')).toBe('admin-pin-locked');
    expect((await key.info()).adminPin.flag).toBe('final');
    await key.close();
  });

  it('keeps its user from a PIN that is too long for it, without spending a try', async () => {
    const key = await trial.driver.open(trial.ref);
    expect(await codeOf(key.changePin(trial.pin, 'nine-long'))).toBe('pin-format');
    expect(await codeOf(key.verifyPin('nine-long'))).toBeOneOf(['pin-format', 'pin-incorrect']);
    await key.verifyPin(trial.pin);
    await key.close();
  });
});
