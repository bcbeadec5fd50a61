import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Server as RawServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Connection, request } from './connection.mjs';

async function connectionTo(server: Server | RawServer): Promise<Connection> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  const connection = new Connection((server.address() as AddressInfo).port);
  onTestFinished(() => {
    connection.close();
    server.close();
  });
  return connection;
}

test('asks one thing after the other over one connection, whatever way the answers have of ending', async () => {
  let sockets = 0;
  const server = createServer(async (asked, answer) => {
    const chunks = [];
    for await (const chunk of asked) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    if (asked.url === '/none') return answer.writeHead(204).end();
    if (asked.url === '/chunks') {
      answer.write('one and ');
      return setImmediate(() => answer.end('two'));
    }
    return answer.setHeader('content-length', Buffer.byteLength(body)).end(body);
  });
  server.on('connection', () => {
    sockets += 1;
  });
  const connection = await connectionTo(server);
  const echo = await connection.send(request('POST', '/echo', { name: '上海' }, { cookie: 'a=b' }));
  expect([echo.status, echo.body.toString()]).toEqual([200, '{"name":"上海"}']);
  expect((await connection.send(request('GET', '/chunks'))).body.toString()).toBe('one and two');
  expect((await connection.send(request('GET', '/none'))).status).toBe(204);
  expect((await connection.send(request('POST', '/echo', {}))).body.toString()).toBe('{}');
  expect(sockets).toBe(1);
});

test('a connection that is lost fails the request that waits, and the next one', async () => {
  const connection = await connectionTo(
    createRawServer((socket) => socket.once('data', () => socket.destroy())),
  );
  await expect(connection.send(request('GET', '/'))).rejects.toThrow();
  await expect(connection.send(request('GET', '/'))).rejects.toThrow('closed');
});
