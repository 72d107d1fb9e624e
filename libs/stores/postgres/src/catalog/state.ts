import { AppError } from '@fumikura/errors';
import type { SharedState, StateChange, StateEntry, StateWrite } from '@fumikura/ports';
import { sql } from 'kysely';
import type { Connection, Executor } from '../connection.ts';

interface Row {
  readonly key: string;
  readonly value: string;
  readonly version: number;
}

const LIVING = sql`(expires_at IS NULL OR expires_at > clock_timestamp())`;

/** Rows of one statement. */
const ROWS = 2_000;

/** Takes a change back whose entry was not the expected one. */
class Unexpected extends Error {}

export class StateStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(db: Executor, space: string, key: string): Promise<StateEntry | undefined> {
    const { rows } = await sql<Row>`SELECT key, value, version FROM ${this.#table}
      WHERE space = ${space} AND key = ${key} AND ${LIVING}`.execute(db);
    return rows[0] && entryOf(rows[0]);
  }

  /** Inside a transaction. */
  async put(db: Executor, space: string, write: StateWrite): Promise<StateEntry | undefined> {
    await sql`DELETE FROM ${this.#table} WHERE expires_at <= clock_timestamp()`.execute(db);
    return this.#write(db, space, write);
  }

  async change(space: string, { puts = [], removals = [] }: StateChange): Promise<boolean> {
    const expecting = puts.filter(({ expected }) => expected !== undefined);
    const others = puts.filter(({ expected }) => expected === undefined);
    try {
      await this.#connection.write(async (db) => {
        await sql`DELETE FROM ${this.#table} WHERE expires_at <= clock_timestamp()`.execute(db);
        for (const write of expecting) if (!(await this.#write(db, space, write))) throw new Unexpected();
        for (let at = 0; at < others.length; at += ROWS)
          await this.#writeAll(db, space, others.slice(at, at + ROWS));
        if (removals.length > 0)
          await sql`DELETE FROM ${this.#table} WHERE space = ${space} AND key = ANY(${[...removals]}::text[])`.execute(
            db,
          );
      });
      return true;
    } catch (error) {
      if (error instanceof AppError && error.cause instanceof Unexpected) return false;
      throw error;
    }
  }

  async #writeAll(db: Executor, space: string, writes: readonly StateWrite[]): Promise<void> {
    const keys = writes.map(({ key }) => key);
    const values = writes.map(({ value }) => JSON.stringify(value));
    const until = writes.map(({ expiresAt }) => (expiresAt === undefined ? null : new Date(expiresAt)));
    await sql`INSERT INTO ${this.#table}(space, key, value, expires_at)
      SELECT ${space}, key, value, until
      FROM unnest(${keys}::text[], ${values}::text[], ${until}::timestamptz[]) AS new(key, value, until)
      ON CONFLICT (space, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at,
        version = ${this.#nextVersion}`.execute(db);
  }

  get #nextVersion() {
    return sql`nextval(pg_get_serial_sequence(${`${this.#connection.schema}.state`}, 'version'))`;
  }

  async #write(
    db: Executor,
    space: string,
    { key, value, expected, expiresAt }: StateWrite,
  ): Promise<StateEntry | undefined> {
    const text = JSON.stringify(value);
    const until = expiresAt === undefined ? null : new Date(expiresAt);
    const insert = sql`INSERT INTO ${this.#table} AS old(space, key, value, expires_at)
      VALUES(${space}, ${key}, ${text}, ${until}) ON CONFLICT (space, key)`;
    const change = sql`UPDATE SET value = excluded.value, expires_at = excluded.expires_at,
      version = ${this.#nextVersion}`;
    const returned = sql`RETURNING key, value, version`;
    const { rows } = await (
      expected === undefined
        ? sql<Row>`${insert} DO ${change} ${returned}`
        : expected === 0
          ? sql<Row>`${insert} DO NOTHING ${returned}`
          : sql<Row>`UPDATE ${this.#table} SET value = ${text}, expires_at = ${until},
              version = ${this.#nextVersion}
              WHERE space = ${space} AND key = ${key} AND version = ${expected} ${returned}`
    ).execute(db);
    return rows[0] && entryOf(rows[0]);
  }

  async list(
    db: Executor,
    space: string,
    { prefix = '', after = '', limit }: Parameters<SharedState['list']>[1],
  ): Promise<StateEntry[]> {
    const { rows } = await sql<Row>`SELECT key, value, version FROM ${this.#table}
      WHERE space = ${space} AND key > ${after} AND starts_with(key, ${prefix}) AND ${LIVING}
      ORDER BY key LIMIT ${limit}`.execute(db);
    return rows.map(entryOf);
  }

  async remove(db: Executor, space: string, key: string, expected?: number): Promise<boolean> {
    const { rows } = await sql`DELETE FROM ${this.#table} WHERE space = ${space} AND key = ${key}
      AND (${expected ?? null}::bigint IS NULL OR version = ${expected ?? null}) AND ${LIVING} RETURNING key`.execute(
      db,
    );
    return rows.length > 0;
  }

  get #table() {
    return this.#connection.table('state');
  }
}

function entryOf({ key, value, version }: Row): StateEntry {
  return { key, value: JSON.parse(value) as StateEntry['value'], version: Number(version) };
}
