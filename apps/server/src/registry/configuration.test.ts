import { expect, test } from 'vitest';
import { parseConfiguration } from '../setup/configuration.ts';

const http = {
  url: 'https://register.example/find',
  body: { code: '{number}' },
  authentication: { kind: 'signature', key: 'desk.key', keyId: 'desk-1' },
  answer: { name: '/name', state: { at: '/state', values: { 存续: 'active' } }, numbers: { uscc: '/code' } },
};
const parse = (registry: object) =>
  parseConfiguration({ publicOrigin: 'https://desk.example', registry }, '/etc/certdesk/server.json')
    .registry;
const withHttp = (change: object) => () => parse({ order: ['http'], http: { ...http, ...change } });

test('the table alone is asked where nothing is said', () => {
  expect(parse({})).toEqual({ order: ['table'] });
});

test('a register over HTTP waits, keeps and rests as described, with files beside the configuration', () => {
  const authentication = { ...http.authentication, publicKey: 'keys/register.pub' };
  expect(parse({ order: ['table', 'http'], http: { ...http, authentication, ca: ['ca.crt'] } })).toEqual({
    order: ['table', 'http'],
    http: {
      ...http,
      askBy: [{ kind: 'uscc' }],
      ask: 'first',
      authentication: {
        ...authentication,
        key: '/etc/certdesk/desk.key',
        publicKey: '/etc/certdesk/keys/register.pub',
      },
      ca: ['/etc/certdesk/ca.crt'],
      timeoutMs: 3000,
      totalMs: 7000,
      cache: { freshHours: 1, atMostHours: 24 },
      breaker: { failures: 5, openSeconds: 30 },
    },
  });
});

test('a client certificate and its key lie beside the configuration too', () => {
  const authentication = { kind: 'mutualTls', certificate: 'desk.crt', key: 'desk.key', chain: ['ca.crt'] };
  expect(withHttp({ authentication })().http?.authentication).toEqual({
    kind: 'mutualTls',
    certificate: '/etc/certdesk/desk.crt',
    key: '/etc/certdesk/desk.key',
    chain: ['/etc/certdesk/ca.crt'],
  });
});

test.each([
  'http://127.0.0.1:8080/find',
  'http://localhost/find',
  'http://[::1]/find',
  'https://register.example/',
])('%s may be asked', (url) => {
  expect(withHttp({ url })).not.toThrow();
});

test.each<[string, () => unknown, string]>([
  ['http to another machine', withHttp({ url: 'http://register.example/' }), 'registry.http.url: plain http'],
  [
    'a password in an address',
    withHttp({ url: 'https://a:b@register.example/' }),
    'registry.http.url: holds a user',
  ],
  ['a host to be filled in', withHttp({ url: 'https://{number}.example/' }), 'registry.http.url: '],
  [
    'a part that is not sent',
    withHttp({ url: 'https://register.example/#{number}' }),
    'registry.http.url: has a fragment',
  ],
  [
    'a placeholder that is none',
    withHttp({ body: { '{code}': '{number}' } }),
    'registry.http.body: {code} is no placeholder',
  ],
  [
    'a body without a number',
    withHttp({ body: { a: ['x'] } }),
    'registry.http.body: {number} stands nowhere',
  ],
  [
    'an address without a number',
    withHttp({ body: undefined }),
    'registry.http.url: {number} stands nowhere',
  ],
  [
    'less time in all than for one try',
    withHttp({ timeoutMs: 500, totalMs: 400 }),
    'registry.http.totalMs: shorter',
  ],
  [
    'fresh for longer than kept',
    withHttp({ cache: { freshHours: 2, atMostHours: 1 } }),
    'registry.http.cache.freshHours: longer',
  ],
  [
    'a pointer that is none',
    withHttp({ answer: { ...http.answer, name: 'name' } }),
    'registry.http.answer.name: not a JSON Pointer',
  ],
  [
    'a pointer with a wrong escape',
    withHttp({ answer: { ...http.answer, name: '/~2' } }),
    'registry.http.answer.name: not a JSON Pointer',
  ],
  [
    'a state that there is not',
    withHttp({ answer: { ...http.answer, state: { at: '', values: { a: 'gone' } } } }),
    'registry.http.answer.state.values.a',
  ],
  [
    'a number that the answer does not repeat',
    withHttp({ askBy: [{ kind: 'housingFund' }] }),
    'registry.http.answer.numbers.housingFund: is needed',
  ],
  [
    'two ways to be known',
    withHttp({ authentication: { ...http.authentication, certificate: 'a.crt' } }),
    'registry.http.authentication',
  ],
  ['a register that is not configured', () => parse({ order: ['http'] }), 'registry.http: is needed'],
  ['a register twice', () => parse({ order: ['table', 'table'] }), 'registry.order: names a register twice'],
  ['no register', () => parse({ order: [] }), 'registry.order'],
])('%s is told by its place', (_, attempt, said) => {
  expect(attempt).toThrow(said);
});
