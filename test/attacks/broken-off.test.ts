import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { silentLogger } from '@fumikura/logging';
import { startHttpServer } from '@fumikura/server';
import type { RunningServer } from '@fumikura/server';
import { openState } from '../slack/open-state.ts';
import { openSetting } from '../slack/setting.ts';
import type { Setting } from '../slack/setting.ts';

/** Ways to leave: what is said of a body, what is sent of it, and how the connection ends. */
const LEAVES = [
  ['in the middle of a body', 'Content-Length: 100', '{"half":', (socket: Socket) => socket.destroy()],
  ['by a reset', 'Content-Length: 100', '{"half":', (socket: Socket) => socket.resetAndDestroy()],
  [
    'in the middle of a part',
    'Transfer-Encoding: chunked',
    '40\r\n{"half":',
    (socket: Socket) => socket.destroy(),
  ],
  ['before a body', 'Content-Length: 100', '', (socket: Socket) => socket.destroy()],
] as const;

/** The server's end of a connection, as soon as a request over it has come to its handler; the servers run in this process. */
function begunOver(client: Socket): { readonly socket: Promise<Socket>; readonly forget: () => void } {
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const look = (message: unknown) => {
    const { socket } = message as { readonly socket: Socket };
    if (socket.remotePort === client.localPort) resolve(socket);
  };
  subscribe('http.server.request.start', look);
  return { socket: promise, forget: () => unsubscribe('http.server.request.start', look) };
}

/** Resolves when the server has noticed: a request that it never saw, or has not lost yet, ends nothing either. */
async function leave(
  port: number,
  path: string,
  [, said, sent, end]: (typeof LEAVES)[number],
): Promise<void> {
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect');
  const begun = begunOver(client);
  try {
    client.write(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${said}\r\n\r\n${sent}`,
    );
    const server = await begun.socket;
    // A reset is an error of the connection, and looked for.
    const isGone = new Promise<void>((resolve) => server.once('close', () => resolve()));
    end(client);
    await isGone;
    await nextTurn();
  } finally {
    begun.forget();
  }
}

describe('somebody who goes away in the middle of a request', { concurrency: 1 }, () => {
  let server: RunningServer;
  let taken = 0;
  const broken: unknown[] = [];
  const note = (cause: unknown) => broken.push(cause);
  before(async () => {
    // What nobody catches ends a process; here it would end the test, which says less.
    process.on('unhandledRejection', note);
    server = await startHttpServer({
      ...{ host: '127.0.0.1', port: 0, logger: silentLogger, endpoints: {} },
      webhooks: new Map([['github:acme', async () => (taken++, undefined)]]),
      provisioning: { path: '/scim/v2', handle: async (request) => new Response(await request.text()) },
      pages: {
        paths: new Set(['/page']),
        handle: async (request) => new Response(await request.text()),
        busy: () => new Response(null, { status: 429 }),
      },
    });
  });
  after(async () => {
    await server.close();
    process.off('unhandledRejection', note);
  });
  const answered = async () => {
    const delivery = await fetch(`${server.url}/webhooks/github:acme`, { method: 'POST', body: '{}' });
    return delivery.status;
  };

  for (const path of ['/webhooks/github:acme', '/scim/v2/Users', '/page', '/mcp', '/health/ready'])
    for (const way of LEAVES)
      it(`[attack.broken-off] D ${way[0]}, at ${path}`, async () => {
        const before = taken;
        await leave(Number(new URL(server.url).port), path, way);
        assert.equal(await answered(), 202, 'the next one is served');
        assert.equal(taken, before + 1, 'what was not whole was not taken');
        assert.deepEqual(broken, []);
      });
});

describe('somebody who sends to the bot what never ends', { concurrency: 1 }, () => {
  let opened: Awaited<ReturnType<typeof openState>>;
  let setting: Setting;
  const broken: unknown[] = [];
  const note = (cause: unknown) => broken.push(cause);
  before(async () => {
    process.on('unhandledRejection', note);
    opened = await openState();
    setting = await openSetting('http', { state: opened.state });
  });
  after(async () => {
    await setting.close();
    await opened.close();
    process.off('unhandledRejection', note);
  });
  const url = () => new URL(setting.bots[0]?.url ?? '');
  const status = (headers: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(url().port), '127.0.0.1', () =>
        socket.write(`POST /slack/events HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`),
      );
      socket.once('data', (part: Buffer) => {
        resolve(part.toString().split(' ')[1] ?? '');
        socket.destroy();
      });
      socket.once('error', reject);
      // A bot that waits for the rest would keep the connection, and the test, for ever.
      socket.setTimeout(30_000, () => socket.destroy(new Error('nothing is answered')));
    });

  it('[attack.broken-off] D is refused before it is read', async () => {
    assert.equal(await status('Content-Length: 2000000'), '413');
    assert.equal(await status('Transfer-Encoding: chunked'), '411');
    const unsigned = await fetch(url(), { method: 'POST', body: '{}' });
    assert.equal(unsigned.status, 401);
  });

  for (const way of LEAVES)
    it(`[attack.broken-off] D ${way[0]}, at the bot`, async () => {
      await leave(Number(url().port), '/slack/events', way);
      const unsigned = await fetch(url(), { method: 'POST', body: '{}' });
      assert.equal(unsigned.status, 401);
      assert.deepEqual(broken, []);
    });
});
