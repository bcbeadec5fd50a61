// `npm start` as a whole, with a real PostgreSQL and small stand-ins for the server and the assistant.

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stopLeftovers } from './children.mjs';
import { startPostgres, stopPostgres } from './postgres.mjs';
import { birthmark } from './processes.mjs';
import { sampleProject } from './sample-project.test-support.ts';

vi.setConfig({ testTimeout: 120_000 }); // a new database waits for the disk, which others use too

// Both say that they are there only once they can be told to stop.
const SERVER = `
  import { appendFileSync, readFileSync } from 'node:fs';
  import { createServer } from 'node:http';
  import { connect } from 'node:net';
  const { port, events } = JSON.parse(readFileSync(process.env.CERTDESK_CONFIG, 'utf8'));
  const database = new URL(process.env.DATABASE_URL).port;
  process.on('SIGTERM', () => connect(database, '127.0.0.1').on('connect', () => {
    appendFileSync(events, 'server stopped, database there\\n');
    process.exit(0);
  }));
  process.on('SIGINT', () => appendFileSync(events, 'ctrl-C reached the server\\n'));
  createServer((request, response) => {
    if (request.url === '/pid') return response.end(String(process.pid));
    if (request.url === '/die') { console.error('Last words.'); process.exit(3); }
    response.end();
  }).listen(port, '127.0.0.1');`;

const ASSISTANT = `
  import { appendFileSync, readFileSync } from 'node:fs';
  const { events } = JSON.parse(readFileSync(process.env.CERTDESK_CONFIG, 'utf8'));
  process.on('SIGTERM', () => { appendFileSync(events, 'assistant stopped\\n'); process.exit(0); });
  setInterval(() => {}, 1000);
  console.log('Listening on http://127.0.0.1:1.');`;

const CERTDESK = `
  import { mkdirSync, writeFileSync } from 'node:fs';
  const [, , , , , folder, , url] = process.argv;
  mkdirSync(folder, { recursive: true });
  writeFileSync(folder + '/server.json', JSON.stringify({ port: new URL(url).port, events: folder + '/events' }));
  console.log(JSON.stringify({ companies: [{ name: 'Example', pin: '123456' }] }));`;

let project: string;
let starts: ChildProcess[];
let folders: Set<string>; // in which a start has kept its state

beforeEach(() => {
  starts = [];
  folders = new Set();
  project = sampleProject({
    'apps/server/package.json': '{ "type": "module" }',
    'apps/server/dist/main.js': SERVER,
    'apps/server/dist/certdesk.js': CERTDESK,
    'apps/assistant/package.json': '{ "type": "module" }',
    'apps/assistant/dist/main.js': ASSISTANT,
  });
});

afterEach(async () => {
  for (const child of starts) child.kill('SIGKILL');
  for (const folder of folders) {
    await stopLeftovers(join(folder, 'logs'));
    await stopPostgres(join(folder, 'postgres'));
    rmSync(folder, { recursive: true, force: true });
  }
  rmSync(project, { recursive: true, force: true });
});

test('says when everything is ready; ctrl-C stops server, assistant and database in this order; and again', async () => {
  for (let time = 1; time <= 2; time += 1) {
    const run = start();
    const ready = await run.ready;
    expect(ready).toMatchObject({ event: 'ready', companies: [{ name: 'Example', pin: '123456' }] });
    expect((await fetch(`${ready.url}/readyz`)).status).toBe(200);

    run.interrupt();
    expect(await run.exit).toBe(0);
    expect(events()).toEqual(['server stopped, database there', 'assistant stopped']);
    expect(databaseRuns()).toBe(false);
    rmSync(eventsFile());
  }
});

test('a program that ends by itself is named with its last lines, and takes the rest along', async () => {
  const run = start();
  const { url } = await run.ready;
  await fetch(`${url}/die`).catch(() => {});
  expect(await run.exit).toBe(1);
  expect(run.errors()).toMatch(/The server ended with exit code 3[\s\S]*Last words\./);
  expect(events()).toEqual(['assistant stopped']);
  expect(databaseRuns()).toBe(false);
});

