import { describe, expect, test } from 'vitest';
import { defaultProfiles, readProfiles } from '../../authority/profiles.ts';
import { reissueKind } from '../../reissue/kinds.ts';
import { readRenewalKinds } from './kinds.ts';

const profiles = readProfiles();
const window = { terms: [1, 2, 3], windowMonths: 3 };
const kind = (configured: Record<string, string> | undefined, algorithm: string, profile = 'imported') =>
  reissueKind(readRenewalKinds({ ...window, profiles: configured }, profiles), { profile, algorithm });

describe('what a certificate is renewed to', () => {
  test.each([
    ['sm2', 'entity-signing-sm2'],
    ['p256', 'entity-signing-p256'],
    ['p384', 'entity-signing-p384'],
    ['rsa2048', 'entity-signing-rsa'],
    ['rsa3072', 'entity-signing-rsa'],
  ])('is its like where nothing else is said: %s', (algorithm, profile) => {
    expect(kind(undefined, algorithm)).toEqual({ profile, algorithm });
  });

  test.each(['rsa4096', 'unknown'])('is nothing for what nothing is issued for: %s', (algorithm) => {
    expect(kind(undefined, algorithm)).toBeUndefined();
  });

  test('is another kind where the profile named does not allow the old one', () => {
    const map = { rsa2048: 'entity-signing-sm2', rsa4096: 'entity-signing-rsa' };
    expect(kind(map, 'rsa2048')).toEqual({ profile: 'entity-signing-sm2', algorithm: 'sm2' });
    expect(kind(map, 'rsa4096')?.algorithm).toBe('rsa2048');
    expect(kind(map, 'sm2')).toBeUndefined();
  });

  test('is decided by its profile before the kind of its key', () => {
    const map = { 'entity-signing-rsa': 'entity-signing-sm2', rsa2048: 'entity-signing-rsa' };
    expect(kind(map, 'rsa2048', 'entity-signing-rsa')?.algorithm).toBe('sm2');
    expect(kind(map, 'rsa2048')?.algorithm).toBe('rsa2048');
  });

  test('follows the profiles that there are where nothing else is said', () => {
    const only = readProfiles([defaultProfiles[1]]);
    expect([...readRenewalKinds(window, only).keys()]).toEqual(['p256']);
  });
});

test.each([
  [{ sm2: 'none' }, 'renewal.profiles.sm2: there is no profile none'],
  [{ dsa: 'entity-signing-sm2' }, 'renewal.profiles.dsa: is neither a kind of key nor a profile'],
  [{ rsa2048: 'big' }, 'renewal.profiles.rsa2048: no key makes what big asks for'],
])('a map that cannot be is refused with its place: %j', (map, where) => {
  const big = { ...(defaultProfiles.at(-1) as object), name: 'big', keyAlgorithms: ['rsa4096'] };
  expect(() =>
    readRenewalKinds({ ...window, profiles: map }, readProfiles([...defaultProfiles, big])),
  ).toThrow(where);
});

test('a term that its profile has no room for is refused at start, and not to a holder who has confirmed', () => {
  expect([...readRenewalKinds({ terms: [1, 3], windowMonths: 12 }, profiles).keys()]).toContain('sm2');
  for (const wrong of [
    { terms: [1, 4], windowMonths: 3 },
    { terms: [3], windowMonths: 13 },
  ])
    expect(() => readRenewalKinds(wrong, profiles)).toThrow('allows 48 (validity.maxMonths)');
});
