import { verify } from 'node:crypto';
import { generateSoftwareKey } from '@certdesk/pki';
import { describe, expect, test } from 'vitest';
import { type AnswerMessage, component, signatureBase } from './base.ts';
import { contentDigest, contentDigestFits } from './content-digest.ts';
import { generateMessageKey, messageKeyAlgorithms, messageSigner, messageVerifier } from './keys.ts';
import { signatureFields, whyNotSigned } from './messages.ts';
import { type InnerList, parseDictionary, serialize } from './structured-fields.ts';

const octets = (base64: string) => Buffer.from(base64, 'base64');
const plain = (name: string) => component(name);

describe('the examples of RFC 9421', () => {
  // Appendix B.1.3 and B.1.4: keys that are published to be tried with.
  const ed25519 = {
    private: octets('MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF'),
    public: octets('MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs='),
  };
  const p256 = octets(
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==',
  );
  const content = Buffer.from('{"hello": "world"}');
  const request = {
    method: 'POST',
    url: new URL('https://example.com/foo?param=Value&Pet=dog'),
    fields: {
      date: 'Tue, 20 Apr 2021 02:07:55 GMT',
      'content-type': 'application/json',
      'content-length': '18',
    },
  } as const;

  test('B.2.6: a request, signed with Ed25519, to the octet', async () => {
    const covered = {
      items: ['date', '@method', '@path', '@authority', 'content-type', 'content-length'].map(plain),
      parameters: new Map<string, string | number>([
        ['created', 1618884473],
        ['keyid', 'test-key-ed25519'],
      ]),
    };
    const base = signatureBase(covered, request);
    const signature = octets(
      'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
    );
    expect(Buffer.from(await messageSigner(ed25519.private).sign(base))).toEqual(signature);
    expect(messageVerifier(ed25519.public).verifies(base, signature)).toBe(true);
  });

  test('B.2.4: an answer, signed with ECDSA on P-256', () => {
    const answer = {
      status: 200,
      request,
      fields: {
        'content-type': 'application/json',
        'content-digest':
          'sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
        'content-length': '23',
      },
    };
    const input = parseDictionary(
      'sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    ).get('sig-b24') as InnerList;
    const signature = octets(
      'wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==',
    );
    expect(messageVerifier(p256).verifies(signatureBase(input, answer), signature)).toBe(true);
  });

  test('§2.2: the parts of an address', () => {
    const url = new URL('https://WWW.example.com:443/path?param=value&foo=bar');
    const said = (name: string) =>
      signatureBase({ items: [plain(name)], parameters: new Map() }, { method: 'GET', url, fields: {} })
        .toString()
        .split('\n')[0];
    expect(
      ['@target-uri', '@authority', '@scheme', '@request-target', '@path', '@query', '@method'].map(said),
    ).toEqual([
      '"@target-uri": https://www.example.com/path?param=value&foo=bar',
      '"@authority": www.example.com',
      '"@scheme": https',
      '"@request-target": /path?param=value&foo=bar',
      '"@path": /path',
      '"@query": ?param=value&foo=bar',
      '"@method": GET',
    ]);
  });

  test('RFC 9530: a digest of content', () => {
    expect(contentDigest(Buffer.from('{"hello": "world"}\n'))).toBe(
      'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:',
    );
    const sha512 =
      'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:';
    expect(contentDigestFits(sha512, content)).toBe(true);
    expect(contentDigestFits(sha512, Buffer.from('{"hello": "World"}'))).toBe(false);
    expect(contentDigestFits(`${sha512}, ${contentDigest(Buffer.from('else'))}`, content)).toBe(false);
    expect(contentDigestFits('md5=:AQI=:', content)).toBe(false);
  });
});

describe('another implementation', () => {
  // Made with http-message-signatures 1.0.6, which found the request's signature good and signed the answer to it.
  const url = new URL('https://register.example/entities?version=2');
  const content = Buffer.from('{"code":"91310106669433828F"}');
  const key = octets('MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF');
  const now = new Date(1795000000_000);
  const signed = {
    'content-digest': 'sha-256=:D4tn+SKzG4GP5vbeO87lyvlKWFWygcnbHFHqGEbakbk=:',
    'signature-input':
      'desk=("@method" "@target-uri" "content-digest");created=1795000000;keyid="desk-1";nonce="n0nce"',
    signature:
      'desk=:7dGK8CKpxaCnRe9kR+3tVG/ZAMjDufactCC62Ny76d5QOKbuY0X660cGgkVAw4DJsQA97IjtGyqwO+Fgt+EaCw==:',
  };
  const answerContent = Buffer.from('{"name":"上海示例贸易有限公司"}');
  const registerKey = messageVerifier(
    octets(
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZDUIrB+Gc5CjEbKRkx7bwpiOYLOMPegQTTdtleKn0yBC3PlmWjXiP2v55ZUCkO1qIz3D/gr0SgMzuXxyC3tLEA==',
    ),
  );
  const answer: AnswerMessage = {
    status: 200,
    request: { method: 'POST', url, fields: signed },
    fields: {
      'content-type': 'application/json',
      'content-digest': 'sha-256=:bC8bvv/ACKy1CJonA7t3bA6/m0Wk0h6/DnCqZa9uueI=:',
      'signature-input':
        'register=("@status" "content-type" "content-digest" "signature";req;key="desk" "@method";req "@target-uri";req);created=1795000001;keyid="register-1";alg="ecdsa-p256-sha256"',
      signature:
        'register=:LqBI34pnKj5+srf67u46y/BTmFLwWSpTZ5KwgQly1wcc/t8dAV/ecIx2TNRZ9Hc1/fvUWL+G3NitiZu3SWkQbw==:',
    },
  };

  test('takes requests that are signed like this one', async () => {
    const signer = messageSigner(key);
    const made = await signatureFields({ method: 'POST', url }, content, {
      id: 'desk-1',
      signer,
      nonce: 'n0nce',
      now,
    });
    expect(made).toEqual(signed);
  });

  test('signs answers that are believed', () => {
    expect(whyNotSigned(answer, answerContent, registerKey, now)).toBeUndefined();
  });

  const changed = (fields: Record<string, string | undefined>): AnswerMessage => ({
    ...answer,
    fields: { ...answer.fields, ...fields },
  });
  const to = (request: Partial<AnswerMessage['request']>): AnswerMessage => ({
    ...answer,
    request: { ...answer.request, ...request },
  });
  test.each<[string, AnswerMessage, string]>([
    ['with another status', { ...answer, status: 404 }, 'does not verify'],
    ['without a signature', changed({ signature: undefined }), 'is not signed'],
    ['without a digest', changed({ 'content-digest': undefined }), 'has no Content-Digest'],
    ['with another type', changed({ 'content-type': 'text/plain' }), 'does not verify'],
    ['without a type', changed({ 'content-type': undefined }), 'cannot be read'],
    [
      'to another address',
      to({ url: new URL('https://register.example/entities?version=3') }),
      'does not verify',
    ],
    [
      'to another request',
      to({ fields: { ...signed, signature: signed.signature.replace('7dGK', '7dGL') } }),
      'does not verify',
    ],
    ['to a request without a signature', to({ fields: {} }), 'cannot be read'],
    [
      'of another algorithm',
      changed({ 'signature-input': answer.fields['signature-input']?.replace('ecdsa-p256', 'rsa-v1_5') }),
      'another algorithm',
    ],
    [
      'with a parameter more',
      changed({ 'signature-input': `${answer.fields['signature-input']};expires=1795000060` }),
      'does not verify',
    ],
    [
      'that has expired',
      changed({ 'signature-input': `${answer.fields['signature-input']};expires=1795000000` }),
      'has expired',
    ],
    ['with a signature of no length', changed({ signature: 'register=:AQ==:' }), 'does not verify'],
    ['with a signature that is none', changed({ signature: 'register=:AQ' }), 'cannot be read'],
    ['with a signature of another name', changed({ signature: 'else=:AQ==:' }), 'is not signed'],
  ])('and not the answer %s', (_, wrong, why) => {
    expect(whyNotSigned(wrong, answerContent, registerKey, now)).toContain(why);
  });

  test('and not other content', () => {
    expect(whyNotSigned(answer, Buffer.from('{}'), registerKey, now)).toContain('does not fit');
  });
});

describe.each(messageKeyAlgorithms)('a key of %s', (kind) => {
  const { privateKey, publicKey } = generateMessageKey(kind);
  const verifier = messageVerifier(publicKey);
  const request = { method: 'GET', url: new URL('https://register.example/?code=1'), fields: {} } as const;
  /** An answer that covers these. */
  async function answerCovering(names: InnerList['items'], status = 200): Promise<AnswerMessage> {
    const content = Buffer.from('{}');
    const answer = { status, request: { ...request, fields: { signature: 'desk=:AQI=:' } } };
    const fields = { 'content-digest': contentDigest(content) };
    const covered = { items: names, parameters: new Map([['created', 1795000000]]) };
    const signature = await messageSigner(privateKey).sign(signatureBase(covered, { ...answer, fields }));
    return {
      ...answer,
      fields: {
        ...fields,
        'signature-input': `a=${serialize(covered)}`,
        signature: `a=${serialize({ value: signature, parameters: new Map() })}`,
      },
    };
  }
  const all = [
    component('@status'),
    component('content-digest'),
    component('signature', { req: true, key: 'desk' }),
  ];
  const why = async (names: InnerList['items']) =>
    whyNotSigned(await answerCovering(names), Buffer.from('{}'), verifier, new Date());

  test('signs what it verifies', async () => {
    expect(await why(all)).toBeUndefined();
    const good = await answerCovering(all);
    expect(whyNotSigned({ ...good, status: 404 }, Buffer.from('{}'), verifier, new Date())).toContain(
      'does not verify',
    );
    const other = messageVerifier(generateMessageKey(kind).publicKey);
    expect(whyNotSigned(good, Buffer.from('{}'), other, new Date())).toContain('does not verify');
  });

  test('believes no signature that leaves out what matters', async () => {
    for (const left of all)
      expect(await why(all.filter((one) => one !== left))).toBe(
        `its signature does not cover ${serialize(left)}`,
      );
  });

  test('finds a good signature beside one that is not for it', async () => {
    const { fields, ...answer } = await answerCovering(all);
    const beside = {
      ...fields,
      'signature-input': `b=("@status");keyid="proxy", ${fields['signature-input']}`,
      signature: `b=:AQI=:, ${fields.signature}`,
    };
    expect(
      whyNotSigned({ ...answer, fields: beside }, Buffer.from('{}'), verifier, new Date()),
    ).toBeUndefined();
  });
});

test('a request without content has no digest, and is signed all the same', async () => {
  const { privateKey, publicKey } = generateMessageKey('ed25519');
  const signer = messageSigner(privateKey);
  const key = { id: 'a "name"', signer, nonce: 'n', now: new Date(1795000000_000) };
  const url = new URL('https://register.example/?code=1');
  const fields = await signatureFields({ method: 'GET', url }, null, key);
  // Written out by hand, as a register would find it in the standard.
  const base = [
    '"@method": GET',
    '"@target-uri": https://register.example/?code=1',
    '"@signature-params": ("@method" "@target-uri");created=1795000000;keyid="a \\"name\\"";nonce="n"',
  ].join('\n');
  const signature = /^desk=:(.*):$/.exec(fields.signature ?? '')?.[1] ?? '';
  const key25519 = { key: Buffer.from(publicKey), format: 'der', type: 'spki' } as const;
  expect(verify(null, Buffer.from(base), key25519, octets(signature))).toBe(true);
  expect(Object.keys(fields)).toEqual(['signature-input', 'signature']);
});

test('keys of other kinds are refused', () => {
  const { privateKey, publicKey } = generateSoftwareKey('p384');
  expect(() => messageSigner(privateKey)).toThrow('not p384');
  expect(() => messageVerifier(publicKey)).toThrow('not p384');
});
