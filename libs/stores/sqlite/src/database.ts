import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '@fumikura/errors';
import { storeError } from './store-errors.ts';

export interface DatabaseOptions {
  readonly file: string;
  readonly readOnly?: boolean;
  /** `FULL` survives a power cut, `NORMAL` (default) every crash of a process. */
  readonly durability?: 'NORMAL' | 'FULL';
  /** How long a writer waits for another one, ms; default 10,000. */
  readonly busyTimeoutMs?: number;
}

const PAGE_SIZE = 8_192;
const CACHE_KIB = 32 * 1_024;
/** The log is truncated when it has grown beyond this; busy readers would let it grow without end. */
const MAX_LOG_BYTES = 64 * 1_024 * 1_024;
const CHECKPOINT_WAIT_MS = 200;
const IN_PART = 50;
const IN_MARKS = Array.from({ length: IN_PART }, () => '?').join(',');

/** One connection to the installation's file, with transactions and errors as the rest of the store expects them. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #busyTimeoutMs: number;
  #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  #depth = 0;

  constructor({ file, readOnly = false, durability = 'NORMAL', busyTimeoutMs = 10_000 }: DatabaseOptions) {
    this.#file = file;
    this.#busyTimeoutMs = busyTimeoutMs;
    try {
      if (!readOnly) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      this.#db = new DatabaseSync(file, { readOnly, timeout: busyTimeoutMs });
      if (!readOnly) {
        this.#db.exec(
          `PRAGMA page_size = ${PAGE_SIZE}; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability};`,
        );
      }
      this.#db.exec(
        `PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;`,
      );
    } catch (error) {
      throw storeError(error, file);
    }
  }

  get file(): string {
    return this.#file;
  }

  exec(sql: string): void {
    this.#guard(() => this.#db.exec(sql));
  }

  run(sql: string, ...values: readonly Value[]): void {
    this.#guard(() => this.#prepared(sql).run(...values));
  }

  /** Rows changed by a statement. */
  change(sql: string, ...values: readonly Value[]): number {
    return this.#guard(() => Number(this.#prepared(sql).run(...values).changes));
  }

  get<Row>(sql: string, ...values: readonly Value[]): Row | undefined {
    return this.#guard(() => this.#prepared(sql).get(...values) as Row | undefined);
  }

  all<Row>(sql: string, ...values: readonly Value[]): Row[] {
    return this.#guard(() => this.#prepared(sql).all(...values) as Row[]);
  }

  /** Rows whose key is one of `keys`, in parts of a fixed size: one statement for many rows, whatever their number. */
  allIn<Row>(select: string, keys: readonly number[]): Row[] {
    const rows: Row[] = [];
    for (let at = 0; at < keys.length; at += IN_PART) {
      const part = Array.from(
        { length: IN_PART },
        (_, index) => keys[Math.min(at + index, keys.length - 1)] ?? null,
      );
      rows.push(...this.all<Row>(`${select} IN (${IN_MARKS})`, ...part));
    }
    return rows;
  }

  *iterate<Row>(sql: string, ...values: readonly Value[]): Generator<Row> {
    // A statement of its own: an iteration may still be open when the same text is asked again.
    for (const row of this.#db.prepare(sql).iterate(...values)) yield row as Row;
  }

  /** Everything inside becomes visible together, or not at all. */
  write<T>(work: () => T): T {
    return this.#inside('BEGIN IMMEDIATE', work);
  }

  /** Everything inside sees one state of the file. */
  read<T>(work: () => T): T {
    return this.#inside('BEGIN', work);
  }

  /** Changes when another connection has written; own writes do not change it. */
  dataVersion(): number {
    return this.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
  }

  /** Keeps the log small although readers never pause: tried briefly, never waited for long. */
  truncateLog(): void {
    const size = statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (size < MAX_LOG_BYTES) return;
    this.#db.exec(`PRAGMA busy_timeout = ${CHECKPOINT_WAIT_MS}`);
    try {
      this.#db.exec('PRAGMA wal_checkpoint(RESTART)');
    } finally {
      this.#db.exec(`PRAGMA busy_timeout = ${this.#busyTimeoutMs}`);
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #inside<T>(begin: string, work: () => T): T {
    if (this.#depth > 0) return work();
    this.exec(begin);
    this.#depth++;
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth--;
    }
  }

  #prepared(sql: string) {
    const known = this.#statements.get(sql);
    if (known) return known;
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw storeError(error, this.#file);
    }
  }
}

export type Value = null | number | bigint | string | Uint8Array;
