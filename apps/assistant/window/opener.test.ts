import { expect, test } from 'vitest';
import { openerOf } from './opener.ts';

test('a page is addressed by its exact origin, never by any', () => {
  const posted: [unknown, string][] = [];
  const page = { postMessage: (message: unknown, origin: string) => posted.push([message, origin]) };
  const opener = openerOf({ opener: page } as unknown as Window);
  opener?.ready('1.2.3', ['https://desk.example', 'http://localhost:8080']);
  opener?.tell({ type: 'certdesk declined', order: 'one' }, 'https://desk.example');
  const ready = { type: 'certdesk ready', version: '1.2.3' };
  expect(posted).toEqual([
    [ready, 'https://desk.example'],
    [ready, 'http://localhost:8080'],
    [{ type: 'certdesk declined', order: 'one' }, 'https://desk.example'],
  ]);
  expect(openerOf({ opener: null } as unknown as Window)).toBeUndefined();
});
