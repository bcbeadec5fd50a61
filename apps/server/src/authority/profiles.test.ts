import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inProject } from '../../../../tools/project.mjs';
import { defaultProfiles, readProfiles } from './profiles.ts';

test('the default profiles are valid', () => {
  expect([...readProfiles().keys()]).toEqual([
    'entity-signing-sm2',
    'entity-signing-p256',
    'entity-twin-sm2',
    'entity-encryption-sm2',
    'entity-signing-p384',
    'entity-signing-rsa',
  ]);
});

test('the example in the documentation is a good one', () => {
  const [json = ''] =
    /\{\n {2}"name".*?\n\}/s.exec(readFileSync(inProject('docs/profiles.md'), 'utf8')) ?? [];
  expect([...readProfiles([JSON.parse(json)]).keys()]).toEqual(['company-signing-sm2']);
});

test.each([
  [
    'an unknown key usage',
    { ...(defaultProfiles[0] as object), keyUsage: ['signing'] },
    /profiles\[0\]: keyUsage\[0\]/,
  ],
  ['a field that no profile has', { ...(defaultProfiles[0] as object), key: 1 }, /profiles\[0\]: .*key/],
  ['no profile at all', 'entity-signing', /profiles\[0\]/],
])('%s is refused at start, with its place', (_, json, where) => {
  expect(() => readProfiles([json])).toThrow(where);
});

test('two profiles of one name are refused', () => {
  const [first] = defaultProfiles;
  expect(() => readProfiles([first, first])).toThrow('profiles[1].name');
});

const named = (name: string) =>
  defaultProfiles.find((json) => (json as { name: string }).name === name) as Record<string, unknown>;

test.each([
  ['is not there', [named('entity-twin-sm2')], 'entity-encryption-sm2 is no profile'],
  [
    'signs',
    [
      named('entity-twin-sm2'),
      { ...named('entity-encryption-sm2'), keyUsage: ['digitalSignature', 'keyEncipherment'] },
    ],
    'is not for SM2 encryption certificates alone',
  ],
  [
    'is for other keys too',
    [named('entity-twin-sm2'), { ...named('entity-encryption-sm2'), keyAlgorithms: ['sm2', 'p256'] }],
    'p256 keys cannot be used for keyEncipherment',
  ],
  [
    'ends at another time',
    [
      named('entity-twin-sm2'),
      { ...named('entity-encryption-sm2'), validity: { terms: [12], maxMonths: 48 } },
    ],
    'has another validity',
  ],
])('a twin whose encryption profile %s is refused', (_, list, where) => {
  expect(() => readProfiles(list)).toThrow(where);
});
