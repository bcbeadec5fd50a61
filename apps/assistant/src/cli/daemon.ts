import { spawn } from 'node:child_process';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { askForTicket } from '../local/instance.ts';
import { serve as serveWindows } from '../local/serve.ts';
import { isSingleFile } from '../single-file/assets.ts';
import type { Command } from './command.ts';

/** Runs until it is told to stop. */
export const serve: Command = async ({ assistant, terminal, words, env }) => {
  const serving = await serveWindows(assistant, env);
  if ('already' in serving) {
    terminal.say(words.alreadyServing(serving.already));
    return 0;
  }
  terminal.say(words.serving(serving.port));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await serving.close();
  return 0;
};

/** The command that opens a browser may last as long as that; one that fails does so at once. */
const BROWSER_PATIENCE_MS = 3_000;

/** Opens the own window in the user's browser, and starts the assistant before where it does not run. */
export const open: Command = async ({ assistant, terminal, words, env }) => {
  const { instance } = assistant.home;
  const running = (await askForTicket(instance)) ?? (await start(instance, env));
  if (!running) {
    terminal.complain(words.notStarted);
    return 1;
  }
  const url = `http://127.0.0.1:${running.port}/own?ticket=${running.ticket}`;
  if (await openBrowser(url)) terminal.say(words.opened);
  else terminal.say(words.noBrowser(url));
  return 0;
};

async function start(instance: string, env: Readonly<Record<string, string | undefined>>) {
  // The single executable is itself the program that others give to Node.
  const program = isSingleFile ? [] : [fileURLToPath(new URL('../main.js', import.meta.url))];
  const child = spawn(process.execPath, [...program, 'serve'], {
    detached: true,
    stdio: 'ignore',
    env: { ...env },
  });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  child.once('error', () => {
    ended = true;
  });
  child.unref();
  for (const until = performance.now() + 15_000; performance.now() < until && !ended; ) {
    const ticket = await askForTicket(instance);
    if (ticket) return ticket;
    await after(50);
  }
  return undefined;
}

/** @returns false where there is no browser to open */
function openBrowser(url: string): Promise<boolean> {
  const [command, args] = browserCommand(url);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true, windowsHide: true });
    const done = (opened: boolean) => {
      clearTimeout(patience);
      child.unref();
      resolve(opened);
    };
    const patience = setTimeout(() => done(true), BROWSER_PATIENCE_MS);
    child.once('error', () => done(false));
    child.once('exit', (code) => done(code === 0));
  });
}

function browserCommand(url: string): [string, string[]] {
  if (process.platform === 'darwin') return ['open', [url]];
  // Not through cmd's `start`, which reads & and ^ in addresses.
  if (process.platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]];
  return ['xdg-open', [url]];
}
