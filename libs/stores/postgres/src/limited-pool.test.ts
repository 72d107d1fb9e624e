import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { after, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { postgresMissing } from '@fumikura/testkit';
import pg from 'pg';
import { IdleConnections, limitedPool, SILENT } from './limited-pool.ts';
import { TestServer } from './testing/place.ts';

const LIMIT_MS = 1_000;
const LIMIT = { timeout: 120_000 };
const LOCK = 'SELECT pg_advisory_lock(1)';

/** Holds whoever gives up until it is told that the others are gone. */
class HeldBack extends IdleConnections {
  readonly asked = Promise.withResolvers<void>();
  readonly gone = Promise.withResolvers<void>();

  override async giveUp(): Promise<void> {
    this.asked.resolve();
    await this.gone.promise;
    await super.giveUp();
  }
}

describe(
  'a pool whose statements wait for so long and no longer',
  { skip: postgresMissing() ?? false },
  () => {
    const server = new TestServer();
    after(() => server.stop());

    const poolOf = async (test: TestContext, max: number) => {
      const pool = new pg.Pool({ connectionString: (await server.server()).url, max });
      pool.on('error', () => undefined);
      pool.on('connect', (client) => client.on('error', () => undefined));
      test.after(() => pool.end());
      return pool;
    };
    /** Somebody who holds the lock that a statement waits for. */
    const holder = async (test: TestContext) => {
      const client = new pg.Client({ connectionString: (await server.server()).url });
      await client.connect();
      test.after(() => client.end());
      await client.query(LOCK);
      return { free: () => client.query('SELECT pg_advisory_unlock(1)') };
    };

    it('gives up idle connections, those too that are closed already', LIMIT, async (test) => {
      const pool = await poolOf(test, 2);
      const idle = new IdleConnections(pool);
      const [first, second] = [await pool.connect(), await pool.connect()];
      const { stream } = first.connection;
      const closed = once(stream, 'close');
      stream.destroy();
      await closed;
      second.release();
      pool.emit('release', undefined as unknown as Error, first);
      await idle.giveUp();
      assert.ok(second.connection.stream.closed);
      first.release();
    });

    it('closes a connection that says nothing', LIMIT, async (test) => {
      const pool = await poolOf(test, 2);
      const { free } = await holder(test);
      test.mock.timers.enable({ apis: ['setTimeout'] });
      const client = await limitedPool(pool, new IdleConnections(pool), LIMIT_MS).connect();
      const asked = assert.rejects(async () => client.query(LOCK, []), { message: SILENT });
      test.mock.timers.tick(LIMIT_MS);
      await asked;
      client.release();
      await free();
    });

    it('leaves alone a connection that answers while others are given up', LIMIT, async (test) => {
      const pool = await poolOf(test, 1);
      const { free } = await holder(test);
      const idle = new HeldBack(pool);
      const limited = limitedPool(pool, idle, LIMIT_MS);
      test.mock.timers.enable({ apis: ['setTimeout'] });
      const client = await limited.connect();
      const asked = client.query(LOCK, []);
      test.mock.timers.tick(LIMIT_MS);
      await idle.asked.promise;
      await free();
      await asked;
      await client.query('SELECT pg_advisory_unlock(1)', []);
      client.release();
      const next = await limited.connect();
      const asking = next.query<{ one: number }>('SELECT 1 AS one FROM pg_sleep(.2)', []);
      idle.gone.resolve();
      assert.deepEqual((await asking).rows, [{ one: 1 }]);
      next.release();
    });

    it('reads an answer that came while the process was busy', LIMIT, async (test) => {
      const pool = await poolOf(test, 1);
      test.mock.timers.enable({ apis: ['setTimeout'] });
      // The pool has one connection: the same one again.
      const own = await pool.connect();
      const { stream } = own.connection;
      own.release();
      const client = await limitedPool(pool, new IdleConnections(pool), LIMIT_MS).connect();
      const unread = holdBack(stream);
      const asked = client.query<{ one: number }>('SELECT 1 AS one', []);
      const readIt = await unread;
      setImmediate(readIt);
      test.mock.timers.tick(LIMIT_MS);
      assert.deepEqual((await asked).rows, [{ one: 1 }]);
      client.release();
    });
  },
);

/** Resolves when a whole answer lies there that nobody has read. @returns the way to read it */
function holdBack(stream: Duplex): Promise<() => void> {
  const readers = stream.listeners('data') as ((part: Buffer) => void)[];
  stream.removeAllListeners('data');
  const parts: Buffer[] = [];
  return new Promise((resolve) => {
    stream.on('data', (part: Buffer) => {
      parts.push(part);
      const whole = Buffer.concat(parts);
      // ReadyForQuery, five bytes and what the session does, ends every answer.
      if (whole.at(-6) !== 'Z'.charCodeAt(0)) return;
      stream.removeAllListeners('data');
      for (const reader of readers) stream.on('data', reader);
      resolve(() => readers.forEach((reader) => reader(whole)));
    });
  });
}
