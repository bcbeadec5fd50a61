/** A process of the test's own, made from sources, that stops at its points and can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePrograms } from '../support/bundle.ts';
import type { FromChild, ToChild } from './child-side.ts';
import type { Point } from './point.ts';

/** Said to whoever waits for an answer of a process that was killed. */
export class ProcessGone extends Error {
  override readonly name = 'ProcessGone';
}

/** Said with the code that the process failed with. */
export class Failed extends Error {
  override readonly name = 'Failed';
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export interface Programs {
  readonly desk: string;
  readonly assistant: string;
  readonly keyManagement: string;
  dispose(): void;
}

/** As deep below the server's folder as its own build, where the server finds its migrations. */
export async function buildPrograms(): Promise<Programs> {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const beside = here('../../apps/server/dist/');
  mkdirSync(beside, { recursive: true });
  const outDir = mkdtempSync(join(beside, 'interruptions-'));
  const programs = {
    desk: here('desk.test-child.ts'),
    assistant: here('assistant.test-child.ts'),
    // One deeper, as in that build: the key management finds its migrations from there.
    'keymanagement/service': here('keymanagement.test-child.ts'),
  };
  await bundlePrograms(programs, outDir);
  return {
    desk: join(outDir, 'desk.mjs'),
    assistant: join(outDir, 'assistant.mjs'),
    keyManagement: join(outDir, 'keymanagement', 'service.mjs'),
    dispose: () => rmSync(outDir, { recursive: true, force: true }),
  };
}

export interface Listener {
  /** Decides how it goes on at a point; the process waits so long. @returns whether the answer is lost there */
  point(point: Point): Promise<boolean>;
  event(name: string, value: unknown): void;
}

export class Child {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #asked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #questions = 0;
  #gone = false;

  constructor(program: string, settings: object, listener: Listener) {
    this.#process = spawn(process.execPath, [program, JSON.stringify(settings)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', (message: FromChild) => void this.#hear(message, listener));
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', () => {
        this.#gone = true;
        for (const { reject } of this.#asked.values()) reject(new ProcessGone(program));
        resolve();
      });
    });
  }

  get gone(): boolean {
    return this.#gone;
  }

  async #hear(message: FromChild, listener: Listener): Promise<void> {
    if ('point' in message) {
      const lost = await listener.point(message.point);
      this.#send({ go: message.id, lost });
    } else if ('reply' in message) {
      const asked = this.#asked.get(message.reply);
      this.#asked.delete(message.reply);
      if (message.failed === undefined) asked?.resolve(message.value);
      else asked?.reject(new Failed(message.failed));
    } else {
      listener.event(message.event, message.value);
    }
  }

  #send(message: ToChild): void {
    // Killed meanwhile: nobody is told anything any more.
    if (!this.#gone) this.#process.send(message, () => undefined);
  }

  /** @throws ProcessGone; Failed with the code that the process says */
  ask<T>(method: string, value: unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(new ProcessGone(method));
      this.#questions += 1;
      this.#asked.set(this.#questions, { resolve: resolve as (value: unknown) => void, reject });
      this.#send({ ask: this.#questions, method, value });
    });
  }

  /** What a power cut does. */
  async kill(): Promise<void> {
    this.#gone = true;
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}
