/** The part of the configuration that says which legal-entity registers are asked, and how one is asked over HTTP. */
import { IdentityKind } from '@certdesk/contract';
import { z } from 'zod';
import { hasUser } from '../platform/http/address.ts';

const File = z.string().min(1);
const text = (max: number) => z.string().min(1).max(max);
const Pointer = z
  .string()
  .max(200)
  .regex(/^(\/([^~/]|~[01])*)*$/, 'not a JSON Pointer (RFC 6901)');

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const placeholder = /\{([^{}]*)\}/g;
const placeholders: readonly string[] = ['number', 'type', 'name'];

const unknownPlaceholder = (template: string) =>
  [...template.matchAll(placeholder)].find(([, name = '']) => !placeholders.includes(name))?.[0];

const Address = z.url({ protocol: /^https?$/ }).superRefine((address, { addIssue }) => {
  if (!URL.canParse(address)) return;
  const { protocol, hostname, host, hash } = new URL(address);
  if (protocol === 'http:' && !loopback.test(hostname)) addIssue('plain http goes to this machine alone');
  if (hasUser(address)) addIssue('holds a user or password');
  if (hash) addIssue('has a fragment (#)');
  if (/[{}]|%7[bd]/i.test(host)) addIssue('a placeholder stands in the path or after it');
});

const Authentication = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('signature'), key: File, keyId: text(200), publicKey: File.optional() }),
  z.strictObject({
    kind: z.literal('mutualTls'),
    certificate: File,
    key: File,
    chain: z.array(File).max(8).default([]),
  }),
]);

const Answer = z.strictObject({
  unknownStatus: z
    .int()
    .min(400)
    .max(499)
    .optional()
    .describe(
      'HTTP status by which the register says that it knows no such entity, such as 404; without it such a status is no answer',
    ),
  found: z
    .strictObject({ at: Pointer, values: z.record(z.string(), z.boolean()) })
    .optional()
    .describe(
      'Where the answer says whether there is such an entity, and what it says there, such as `{"at": "/code", "values": {"0": true, "404": false}}`; `"*"` is any other value. Without it every answer is of an entity',
    ),
  name: Pointer.describe('Where its name stands (JSON Pointer, RFC 6901)'),
  state: z
    .strictObject({ at: Pointer, values: z.record(z.string(), z.enum(['active', 'closed'])) })
    .describe(
      'Where its state stands, and which is which: `{"at": "/data/state", "values": {"存续": "active", "注销": "closed"}}`',
    ),
  division: Pointer.optional().describe('Where its administrative division stands, six digits of GB/T 2260'),
  numbers: z
    .partialRecord(IdentityKind, Pointer)
    .describe('Where its identity numbers stand, by kind; those it is asked by among them'),
});

const Cache = z
  .strictObject({
    freshHours: z
      .number()
      .min(0)
      .max(720)
      .default(1)
      .describe('An entity that it found is not asked for again within so many hours; 0: always'),
    atMostHours: z
      .number()
      .min(0)
      .max(8760)
      .default(24)
      .describe('… and while the register is silent such an answer counts for so many; its age is shown'),
  })
  .refine(({ freshHours, atMostHours }) => freshHours <= atMostHours, {
    path: ['freshHours'],
    error: 'longer than registry.http.cache.atMostHours',
  });

const Breaker = z.strictObject({
  failures: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('After so many failures in a row a node does not ask the register for a while'),
  openSeconds: z.int().min(1).max(3600).default(30).describe('… for so long; then one question tries it'),
});

