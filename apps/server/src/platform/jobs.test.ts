import { EventEmitter, once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { openDatabase } from '../schema/database.ts';
import { enqueue, startWorker } from './jobs.ts';

test('a worker outlives the loss of the database at the moment that a job is done, and takes the next one', async () => {
  const { url } = await createTestDatabase();
  const { db, pool, end } = openDatabase(url);
  onTestFinished(end);
  let lost = false;
  const connect = pool.connect.bind(pool) as (...args: unknown[]) => Promise<unknown>;
  pool.connect = ((...args: unknown[]) =>
    lost
      ? Promise.reject(Object.assign(new Error('connect ECONNRESET'), { code: 'ECONNRESET' }))
      : connect(...args)) as typeof pool.connect;

  const events = new EventEmitter();
  const trouble = once(events, 'trouble');
  const next = once(events, 'next');
  const worker = startWorker({
    pool,
    tasks: {
      first: async () => {
        lost = true;
      },
      next: async () => void events.emit('next'),
    },
    restartMs: 10,
    onTrouble: (error) => {
      lost = false;
      events.emit('trouble', error);
    },
  });
  onTestFinished(() => worker.stop());
  await enqueue(db, 'first', {});
  expect(String(await trouble)).toContain('ECONNRESET');
  await enqueue(db, 'next', {});
  await next;
});
