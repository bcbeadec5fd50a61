/**
 * What a process under interruption shares with the harness: it stops at each point until it is told to go on, which a
 * process that is killed there never is.
 */
import type { Point } from './point.ts';

export type FromChild =
  | { readonly point: Point; readonly id: number }
  | { readonly reply: number; readonly value?: unknown; readonly failed?: string }
  | { readonly event: string; readonly value?: unknown };

export type ToChild =
  /** `lost`: what was done at this point is not heard of. */
  | { readonly go: number; readonly lost: boolean }
  | { readonly ask: number; readonly method: string; readonly value: unknown };

let points = 0;
const waiting = new Map<number, (lost: boolean) => void>();

const send = (message: FromChild) => void process.send?.(message);

/** Waits at a point. @returns whether the answer of what was done there is lost */
export function reach(point: Point): Promise<boolean> {
  points += 1;
  const id = points;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    send({ point, id });
  });
}

export function tell(event: string, value?: unknown): void {
  send({ event, value });
}

/** Answers the harness; what a method throws is told by its code or message. Ends the process with the harness. */
export function answer(methods: Record<string, (value: never) => unknown>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', async (message: ToChild) => {
    if ('go' in message) {
      waiting.get(message.go)?.(message.lost);
      waiting.delete(message.go);
      return;
    }
    try {
      const value = await methods[message.method]?.(message.value as never);
      send({ reply: message.ask, value });
    } catch (error) {
      const { code, message: text } = error as { code?: string; message: string };
      send({ reply: message.ask, failed: code ?? text });
    }
  });
}
