/** A desk whose register is another system, asked over HTTP. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RenewalCase } from '@certdesk/contract';
import { writeSafe } from '@certdesk/safe';
import { expect, test } from 'vitest';
import { openTestDesk } from '../../desk.test-support.ts';
import { Registers, registerFilesAt } from '../../registry/configuration.ts';
import { hangingUp, loopbackRegister, saying } from '../../registry/http/register.test-support.ts';
import { generateMessageKey } from '../../registry/http/signatures/keys.ts';
import { openRenewal } from './renewal.test-support.ts';

const hour = 3_600_000;
const name = '上海远方贸易有限公司';
const uscc = { kind: 'uscc', value: '91310106669433828F' } as const;

async function deskBeforeRegister() {
  const register = await loopbackRegister(hangingUp);
  const world = await openTestDesk(async ({ passphrase }) => {
    const folder = await mkdtemp(join(tmpdir(), 'certdesk-register-'));
    const key = join(folder, 'register.key');
    await writeSafe(key, generateMessageKey('ed25519').privateKey, passphrase, { logN: 4, r: 1, p: 1 });
    const registry = Registers.parse({
      order: ['table', 'http'],
      http: {
        url: `${register.origin}/entities`,
        body: { code: '{number}' },
        authentication: { kind: 'signature', key: 'register.key', keyId: 'desk' },
        timeoutMs: 15_000,
        totalMs: 30_000,
        breaker: { failures: 2 },
        answer: {
          name: '/name',
          state: { at: '/state', values: { ok: 'active' } },
          numbers: { uscc: '/uscc' },
        },
      },
    });
    return { registry: registerFilesAt(registry, (file) => join(folder, file)) };
  });
  const company = await world.company({ name, numbers: [uscc] });
  const browser = world.browser();
  await browser.signIn(company);
  return { register, world, browser, company };
}

test('starts while it is away; a case waits for it, goes on by its answer, and keeps whose answer it was and how old', async () => {
  const { register, world, browser, company } = await deskBeforeRegister();
  const { id, state } = await openRenewal(browser);
  expect(state).toBe('registry-silent');
  register.usually(saying({ name, state: 'ok', uscc: uscc.value }));
  const saidAt = world.time.toISOString();
  const checked = await browser.post<RenewalCase>(`/cases/${id}/registry`);
  const asked = register.asked.at(-1);
  const origin = { register: 'http', reference: asked?.headers['x-request-id'], saidAt };
  expect(checked).toMatchObject({ state: 'checking', comparison: { origin } });

  register.usually(hangingUp);
  await browser.post(`/cases/${id}/cancel`);
  world.time = new Date(world.time.getTime() + 20 * hour);
  await browser.signIn(company); // the session has ended
  expect(await openRenewal(browser)).toMatchObject({ state: 'checking', comparison: { origin } });
});

test('is measured, and its troubles are logged without a word about the entity', async () => {
  const { register, world, browser } = await deskBeforeRegister();
  const { id } = await openRenewal(browser);
  await browser.post(`/cases/${id}/registry`);
  expect(register.asked).toHaveLength(4);
  const { body } = await world.desk.app.inject('/metrics');
  expect(body).toContain('certdesk_registry_answer_seconds_count{register="http",answer="silent"} 2');
  expect(body).toContain('certdesk_registry_answer_seconds_count{register="table",answer="silent"} 2');
  expect(body).toContain('certdesk_registry_resting 1');
  const told = world.logged.filter((line) => line.includes('legal-entity register'));
  expect(told.filter((line) => line.includes('gave no answer'))).toHaveLength(2);
  expect(told.filter((line) => line.includes('failed too often'))).toHaveLength(1);
  for (const line of world.logged) {
    expect(line).not.toContain(uscc.value);
    expect(line).not.toContain(name);
  }
});
