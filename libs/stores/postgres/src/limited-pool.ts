import type { Duplex } from 'node:stream';
import { setImmediate as soon } from 'node:timers/promises';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

/** What a statement is told whose connection was given up. */
export const SILENT = 'Query read timeout';

/** Connections that nobody uses at the moment. */
export class IdleConnections {
  readonly #idle = new Set<pg.PoolClient>();

  constructor(pool: pg.Pool) {
    pool.on('acquire', (client) => this.#idle.delete(client));
    pool.on('remove', (client) => this.#idle.delete(client));
    pool.on('release', (error, client) => void (error ? undefined : this.#idle.add(client)));
  }

  /** Resolves when the pool has none of them any more and makes new ones. */
  async giveUp(): Promise<void> {
    const streams = [...this.#idle].map(({ connection }) => connection.stream);
    this.#idle.clear();
    await Promise.all(streams.map(close));
  }
}

/** One that is closed already does not say so again. */
function close(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) return resolve();
    stream.once('close', resolve);
    stream.destroy();
  });
}

export interface LimitedPool extends PostgresPool {
  connect(): Promise<LimitedClient>;
}

export interface LimitedClient extends PostgresPoolClient {
  /** As `query`, of a text that is sent whole or of a statement that the connection keeps under its name. */
  ask<Row extends pg.QueryResultRow>(statement: string | pg.QueryConfig): Promise<pg.QueryResult<Row>>;
}

/**
 * A connection on which a statement waits for longer than `timeoutMs` is closed, and with it those that lie idle: whatever
 * swallows the bytes of one swallows theirs, and each would cost another caller the same wait.
 */
export function limitedPool(pool: pg.Pool, idle: IdleConnections, timeoutMs: number): LimitedPool {
  return {
    options: pool.options,
    connect: async () => limited(await pool.connect(), idle, timeoutMs),
    end: () => Promise.resolve(), // its owner ends it
  };
}

function limited(client: pg.PoolClient, idle: IdleConnections, timeoutMs: number): LimitedClient {
  const query = async (statement: string | pg.QueryConfig, values: readonly unknown[] = []) => {
    let isWaiting = true;
    const giveUp = async () => {
      // A process that was busy for so long has not yet read what lies there.
      await soon();
      if (!isWaiting) return;
      // The others first: who is told of this one asks again at once.
      await idle.giveUp();
      // Answered meanwhile, it may be somebody else's by now.
      if (isWaiting) client.connection.stream.destroy(new Error(SILENT));
    };
    const timer = setTimeout(() => void giveUp(), timeoutMs);
    try {
      return await client.query(statement, [...values]);
    } finally {
      isWaiting = false;
      clearTimeout(timer);
    }
  };
  return {
    // No cursors here: these two forms are all that is used.
    query: query as unknown as PostgresPoolClient['query'],
    ask: query as unknown as LimitedClient['ask'],
    release: (destroy) => client.release(destroy),
  };
}