const HttpRegister = z
  .strictObject({
    url: Address.describe(
      'Where the register is asked; https, or http on this machine. `{number}`, `{type}` and `{name}` in its path or query are filled in',
    ),
    body: z
      .json()
      .optional()
      .describe(
        'JSON that is posted, with `{number}`, `{type}` and `{name}` in its texts and names filled in; without it a GET is sent',
      ),
    askBy: z
      .array(z.strictObject({ kind: IdentityKind, type: text(64).optional() }))
      .min(1)
      .max(IdentityKind.options.length)
      .default([{ kind: 'uscc' }])
      .describe(
        'The kinds of number that it can be asked by, the best first, and what it calls each (`type`; without it the kind’s own name)',
      ),
    ask: z
      .enum(['first', 'each'])
      .default('first')
      .describe(
        '`first`: one request, by the first of those kinds that the entity has; `each`: one request a number, and numbers of different entities are a conflict',
      ),
    authentication: Authentication.describe(
      'How it knows this desk. `{"kind": "signature", "key", "keyId", "publicKey"}`: requests are signed (RFC 9421) by this sealed key, under the name that the register has for it; with its public key (PEM) only answers that it signed to this very request are believed. Or `{"kind": "mutualTls", "certificate", "key", "chain": []}`: this desk’s client certificate, its sealed key, CA certificates above it',
    ),
    ca: z
      .array(File)
      .max(8)
      .default([])
      .describe('Certificates that its TLS certificate is trusted by, PEM or DER; without them Node’s own'),
    timeoutMs: z.int().min(50).max(15_000).default(3000).describe('How long one try may take'),
    totalMs: z
      .int()
      .min(50)
      .max(30_000)
      .default(7000)
      .describe('… and all of it with the second try: a holder waits no longer'),
    cache: Cache.prefault({}),
    breaker: Breaker.prefault({}),
    answer: Answer,
  })
  .superRefine(({ url, body, askBy, timeoutMs, totalMs, answer }, { addIssue }) => {
    const issue = (path: PropertyKey[], message: string) => addIssue({ code: 'custom', path, message });
    const templates = [url, ...(body === undefined ? [] : textsIn(body))];
    const foreign = templates.map(unknownPlaceholder).find((name) => name !== undefined);
    if (foreign) issue([url.includes(foreign) ? 'url' : 'body'], `${foreign} is no placeholder`);
    if (!templates.some((template) => template.includes('{number}')))
      issue([body === undefined ? 'url' : 'body'], '{number} stands nowhere');
    if (totalMs < timeoutMs) issue(['totalMs'], 'shorter than registry.http.timeoutMs');
    // An answer that does not repeat what was asked could be one to anything.
    for (const { kind } of askBy)
      if (answer.numbers[kind] === undefined)
        issue(['answer', 'numbers', kind], 'is needed, since the register is asked by it');
  });

/** Every text and every name in a piece of JSON. */
function textsIn(json: unknown): string[] {
  if (typeof json === 'string') return [json];
  if (typeof json !== 'object' || json === null) return [];
  const names = Array.isArray(json) ? [] : Object.keys(json);
  return [...names, ...Object.values(json).flatMap(textsIn)];
}

export const Registers = z
  .strictObject({
    order: z
      .array(z.enum(['table', 'http']))
      .min(1)
      .refine((order) => new Set(order).size === order.length, 'names a register twice')
      .default(['table'])
      .describe(
        'Which registers are asked, in this order: `table`, what `certdesk registry import` took in; `http`, the one of `registry.http`. The first that finds the entity is believed',
      ),
    http: HttpRegister.optional(),
  })
  .refine(({ order, http }) => !order.includes('http') || http !== undefined, {
    path: ['http'],
    error: 'is needed where registry.order names it',
  });

export type RegistersConfiguration = z.infer<typeof Registers>;
export type HttpRegisterConfiguration = z.infer<typeof HttpRegister>;

/** Makes its files absolute. */
export function registerFilesAt(
  { order, http }: RegistersConfiguration,
  at: (file: string) => string,
): RegistersConfiguration {
  if (!http) return { order };
  const { authentication } = http;
  return {
    order,
    http: {
      ...http,
      ca: http.ca.map(at),
      authentication:
        authentication.kind === 'signature'
          ? {
              ...authentication,
              key: at(authentication.key),
              ...(authentication.publicKey !== undefined && { publicKey: at(authentication.publicKey) }),
            }
          : {
              ...authentication,
              certificate: at(authentication.certificate),
              key: at(authentication.key),
              chain: authentication.chain.map(at),
            },
    },
  };
}
