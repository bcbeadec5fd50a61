/** An assistant for tests of the pages: a window that answers an order as the test says. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the window says to an order; `wait` says nothing, as when nobody types; `vanish`: somebody closes it. */
export type Answer = 'sign' | 'take' | 'finish' | 'decline' | 'wait' | 'vanish' | { fail: string };

export class FakeAssistant {
  answer: Answer = 'sign';
  version = '1.2.0';
  /** Origin of the desk that this assistant trusts. */
  trusts = '';
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      if (request.url === '/window.js') {
        response.writeHead(200, { 'content-type': 'text/javascript' });
        response.end(this.#script());
      } else {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end(
          '<!doctype html><title>assistant</title><p>assistant</p><script src="/window.js"></script>',
        );
      }
    });
  }

  /** @param port 0 for any free one */
  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #script(): string {
    const say = {
      sign: ['taken', 'signed'],
      take: ['taken'],
      finish: ['taken', 'finished'],
      decline: ['declined'],
      wait: [],
      vanish: [],
    };
    const messages =
      typeof this.answer === 'object'
        ? [
            {
              type: 'certdesk failed',
              code: this.answer.fail,
              details: { tries: 3, entityName: '上海示例贸易有限公司' },
            },
          ]
        : say[this.answer].map((type) => ({
            type: `certdesk ${type}`,
            ...(type === 'signed' && {
              statement: { payload: 'AAAA', signature: 'AAAA' },
              certificate: 'AAAA',
            }),
          }));
    return `
      const desk = ${JSON.stringify(this.trusts)};
      addEventListener('message', ({ origin, data }) => {
        if (origin !== desk) return;
        if (data.type === 'certdesk close') return close();
        if (${this.answer === 'vanish'}) return close();
        const order = JSON.parse(atob(data.order.payload)).id;
        for (const message of ${JSON.stringify(messages)}) opener.postMessage({ ...message, order }, desk);
      });
      opener.postMessage({ type: 'certdesk ready', version: ${JSON.stringify(this.version)} }, desk);`;
  }
}

/** A port of this computer on which nothing listens. */
export async function deadPort(): Promise<number> {
  const assistant = new FakeAssistant();
  await assistant.start();
  const { port } = assistant;
  await assistant.stop();
  return port;
}
