import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificate, generateSoftwareKey, type KeyAlgorithm } from '@certdesk/pki';
import { onTestFinished } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import type { Clock } from '../platform/clock.ts';
import { randomId } from '../platform/random.ts';
import { openDatabase } from '../schema/database.ts';
import type { IntentRequest } from './authority.ts';
import { contentFor } from './content.ts';
import { type AuthorityAlgorithm, createAuthority } from './embedded/create.ts';
import { embeddedAuthority } from './embedded/embedded.ts';
import { fixedIssuers } from './embedded/issuers.ts';
import { type IssuingCa, openIssuingCa } from './embedded/open.ts';
import type { SignCertificate } from './embedded/signing.ts';
import { readProfiles } from './profiles.ts';

export const now = new Date('2027-03-01T08:00:00.000Z');
export const clock: Clock = () => now;
export const passphrase = '只用于测试的口令';
/** Nothing is kept from anybody in a test. */
export const cheap = { logN: 4, r: 1, p: 1 };

const opened = new Map<AuthorityAlgorithm, Promise<{ ca: IssuingCa; folder: string }>>();

/** A CA that all tests of a file share: making one takes a key pair and some files. */
export function testCa(algorithm: AuthorityAlgorithm = 'sm2'): Promise<{ ca: IssuingCa; folder: string }> {
  const known = opened.get(algorithm) ?? makeCa(algorithm);
  opened.set(algorithm, known);
  return known;
}

async function makeCa(algorithm: AuthorityAlgorithm) {
  const folder = join(await mkdtemp(join(tmpdir(), 'certdesk-authority-')), 'authority');
  const made = {
    folder,
    organisation: '测试证书中心',
    algorithm,
    passphrase,
    rootPassphrase: 'another',
    cost: cheap,
    now,
  };
  await createAuthority(made);
  return { ca: await openIssuingCa(folder, passphrase), folder };
}

/** A migrated database of the test's own, and nodes of a desk on it. */
export async function testDesk() {
  const { url } = await createTestDatabase();
  const { ca } = await testCa();
  const node = (more: { sign?: SignCertificate; trustedRoots?: Certificate[]; clock?: Clock } = {}) => {
    const database = openDatabase(url);
    onTestFinished(() => database.end());
    const issuers = fixedIssuers([ca], more.clock ?? clock);
    const authority = embeddedAuthority({
      db: database.db,
      issuers,
      profiles: readProfiles(),
      clock,
      ...more,
    });
    return { ...database, authority };
  };
  return { url, ca, node, ...node() };
}

export const inTwoYears = new Date('2029-03-01T08:00:00.000Z');

export function intentRequest(
  more: Partial<IntentRequest> & { algorithm?: KeyAlgorithm } = {},
): IntentRequest {
  const { algorithm = 'sm2', ...given } = more;
  return {
    idempotencyKey: `test:${randomId()}`,
    profile: `entity-signing-${algorithm}`,
    publicKey: generateSoftwareKey(algorithm).publicKey,
    requestDigest: '0'.repeat(64),
    content: contentFor(
      {
        name: '上海示例贸易有限公司',
        identityNumbers: [
          { kind: 'uscc', value: '91310106669433828F' },
          { kind: 'socialInsurance', value: '00012345' },
        ],
      },
      inTwoYears,
    ),
    ...given,
  };
}
