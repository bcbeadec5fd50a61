import { expect, test } from 'vitest';
import { randomSerialNumber } from './serial-number.ts';

test('a serial number is written as certificates have it: one that begins with a zero octet is drawn again', () => {
  const drawn = ['00'.repeat(16), `00${'ab'.repeat(15)}`, `0a${'bc'.repeat(15)}`].map((hex) =>
    Buffer.from(hex, 'hex'),
  );
  expect(randomSerialNumber(() => drawn.shift() ?? Buffer.alloc(16, 1))).toBe(`0a${'bc'.repeat(15)}`);
});
