import { EventEmitter } from 'node:events';
import {
  Logger,
  parseCronItems,
  type Runner,
  run,
  runMigrations as runQueueMigrations,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import { type Kysely, sql } from 'kysely';
import type { Pool } from 'pg';

/** Does one job. Throwing means: try again later, with growing pauses. */
export type Task = (payload: unknown) => Promise<void>;

export interface JobOptions {
  /** Not before then. */
  runAt?: Date;
  /** A job of the same key that has not begun is replaced by this one. */
  key?: string;
  maxAttempts?: number;
}

/**
 * Queues a job in the caller's transaction: it exists if and only if the transaction commits. It is done at least
 * once, by any node, so a task does no harm when it is done again.
 */
export async function enqueue<Tables>(
  tx: Kysely<Tables>,
  name: string,
  payload: Record<string, unknown>,
  options: JobOptions = {},
): Promise<void> {
  await sql`select graphile_worker.add_job(${name}::text, payload := ${JSON.stringify(payload)}::json,
    run_at := ${options.runAt ?? null}::timestamptz, job_key := ${options.key ?? null}::text,
    max_attempts := ${options.maxAttempts ?? null}::int)`.execute(tx);
}

/** Makes or updates the queue's own tables. */
export async function migrateQueue(url: string): Promise<void> {
  await runQueueMigrations({ connectionString: url, taskList: {}, logger: silent });
}

export interface CronJob {
  task: string;
  /** Minute, hour, day, month, weekday, in UTC. */
  pattern: string;
}

export interface WorkerOptions {
  pool: Pool;
  tasks: Record<string, Task>;
  crons?: CronJob[];
  concurrency?: number;
  /** Told how each try ended. */
  onDone?: (done: { task: string; seconds: number; error?: unknown }) => void;
  /** Told of trouble that is nobody's job: the database went away, say. The worker goes on by itself. */
  onTrouble?: (error: unknown) => void;
  /** Pause before the worker is started again after such trouble. */
  restartMs?: number;
}

export interface Worker {
  /** Takes no more jobs and waits for those under way. */
  stop(): Promise<void>;
}

/** Takes jobs until it is stopped, also across losses of the database. */
export function startWorker(options: WorkerOptions): Worker {
  const stopping = new AbortController();
  const running = keepRunning(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function keepRunning(options: WorkerOptions, stopping: AbortSignal): Promise<void> {
  const { restartMs = 1000, onTrouble = () => {} } = options;
  const events: WorkerEvents = new EventEmitter();
  let ended: string[] = [];
  events.on('pool:create', ({ workerPool }) => ended.push(workerPool.id));
  while (!stopping.aborted) {
    try {
      await release(options.pool, ended);
      ended = [];
      await runOnce(options, events, stopping);
    } catch (error) {
      onTrouble(error);
    }
    await pause(restartMs, stopping);
  }
}

/** What these had taken and could not note the end of is done again at once, and not when its lock runs out after hours. */
async function release(pool: Pool, workers: readonly string[]): Promise<void> {
  if (workers.length > 0)
    await pool.query('select graphile_worker.force_unlock_workers($1::text[])', [workers]);
}

async function runOnce(options: WorkerOptions, events: WorkerEvents, stopping: AbortSignal): Promise<void> {
  const runner = await run({
    pgPool: options.pool,
    events,
    taskList: measured(options),
    parsedCronItems: parseCronItems(
      (options.crons ?? []).map(({ task, pattern }) => ({
        task,
        match: pattern,
        options: { maxAttempts: 1 },
      })),
    ),
    concurrency: options.concurrency ?? 4,
    // Notes at once how a job ended. Unless told of a delay the library forgets to wait for that note, and the process ends
    // where the database is lost at that moment.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    noHandleSignals: true,
    logger: silent,
  });
  const stop = () => void runner.stop().catch(() => {});
  stopping.addEventListener('abort', stop, { once: true });
  if (stopping.aborted) stop();
  try {
    await ended(runner);
  } finally {
    stopping.removeEventListener('abort', stop);
  }
}

async function ended(runner: Runner): Promise<void> {
  try {
    await runner.promise;
  } finally {
    await runner.stop().catch(() => {}); // says so when it has stopped already
  }
}

function measured({ tasks, onDone = () => {} }: WorkerOptions): TaskList {
  const measure = (name: string, task: Task) => async (payload: unknown) => {
    const from = performance.now();
    const seconds = () => (performance.now() - from) / 1000;
    try {
      await task(payload);
    } catch (error) {
      onDone({ task: name, seconds: seconds(), error });
      throw error;
    }
    onDone({ task: name, seconds: seconds() });
  };
  return Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, measure(name, task)]));
}

function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopping.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      stopping.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    stopping.addEventListener('abort', done);
  });
}

/** The queue's own log would print payloads. */
const silent = new Logger(() => () => {});
