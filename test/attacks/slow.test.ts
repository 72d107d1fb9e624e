import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { NetConnectOpts, Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { startProduct } from '../conformance/product-server.ts';
import type { Product } from '../conformance/product-server.ts';

let product: Product | undefined;
const port = () => Number(new URL(product?.url ?? '').port);
const HEAD = () => `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${port()}\r\n`;
const JSON_BODY = 'Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n';

interface Ended {
  readonly text: string;
  readonly afterMs: number;
}

/** What a client does with its socket, and how that ends; rejects when the server lets it go on for so long. */
function client(
  act: (socket: Socket) => (() => void) | undefined,
  withinMs: number,
  options: Partial<NetConnectOpts> = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const parts: Buffer[] = [];
    let stop: (() => void) | undefined;
    const socket = connect({ port: port(), host: '127.0.0.1', ...options }, () => (stop = act(socket)));
    const timer = setTimeout(() => {
      stop?.();
      socket.destroy();
      reject(new Error(`let go on for ${withinMs} ms`));
    }, withinMs);
    socket.on('data', (part) => parts.push(Buffer.from(part)));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      stop?.();
      resolve({ text: Buffer.concat(parts).toString('latin1'), afterMs: performance.now() - started });
    });
  });
}

/** Sends the text a byte at a time. */
function dribble(text: string, everyMs: number) {
  return (socket: Socket): (() => void) => {
    let at = 0;
    const timer = setInterval(() => socket.write(text[at++] ?? 'x'), everyMs);
    return () => clearInterval(timer);
  };
}

const isLeft = ({ text }: Ended) => text === '' || text.startsWith('HTTP/1.1 408');

describe('slow clients, on real sockets', { concurrency: true }, () => {
  before(async () => {
    product = await startProduct();
  });
  after(() => product?.stop());

  it('[attack.slow] D one that never sends a byte is left after 10 s', async () => {
    const ended = await client(() => undefined, 60_000);
    assert.ok(isLeft(ended) && ended.afterMs > 8_000, String(ended.afterMs));
  });

  it('[attack.slow] D one that sends its headers a byte at a time is left after 10 s, however long it goes on', async () => {
    const ended = await client(dribble(`${HEAD()}X-Slow: ${'a'.repeat(10_000)}`, 100), 60_000);
    assert.ok(isLeft(ended) && ended.afterMs > 8_000, String(ended.afterMs));
  });

  it('[attack.slow] D one that sends header after header without an end is left', async () => {
    const lines = Array.from({ length: 1_000 }, (_, n) => `X-${n}: a\r\n`).join('');
    const ended = await client(dribble(`${HEAD()}${lines}`, 20), 60_000);
    assert.ok(isLeft(ended), ended.text.slice(0, 100));
  });

  it('[attack.slow] D one that sends its body a byte a second is left after 30 s', async () => {
    const ended = await client((socket) => {
      socket.write(`${HEAD()}${JSON_BODY}Content-Length: 1000\r\n\r\n{`);
      return dribble(' '.repeat(1_000), 1_000)(socket);
    }, 120_000);
    assert.ok(isLeft(ended) && ended.afterMs > 25_000, `${ended.afterMs}: ${ended.text.slice(0, 100)}`);
  });

  it('[attack.slow] D one that sends its body in parts of a byte is left after 30 s', async () => {
    const ended = await client((socket) => {
      socket.write(`${HEAD()}${JSON_BODY}Transfer-Encoding: chunked\r\n\r\n`);
      const timer = setInterval(() => socket.write('1\r\n \r\n'), 500);
      return () => clearInterval(timer);
    }, 120_000);
    assert.ok(isLeft(ended) && ended.afterMs > 25_000, `${ended.afterMs}: ${ended.text.slice(0, 100)}`);
  });

  it('[attack.slow] D one that keeps its connection without asking is left after 5 s', async () => {
    const ended = await client((socket) => {
      socket.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${port()}\r\n\r\n`);
      return undefined;
    }, 60_000);
    assert.match(ended.text, /^HTTP\/1\.1 200/u);
    assert.ok(ended.afterMs > 4_000, String(ended.afterMs));
  });

  it('[attack.slow] D one that ends its side in the middle of a request is left at once', async () => {
    const ended = await client((socket) => {
      socket.end(`${HEAD()}${JSON_BODY}Content-Length: 1000\r\n\r\n{`);
      return undefined;
    }, 25_000);
    assert.ok(ended.text === '' || /^HTTP\/1\.1 4/u.test(ended.text), ended.text.slice(0, 100));
  });

  it('one that ends its side after its request is answered', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: {} });
    const { text } = await client((socket) => {
      socket.end(`${HEAD()}${JSON_BODY}Content-Length: ${body.length}\r\n\r\n${body}`);
      return undefined;
    }, 60_000);
    assert.match(text, /^HTTP\/1\.1 200/u);
  });

  for (const [how, readsEveryMs] of [
    ['never reads', 0],
    ['reads a byte a second', 1_000],
  ] as const)
    it(`[attack.slow] D one that ${how} what it asks for is cut off`, async () => {
      const asked = 200_000;
      let [read, isReading] = [0, false];
      const onread = {
        buffer: Buffer.alloc(1),
        callback: (bytes: number) => {
          read += bytes;
          return isReading;
        },
      };
      const ended = await client(
        (socket) => {
          socket.pause();
          socket.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${port()}\r\n\r\n`.repeat(asked));
          const timer = setInterval(() => readsEveryMs > 0 && socket.resume(), readsEveryMs || 60_000);
          // What was cut off is seen by whoever reads again.
          const later = setTimeout(() => {
            isReading = true;
            socket.resume();
          }, 40_000);
          return () => {
            clearInterval(timer);
            clearTimeout(later);
          };
        },
        80_000,
        { onread },
      );
      assert.ok(read < asked * 100, `${read} bytes`);
      assert.ok(ended.afterMs > 5_000, String(ended.afterMs));
    });

  it('others are served all the while', async () => {
    for (let n = 0; n < 35; n++) {
      const response = await fetch(`http://127.0.0.1:${port()}/readyz`);
      assert.equal(response.status, 200);
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  });
});
