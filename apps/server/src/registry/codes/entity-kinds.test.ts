import { expect, test } from 'vitest';
import { entityKindOf } from './entity-kinds.ts';

test.each([
  ['91310106669433828F', 'industry and commerce', 'enterprise'],
  ['115300000151003540', 'public establishment office', 'state organ'],
  ['12100000000018032A', 'public establishment office', 'public institution'],
  ['97310106669433828F', 'industry and commerce', undefined],
])('%s: registered by %s, %s', (uscc, department, kind) => {
  const says = entityKindOf(uscc);
  expect([says?.department.en, says?.kind?.en]).toEqual([department, kind]);
});

test('of what is no unified code nothing is said', () => {
  expect([entityKindOf('66943382-8'), entityKindOf('B1310106669433828F')]).toEqual([undefined, undefined]);
});
