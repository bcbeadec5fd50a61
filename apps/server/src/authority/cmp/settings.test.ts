import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, expect, test } from 'vitest';
import { protectionFiles } from '../../another-ca.test-support.ts';
import { DeskError } from '../../platform/error.ts';
import { Cmp, type CmpConfiguration } from '../../setup/cmp-configuration.ts';
import { now, passphrase, testCa } from '../authority.test-support.ts';
import { readProfiles } from '../profiles.ts';
import { cmpProfiles, openCmp } from './settings.ts';

let good: CmpConfiguration;
let file: (name: string) => string;

beforeAll(async () => {
  const { ca, folder } = await testCa();
  file = await protectionFiles(ca, passphrase);
  good = Cmp.parse({
    url: 'https://ca.example/cmp',
    chain: [join(folder, 'issuing.crt'), join(folder, 'root.crt')],
    protection: { kind: 'signature', certificate: file('desk.crt'), key: file('desk.key') },
  });
});

const opened = (change: Partial<CmpConfiguration> = {}, at = now) =>
  openCmp({ ...good, ...change }, passphrase, at);

test('opens: the issuing CA’s key signs answers, and its name is the recipient’s, where nothing else is said', async () => {
  const settings = await opened();
  const [issuing] = settings.chain;
  expect(settings.trust).toEqual({ kind: 'signature', signers: [issuing] });
  expect(settings.recipient.equals(issuing?.subject ?? settings.sender)).toBe(true);
  expect(settings.term).toBe('asked');
  const recipient = [{ type: 'CN', value: 'CMP' }];
  expect(String((await opened({ recipient })).recipient)).toBe('CN=CMP');
  const protection = { kind: 'mac' as const, reference: 'desk', secret: file('secret') };
  expect((await opened({ protection, request: 'p10cr' })).term).toBe('authority');
});

const mac = (secret: string) => ({ kind: 'mac' as const, reference: 'desk', secret });
const signed = (change: object) => ({ ...good.protection, ...change }) as CmpConfiguration['protection'];

test.each<[string, () => Partial<CmpConfiguration>, string]>([
  ['a chain in the wrong order', () => ({ chain: good.chain.toReversed() }), 'was not issued by'],
  ['a chain that ends below its root', () => ({ chain: good.chain.slice(0, 1) }), 'is no root'],
  ['a chain of no CA', () => ({ chain: [file('desk.crt')] }), 'no certificate of a CA'],
  [
    'a certificate that is not the key’s',
    () => ({ protection: signed({ certificate: good.chain[0] }) }),
    'is not the key of',
  ],
  ['a key file that is none', () => ({ protection: signed({ key: file('desk.crt') }) }), 'desk.crt'],
  ['a secret that is not there', () => ({ protection: mac(file('nothing')) }), 'ENOENT'],
  ['a secret that is too short', () => ({ protection: mac(file('short')) }), 'at least 8'],
  ['a term that PKCS#10 cannot ask for', () => ({ request: 'p10cr', term: 'asked' }), 'authority.cmp.term'],
  [
    'a recipient that is no name',
    () => ({ recipient: [{ type: 'XY', value: 'a' }] }),
    'authority.cmp.recipient',
  ],
])('refuses %s, and says where', async (_, change, where) => {
  await writeFile(file('short'), 'hunter2\n');
  const error = await opened(change()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DeskError);
  expect((error as DeskError).code).toBe('configuration-invalid');
  expect((error as DeskError).message).toContain(where);
  expect((error as DeskError).message).not.toContain('hunter2');
});

test('refuses certificates that have expired', async () => {
  await expect(opened({}, new Date('2031-01-01T00:00:00Z'))).rejects.toThrow('desk.crt has expired');
  await expect(opened({}, new Date('2090-01-01T00:00:00Z'))).rejects.toThrow('issuing.crt has expired');
});

test('refuses a password in the address, and other ways than HTTP', () => {
  for (const url of [
    'https://me:secret@ca.example/',
    'https://:secret@ca.example/',
    'ldap://ca.example/',
    'ca.example',
  ])
    expect(Cmp.safeParse({ ...good, url }).success, url).toBe(false);
});

test('refuses profiles with twins, and leaves the desk’s own out', () => {
  const profiles = readProfiles();
  expect([...cmpProfiles(profiles, false).keys()]).not.toContain('entity-twin-sm2');
  expect(() => cmpProfiles(profiles, true)).toThrow('twin');
});
