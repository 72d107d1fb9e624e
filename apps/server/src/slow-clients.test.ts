import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { describe, it } from 'node:test';
import { silentLogger } from '@fumikura/logging';
import { until } from '@fumikura/testkit';
import { startHttpServer } from './index.ts';
import { cutSlowReaders } from './slow-clients.ts';

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
    webhooks: new Map([
      ['toy:large', () => Promise.resolve(BIG)],
      ['toy:small', () => Promise.resolve('small')],
    ]),
    logger,
    takenWithinMs: 500,
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

describe('clients that do not take their answer', () => {
  for (const [how, bytes] of [
    ['never reads', 0],
    ['reads a byte now and then', 1],
  ] as const)
    it(`[attack.slow] D one that ${how} is given up`, () =>
      serving(async (port, cut) => {
        const { end } = reader(port, bytes);
        await until(() => cut() === 1);
        end();
      }));

  it('[attack.slow] D others are served meanwhile', () =>
    serving(async (port, cut) => {
      const slow = reader(port, 0);
      const answer = await fetch(`http://127.0.0.1:${port}/webhooks/toy:small`, { method: 'POST' });
      assert.equal(await answer.text(), 'small');
      await until(() => cut() === 1);
      slow.end();
    }));

  it('[attack.slow] one that takes each answer in its time is not, however long it goes on', ({ mock }) => {
    mock.timers.enable({ apis: ['setInterval'] });
    let now = 0;
    mock.method(performance, 'now', () => now);
    const server = new EventEmitter();
    const cut: string[] = [];
    cutSlowReaders(server as Server, 30_000);
    const connected = (name: string) => {
      const socket = Object.assign(new EventEmitter(), { writableLength: 0, destroy: () => cut.push(name) });
      server.emit('connection', socket);
      return socket;
    };
    const [steady, idle, stuck] = ['steady', 'idle', 'stuck'].map(connected);
    assert.ok(steady && idle && stuck);
    stuck.writableLength = 1;
    for (let second = 1; second <= 100 && cut.length === 0; second++) {
      now += 1_000;
      // The last of one answer is gone before the next one is asked for.
      steady.writableLength = second % 25 === 0 ? 0 : 1_000;
      mock.timers.tick(1_000);
    }
    assert.deepEqual([cut, now], [['stuck'], 31_000]);
    stuck.emit('close');
    for (let second = 1; second <= 100; second++) {
      now += 1_000;
      steady.writableLength = second % 25 === 0 ? 0 : 1_000;
      mock.timers.tick(1_000);
    }
    assert.deepEqual(cut, ['stuck']);
  });
});
