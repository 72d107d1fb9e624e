import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { silentLogger } from '@fumikura/logging';
import { startHttpServer } from './index.ts';

const BIG = 'x'.repeat(16 * 1_024 * 1_024);
const ASK = 'POST /webhooks/toy:large HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n';

/** A server with an answer that no buffer between holds, and how many clients it gave up. */
async function serving<T>(work: (port: number, cut: () => number) => Promise<T>): Promise<T> {
  let cut = 0;
  const logger = {
    ...silentLogger,
    warn: (event: string) => void (cut += Number(event === 'http.client.slow')),
  };
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    endpoints: {},
    webhooks: new Map([['toy:large', () => Promise.resolve(BIG)]]),
    logger,
    takenWithinMs: 1_500,
    drainMs: 0,
  });
  try {
    return await work(Number(new URL(server.url).port), () => cut);
  } finally {
    await server.close();
  }
}

/** Asks and then reads so much every 50 ms: 0 never reads. @returns how to end it, and what it read */
function reader(port: number, bytes: number): { read: () => number; socket: Socket; end: () => void } {
  let read = 0;
  const socket = connect({
    port,
    host: '127.0.0.1',
    onread: {
      buffer: Buffer.alloc(Math.max(1, bytes)),
      callback: (taken) => {
        read += taken;
        return false;
      },
    },
  });
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(ASK);
  const timer = setInterval(() => bytes > 0 && socket.resume(), 50);
  const end = () => {
    clearInterval(timer);
    socket.destroy();
  };
  return { read: () => read, socket, end };
}

async function until(isSo: () => boolean, withinMs: number): Promise<boolean> {
  for (const end = performance.now() + withinMs; performance.now() < end; await delay(20))
    if (isSo()) return true;
  return isSo();
}

describe('clients that do not take their answer', () => {
  for (const [how, bytes] of [
    ['never reads', 0],
    ['reads a byte now and then', 1],
  ] as const)
    it(`[attack.slow] D one that ${how} is given up`, () =>
      serving(async (port, cut) => {
        const { end } = reader(port, bytes);
        assert.ok(await until(() => cut() === 1, 5_000));
        end();
      }));

  it('[attack.slow] D others are served meanwhile', () =>
    serving(async (port, cut) => {
      const slow = reader(port, 0);
      const answer = await fetch(`http://127.0.0.1:${port}/webhooks/toy:large`, { method: 'POST' });
      assert.equal((await answer.text()).length, BIG.length);
      assert.ok(await until(() => cut() === 1, 5_000));
      slow.end();
    }));

  it('[attack.slow] one that reads as it can is not', () =>
    serving(async (port, cut) => {
      for (let n = 0; n < 3; n++) {
        const answer = await fetch(`http://127.0.0.1:${port}/webhooks/toy:large`, { method: 'POST' });
        await answer.arrayBuffer();
      }
      await delay(1_800);
      assert.equal(cut(), 0);
    }));
});
