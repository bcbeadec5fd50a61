import { EventEmitter, once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { openDatabase } from '../schema/database.ts';
import { enqueue, startWorker } from './jobs.ts';

test('a worker outlives the loss of the database at the moment that a job is done, and does it again', async () => {
  const { url } = await createTestDatabase();
  const { db, pool, end } = openDatabase(url);
  onTestFinished(end);
  let lost = false;
  let tries = 0;
  const connect = pool.connect.bind(pool) as (told?: (error: Error) => void) => Promise<unknown>;
  pool.connect = ((told?: (error: Error) => void) => {
    if (!lost) return connect(told);
    const error = Object.assign(new Error('connect ECONNRESET'), { code: 'ECONNRESET' });
    return told ? told(error) : Promise.reject(error);
  }) as typeof pool.connect;

  const events = new EventEmitter();
  const trouble = once(events, 'trouble');
  const again = once(events, 'again');
  const worker = startWorker({
    pool,
    tasks: {
      some: async () => {
        tries += 1;
        lost = tries === 1;
        if (tries === 2) events.emit('again');
      },
    },
    restartMs: 10,
    onTrouble: (error) => {
      lost = false;
      events.emit('trouble', error);
    },
  });
  onTestFinished(() => worker.stop());
  await enqueue(db, 'some', {});
  expect(String(await trouble)).toContain('ECONNRESET');
  await again;
});
