import { AppError } from '@fumikura/errors';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { PostgresPool, RawBuilder, Transaction } from 'kysely';
import pg from 'pg';
import { isBrokenConnection, isWorthRepeating, postgresError } from './errors.ts';
import { IdleConnections, limitedPool } from './limited-pool.ts';
import { OneValue } from './one-value.ts';

export interface ConnectionOptions {
  /** `postgres://user@host:5432/database`; TLS by `?sslmode=verify-full`. */
  readonly url: string;
  readonly password?: { reveal(): string };
  /** Schema that holds all tables; default `fumikura`. */
  readonly schema?: string;
  /** Connections of this process at most; default 8. */
  readonly maxConnections?: number;
  /** For a connection, ms; default 5,000. */
  readonly connectTimeoutMs?: number;
  /** For one statement that reads, ms; default 5,000. */
  readonly readTimeoutMs?: number;
  /** For one statement that writes, ms; default 60,000. */
  readonly writeTimeoutMs?: number;
  /** False behind a pooler that gives connections out by transaction; default true. */
  readonly mayPrepare?: boolean;
}

export type Executor = Kysely<unknown> | Transaction<unknown>;

const OPEN = 'fumikura';
const REPEATS = 4;
const INT8 = 20;
const READ_TIMEOUT_MS = 5_000;
const WRITE_TIMEOUT_MS = 60_000;
/** Until the system asks whether somebody is still there, on a connection that waits. */
const KEEP_ALIVE_MS = 10_000;

/**
 * A pool of connections. Statements are prepared without a name and no state is left on a session, so that a pooler may
 * hand each transaction to another server process; `value` alone keeps its statements there, where it may.
 */
export class Connection {
  readonly schema: string;
  readonly #pool: pg.Pool;
  readonly #one: OneValue;
  readonly #reads: Kysely<unknown>;
  readonly #writes: Kysely<unknown>;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(options: ConnectionOptions) {
    this.schema = options.schema ?? OPEN;
    this.#pool = new pg.Pool({
      ...clientConfig(options),
      max: options.maxConnections ?? 8,
      idleTimeoutMillis: 30_000,
    });
    // A connection that breaks while idle is replaced by the pool when one is needed next: whoever asks then hears of it.
    this.#pool.on('error', () => undefined);
    // One that breaks while it is used rejects what was asked, and says so a second time here.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
    const idle = new IdleConnections(this.#pool);
    const database = (pool: PostgresPool) => new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    const readPool = limitedPool(this.#pool, idle, options.readTimeoutMs ?? READ_TIMEOUT_MS);
    this.#one = new OneValue(readPool, this.schema, options.mayPrepare ?? true);
    this.#reads = database(readPool);
    this.#writes = database(limitedPool(this.#pool, idle, options.writeTimeoutMs ?? WRITE_TIMEOUT_MS));
  }

  table(name: string): RawBuilder<unknown> {
    return sql.id(this.schema, name);
  }

  /** One or more statements that change nothing; asked once more when the connection broke. */
  read<T>(work: (db: Executor) => Promise<T>): Promise<T> {
    return this.#guarded(() => this.#againWhenBroken(() => work(this.#reads)));
  }

  /** The one value of a table of one row; made for what every question asks. Cost: a third of what `read` takes. */
  value(table: string, column: string): Promise<unknown> {
    return this.#guarded(() => this.#againWhenBroken(() => this.#one.ask(table, column)));
  }

  /** Reads that all see one state. */
  snapshot<T>(work: (db: Executor) => Promise<T>): Promise<T> {
    return this.read(() =>
      this.#reads
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute((transaction) => work(transaction)),
    );
  }

  /** All of it or nothing; done again when another transaction was in the way. */
  write<T>(work: (db: Executor) => Promise<T>): Promise<T> {
    return this.#guarded(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#writes.transaction().execute((transaction) => work(transaction));
        } catch (error) {
          if (attempt >= REPEATS || !isWorthRepeating(error)) throw error;
        }
      }
    });
  }

  /** What is under way is finished first. */
  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  async #end(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await Promise.all([this.#reads.destroy(), this.#writes.destroy()]);
    await this.#pool.end();
  }

  async #againWhenBroken<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isBrokenConnection(error)) throw error;
      return await work();
    }
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed)
      throw new AppError('STORE_CLOSED', 'internal', 'the catalog was closed', {
        publicMessage: 'The catalog was closed.',
      });
    const running = work();
    this.#underWay.add(running);
    try {
      return await running;
    } catch (error) {
      throw postgresError(error);
    } finally {
      this.#underWay.delete(running);
    }
  }
}

export function clientConfig({
  url,
  password,
  connectTimeoutMs = 5_000,
}: ConnectionOptions): pg.ClientConfig {
  return {
    connectionString: url,
    ...(password && { password: password.reveal() }),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: {
      // Counts and versions stay far below 2^53.
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8
          ? Number
          : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  };
}
