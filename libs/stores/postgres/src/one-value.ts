import { createHash } from 'node:crypto';
import pg from 'pg';
import type { LimitedPool } from './limited-pool.ts';

interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * SQLSTATE of a prepared statement that is gone, that another client has left there, or that was made for an older table:
 * a pooler gives each transaction to another session, and nobody said that there is one.
 */
const LOST = new Set(['26000', '42P05', '0A000']);

/** Reads the one value of a table of one row, by a statement that each connection has taken apart before. */
export class OneValue {
  readonly #pool: LimitedPool;
  readonly #schema: string;
  readonly #statements = new Map<string, Statement>();
  #isPrepared: boolean;

  /** @param mayPrepare false where connections are shared with others, by transaction */
  constructor(pool: LimitedPool, schema: string, mayPrepare: boolean) {
    this.#pool = pool;
    this.#schema = schema;
    this.#isPrepared = mayPrepare;
  }

  async ask(table: string, column: string): Promise<unknown> {
    const statement = this.#statementOf(table, column);
    if (!this.#isPrepared) return this.#value(statement.text);
    try {
      return await this.#value(statement);
    } catch (error) {
      if (!LOST.has((error as { code?: string }).code ?? '')) throw error;
      this.#isPrepared = false;
      return this.#value(statement.text);
    }
  }

  async #value(statement: string | Statement): Promise<unknown> {
    const client = await this.#pool.connect();
    try {
      const { rows } = await client.ask<{ value: unknown }>(statement);
      return rows[0]?.value;
    } finally {
      client.release();
    }
  }

  #statementOf(table: string, column: string): Statement {
    const key = `${table} ${column}`;
    const known = this.#statements.get(key);
    if (known) return known;
    const [value, schema, from] = [column, this.#schema, table].map((name) => pg.escapeIdentifier(name));
    const text = `SELECT ${value} AS value FROM ${schema}.${from}`;
    // The same name is the same statement, whoever made it.
    const name = `fumikura_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    const made = { name, text };
    this.#statements.set(key, made);
    return made;
  }
}
