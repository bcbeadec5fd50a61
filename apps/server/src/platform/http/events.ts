import type { FastifyReply, FastifyRequest } from 'fastify';
import { DeskError } from '../error.ts';
import type { App } from './app.ts';

export interface EventStream {
  /** @param data anything JSON can hold; browsers get it as the event's `data` */
  send(event: string, data: unknown): void;
  close(): void;
  /** Calls `done` once, however the stream ends; at once if it has ended. */
  onClose(done: () => void): void;
}

export interface EventStreamOptions {
  /** Proxies cut connections on which nothing happens. */
  heartbeatMs?: number;
  /** Streams of one owner on this node. */
  perOwner?: number;
  /** Octets that may wait for a slow reader; beyond that he is cut off, and his browser connects again. */
  waiting?: number;
}

export interface EventStreams {
  /**
   * Answers a request with server-sent events (WHATWG HTML §9.2), until the browser leaves or the server stops.
   * The browser connects again by itself, so a handler sends the present state first and changes after it.
   * @param owner whose stream it is: nobody opens more than his share
   */
  open(request: FastifyRequest, reply: FastifyReply, owner: string): EventStream;
}

export function eventStreams(app: App, options: EventStreamOptions = {}): EventStreams {
  const { heartbeatMs = 15_000, perOwner = 8, waiting = 256 * 1024 } = options;
  const open = new Set<() => void>();
  const counts = new Map<string, number>();
  // Before the server waits for its connections to end, of which these would be the last.
  app.addHook('preClose', async () => {
    for (const close of [...open]) close();
  });

  return {
    open(request, reply, owner) {
      const count = counts.get(owner) ?? 0;
      if (count >= perOwner) throw new DeskError('too-many-requests', { seconds: 5 });
      counts.set(owner, count + 1);
      const { raw } = reply;
      reply.hijack();
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const endings: (() => void)[] = [];
      let ended = false;
      const end = () => {
        if (ended) return;
        ended = true;
        clearInterval(heartbeat);
        open.delete(close);
        const left = (counts.get(owner) ?? 1) - 1;
        if (left > 0) counts.set(owner, left);
        else counts.delete(owner);
        for (const done of endings) done();
      };
      const close = () => {
        end();
        raw.end();
      };
      const write = (text: string) => {
        if (ended) return;
        if (raw.writableLength > waiting) return void raw.destroy();
        raw.write(text);
      };
      const heartbeat = setInterval(() => write(':\n\n'), heartbeatMs);
      heartbeat.unref();
      open.add(close);
      request.raw.on('close', end);
      raw.on('close', end);
      raw.on('error', end);
      write('retry: 2000\n\n');
      return {
        send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
        close,
        onClose(done) {
          if (ended) done();
          else endings.push(done);
        },
      };
    },
  };
}