test('after a kill -9 the next start stops what is left and runs', async () => {
  const killed = start();
  const { url } = await killed.ready;
  const server = Number(await (await fetch(`${url}/pid`)).text());
  killed.kill();
  await killed.exit;
  expect(birthmark(server)).toBeDefined();

  const run = start();
  await run.ready;
  expect(birthmark(server)).toBeUndefined();
  expect(run.errors()).toContain('Stopped what an earlier start had left running: server, assistant.');
  run.interrupt();
  expect(await run.exit).toBe(0);
});

test('a second start beside the first is refused, and disturbs nothing', async () => {
  const first = start();
  const { url } = await first.ready;
  const second = start();
  expect(await second.exit).toBe(1);
  expect(second.errors()).toMatch(/runs already/);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  first.interrupt();
  expect(await first.exit).toBe(0);
});

test('a port that is taken is named, before anything is started', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const run = start('--port', String(port));
  expect(await run.exit).toBe(1);
  expect(run.errors()).toMatch(new RegExp(`Port ${port} is taken.*choose another`, 's'));
  expect(databaseRuns()).toBe(false);
  other.close();
});

test('a start whose npm was killed makes way for the next one', async () => {
  const orphan = start({ npm_lifecycle_event: 'start' }, 'under npm');
  const { url } = await orphan.ready;
  orphan.kill();
  await orphan.exit;
  expect((await fetch(`${url}/readyz`)).status).toBe(200);

  const run = start();
  await run.ready;
  await expect(fetch(`${url}/readyz`)).rejects.toThrow();
  expect(events()).toEqual(['server stopped, database there', 'assistant stopped']);
  run.interrupt();
  expect(await run.exit).toBe(0);
});

test('runs from a folder that only its owner can enter, root’s home for example', async () => {
  chmodSync(project, 0o700);
  const run = start();
  const { url, folder } = await run.ready;
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect(statSync(join(folder, 'demo')).mode & 0o077).toBe(0);
  run.interrupt();
  expect(await run.exit).toBe(0);
});

test('with DATABASE_URL no database is started', async () => {
  const elsewhere = join(project, 'elsewhere');
  folders.add(elsewhere);
  const own = await startPostgres({ folder: join(elsewhere, 'postgres'), durable: false });
  const run = start('--port', '0', { DATABASE_URL: own.url });
  await run.ready;
  expect(databaseRuns()).toBe(false);
  run.interrupt();
  expect(await run.exit).toBe(0);
});

function start(...options: (string | NodeJS.ProcessEnv)[]) {
  const args = options.filter((option) => typeof option === 'string' && option !== 'under npm') as string[];
  const extra = options.filter((option) => typeof option === 'object');
  const { DATABASE_URL: _, npm_lifecycle_event: __, ...env } = process.env;
  const command = [
    process.execPath,
    join(project, 'tools/start.mjs'),
    '--json-ready',
    ...(args.length > 0 ? args : ['--port', '0']),
  ];
  // npm runs a script by a shell, which waits for it.
  const shell = options.includes('under npm') ? ['/bin/sh', '-c', '"$@"; exit $?', 'sh'] : [];
  const [program = '', ...rest] = [...shell, ...command];
  const child = spawn(program, rest, {
    detached: true, // in a process group of its own, so that a test can do what ctrl-C in a terminal does
    env: Object.assign(env, ...extra),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  starts.push(child);
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const ready = new Promise<{ url: string; folder: string }>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (!output.includes('\n')) return;
      const facts = JSON.parse(output);
      folders.add(facts.folder);
      resolve(facts);
    });
    void exit.then(() => reject(new Error(`It ended before it was ready:\n${errors}`)));
  });
  ready.catch(() => {});
  return {
    ready,
    exit,
    errors: () => errors,
    interrupt: () => process.kill(-(child.pid ?? 0), 'SIGINT'),
    kill: () => child.kill('SIGKILL'),
  };
}

const eventsFile = () => join(project, '.certdesk', 'demo', 'events');
const events = () => readFileSync(eventsFile(), 'utf8').trim().split('\n');
const databaseRuns = () => existsSync(join(project, '.certdesk', 'postgres', 'data', 'postmaster.pid'));
