import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divisionsAlone, type ServedRule, servedBy, servedByCode } from './served.ts';

const shanghai = '91310106669433828F';
const shenzhen = '914403001922038216';
const genuine = '91350203M0001QAY9B';
const everybody: ServedRule = { by: 'register', divisions: [], codes: undefined };
const inShanghai: ServedRule = { ...everybody, divisions: ['31'] };
const judge = (rule: ServedRule, uscc?: string, registered?: string) => servedBy(rule, { uscc, registered });

describe('whom a desk serves', () => {
  test('everybody, without divisions and without a list', () => {
    expect([judge(everybody), judge(everybody, shenzhen, '440300')]).toEqual(['yes', 'yes']);
  });

  test('by the first digits of the code’s division', () => {
    expect([judge(inShanghai, shanghai), judge(inShanghai, shenzhen)]).toEqual(['yes', 'no']);
    const district = { ...inShanghai, divisions: ['310104', '310106'] };
    expect([judge(district, shanghai), judge(district, '91310000631291289X')]).toEqual(['yes', 'no']);
  });

  test('by the register’s division before the code’s, which stays when an entity moves', () => {
    expect([judge(inShanghai, shanghai, '440300'), judge(inShanghai, shenzhen, '310106')]).toEqual([
      'no',
      'yes',
    ]);
  });

  test('by the code’s before the register’s, where it is configured so', () => {
    const rule = { ...inShanghai, by: 'code' as const };
    expect([judge(rule, shanghai, '440300'), judge(rule, shenzhen, '310106')]).toEqual(['yes', 'no']);
    expect(judge(rule, undefined, '310106')).toBe('yes');
  });

  test('whoever stands on the list, wherever he is', () => {
    const listed = { ...inShanghai, codes: new Set([shenzhen]) };
    expect(judge(listed, ' 9144 0300 1922038216', '440300')).toBe('yes');
    expect([judge(listed, genuine), judge(listed, shanghai)]).toEqual(['no', 'yes']);
    const alone = { ...listed, divisions: [] };
    expect([judge(alone, shenzhen), judge(alone, shanghai), judge(alone)]).toEqual(['yes', 'no', 'unknown']);
  });

  test('whoever has no known division, for now', () => {
    expect([judge(inShanghai), judge(inShanghai, '9131'), judge(inShanghai, undefined, '310106')]).toEqual([
      'unknown',
      'unknown',
      'yes',
    ]);
  });
});

test('a code that may be mistyped is not said to be of elsewhere', () => {
  expect(servedByCode(inShanghai, shenzhen.toLowerCase())).toBe('no');
  expect(servedByCode(inShanghai, shanghai)).toBe('yes');
  // A digit of the division mistyped.
  expect(servedByCode(inShanghai, '91320106669433828F')).toBe('unknown');
  // Genuine, and fails its check digit.
  expect(servedByCode(inShanghai, genuine)).toBe('unknown');
  expect(servedByCode({ ...inShanghai, codes: new Set([genuine]) }, genuine)).toBe('yes');
  expect(servedByCode({ ...inShanghai, divisions: [], codes: new Set([genuine]) }, '66943382-8')).toBe(
    'unknown',
  );
});

test('an order says the divisions where an assistant that knows them decides as the desk does', () => {
  const digits = fc.stringMatching(/^\d{2,6}$/);
  const rule: fc.Arbitrary<ServedRule> = fc.record({
    by: fc.constantFrom('register', 'code'),
    divisions: fc.array(digits, { maxLength: 70 }),
    codes: fc.option(fc.constant(new Set([shanghai])), { nil: undefined }),
  });
  const division = fc.stringMatching(/^\d{6}$/);
  fc.assert(
    fc.property(rule, division, fc.option(division, { nil: undefined }), (rule, ofCode, registered) => {
      const served = divisionsAlone(rule);
      if (served === null) return;
      expect(served.length).toBeLessThanOrEqual(64);
      const uscc = `91${ofCode}669433828F`;
      const assistant = served.some((digits) => ofCode.startsWith(digits)) ? 'yes' : 'no';
      expect(servedBy(rule, { uscc, registered })).toBe(assistant);
    }),
  );
  expect(divisionsAlone({ ...inShanghai, by: 'code' })).toEqual(['31']);
  expect([divisionsAlone(inShanghai), divisionsAlone({ ...everybody, by: 'code' })]).toEqual([null, null]);
});
