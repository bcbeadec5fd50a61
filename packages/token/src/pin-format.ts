import { KeyError } from './errors.ts';

const PIN = /^[\x20-\x7e]{6,16}$/;

/**
 * A PIN is 6 to 16 printable ASCII characters (GM/T 0016). One of another form is refused before the key is asked, so
 * that it costs no try.
 * @throws KeyError `pin-format`
 */
export function checkPinFormat(...pins: string[]): void {
  if (!pins.every((pin) => PIN.test(pin))) throw new KeyError('pin-format');
}
