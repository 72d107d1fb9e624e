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

  /** The pool makes new ones when they are needed. */
  giveUp(): void {
    for (const client of this.#idle) client.connection.stream.destroy();
    this.#idle.clear();
  }
}

/**
 * A connection on which a statement waits for longer than `timeoutMs` is closed, and with it those that lie idle: whatever
 * swallows the bytes of one swallows theirs, and each would cost another caller the same wait.
 */
export function limitedPool(pool: pg.Pool, idle: IdleConnections, timeoutMs: number): PostgresPool {
  return {
    options: pool.options,
    connect: async () => limited(await pool.connect(), idle, timeoutMs),
    end: () => Promise.resolve(), // its owner ends it
  };
}

function limited(client: pg.PoolClient, idle: IdleConnections, timeoutMs: number): PostgresPoolClient {
  const query = async (text: string, values: readonly unknown[]) => {
    const timer = setTimeout(() => {
      client.connection.stream.destroy(new Error(SILENT));
      idle.giveUp();
    }, timeoutMs);
    try {
      return await client.query(text, [...values]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    // No cursors here: this one form is all that is used.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy),
  };
}
