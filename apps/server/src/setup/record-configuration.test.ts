import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { openDatabase } from '../schema/database.ts';
import { agreementOf } from './agreement.ts';
import { parseConfiguration } from './configuration.ts';
import { recordConfiguration } from './record-configuration.ts';

const now = new Date('2027-03-01T08:00:00.000Z');
const configured = (more: object = {}) =>
  parseConfiguration({ publicOrigin: 'https://desk.example', ...more }, '/etc/certdesk/server.json');
const agreed = (en = 'Agreement') => agreementOf('1', { zh: '订户协议', en });

async function testLog() {
  const { db, end } = openDatabase((await createTestDatabase()).url);
  onTestFinished(end);
  const loaded = (configuration = configured(), agreement = agreed()) =>
    recordConfiguration(db, configuration, agreement, now);
  const rows = () => db.selectFrom('audit_event').select(['actor', 'action', 'data']).orderBy('id').execute();
  return { loaded, rows };
}

test('what the desk works with is in the audit log, once', async () => {
  const { loaded, rows } = await testLog();
  await loaded();
  await loaded();
  const { version, digest } = agreed();
  expect(await rows()).toEqual([
    {
      actor: 'operator',
      action: 'configuration.loaded',
      data: {
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        publicOrigin: 'https://desk.example',
        agreement: { version, digest },
        renewal: configured().renewal,
      },
    },
  ]);
});

test('another configuration, another agreement, and the first one again are each told', async () => {
  const { loaded, rows } = await testLog();
  await loaded();
  await loaded(configured({ maintenance: true }));
  await loaded(configured({ maintenance: true }), agreed('Another'));
  await loaded();
  const digests = (await rows()).map(({ data }) => (data as { digest: string }).digest);
  expect(digests).toHaveLength(4);
  expect(digests[1]).toBe(digests[2]);
  expect(digests[0]).toBe(digests[3]);
});
