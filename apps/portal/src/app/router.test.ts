import { afterEach, expect, test, vi } from 'vitest';
import { match, safePath } from './router.ts';

afterEach(() => vi.unstubAllGlobals());

test('a pattern matches its path and gives the values in it', () => {
  expect(match('/renewal/:id', '/renewal/42')).toEqual({ id: '42' });
  expect(match('/renewal/:id/cancel', '/renewal/a%20b/cancel')).toEqual({ id: 'a b' });
  expect(match('/cases', '/cases/')).toEqual({});
  expect(match('/', '/')).toEqual({});
});

test('a pattern does not match another path', () => {
  expect(match('/renewal/:id', '/renewal')).toBeNull();
  expect(match('/renewal/:id', '/renewal/')).toBeNull();
  expect(match('/renewal', '/renewal/42')).toBeNull();
  expect(match('/', '/cases')).toBeNull();
});

test('a badly encoded path does not break the page', () => {
  expect(match('/cases/:id', '/cases/%E0%A4%A')).toEqual({ id: '%E0%A4%A' });
});

test('after sign-in the page goes back within this site and nowhere else', () => {
  vi.stubGlobal('location', { origin: 'https://desk.example' });
  expect(safePath('/renewal/42?x=1')).toBe('/renewal/42?x=1');
  for (const elsewhere of [
    null,
    '',
    'renewal',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example/',
    'https://evil.example/',
    'javascript:alert(1)',
  ]) {
    expect(safePath(elsewhere)).toBe('/');
  }
});
