import { expect, test } from 'vitest';
import { youngerThanTargets } from './old-browsers.ts';

test.each([
  ['a.js', 'class A { static { A.b = 1; } }'],
  ['a.js', 'class A { #b; static is(c) { return #b in c; } }'],
  ['a.js', 'const d = /(?<=a)b/.exec(c);'],
  ['a.js', 'using e = f();'],
  ['a.js', 'const g = h.at(-1);'],
  ['a.js', 'const i = structuredClone(j);'],
  ['a.css', 'a:has(b){color:red}'],
  ['a.css', 'a{&:hover{color:red}}'],
])('%s with %s is found to be too young', async (name, text) => {
  expect(await youngerThanTargets(name, text)).not.toEqual([]);
});

test.each([
  ['a.js', 'class A { c() { return this.b ?? 2n; } } const d = async (e) => { e.f ||= await e.g; };'],
  ['a.css', 'a:focus-visible{inset:0;gap:8px}'],
])('%s with %s is not', async (name, text) => {
  expect(await youngerThanTargets(name, text)).toEqual([]);
});
