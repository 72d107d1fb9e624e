import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { AppError } from '@fumikura/errors';
import { primaryCode, storeError } from './store-errors.ts';

export interface DatabaseOptions {
  readonly file: string;
  readonly readOnly?: boolean;
  /** `FULL` survives a power cut, `NORMAL` (default) every crash of a process. */
  readonly durability?: 'NORMAL' | 'FULL';
  /** How long a writer waits for another one, ms; default 10,000. */
  readonly busyTimeoutMs?: number;
  /**
   * Bytes of the file that are mapped into memory instead of being read; default 0. Saves copies on a large index;
   * the pages are shared, yet count as resident in most tools, and a disk error ends the process.
   */
  readonly mmapBytes?: number;
  /** Bytes of pages of the file that are kept at hand by each connection; default 32 MiB. */
  readonly cacheBytes?: number;
  /** The file does not grow beyond this: a write that would need more fails with STORE_FULL; default no limit. */
  readonly maxBytes?: number;
}

/** Marks the file as ours ("fumi"), so that another program's database is not written into. */
export const APPLICATION_ID = 0x66756d69;
const PAGE_SIZE = 8_192;
const CACHE_BYTES = 32 * 1_024 * 1_024;
/** The log is emptied when it has grown beyond this; busy readers would let it grow without end. */
const MAX_LOG_BYTES = 64 * 1_024 * 1_024;
/** After an attempt that readers prevented, the next one comes when the log has grown by so much more. */
const LOG_STEP_BYTES = 16 * 1_024 * 1_024;
const CHECKPOINT_WAIT_MS = 200;

/** One connection to the installation's file, with transactions and errors as the rest of the store expects them. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #busyTimeoutMs: number;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  readonly #tupleStatements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  #open: 'nothing' | 'read' | 'write' = 'nothing';
  #truncateAt = MAX_LOG_BYTES;

  constructor(options: DatabaseOptions) {
    const { file, readOnly = false, busyTimeoutMs = 10_000 } = options;
    this.#file = file;
    this.#busyTimeoutMs = busyTimeoutMs;
    try {
      if (!readOnly) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      this.#db = readOnly
        ? openReadOnly(file, busyTimeoutMs)
        : new DatabaseSync(file, { timeout: busyTimeoutMs });
    } catch (error) {
      throw storeError(error, file);
    }
    try {
      this.#configure(options);
    } catch (error) {
      this.#db.close();
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

  /** Rows as arrays, in the order of the columns: two thirds of the time where rows are many. */
  tuples<Row extends readonly unknown[]>(sql: string, ...values: readonly Value[]): Row[] {
    return this.#guard(() => this.#preparedTuples(sql).all(...values) as unknown as Row[]);
  }

  /** Rows of a query over `json_each(?)`, whose values are `keys`: one statement for many rows, whatever their number. */
  tuplesOf<Row extends readonly unknown[]>(sql: string, keys: readonly number[]): Row[] {
    return keys.length === 0 ? [] : this.tuples<Row>(sql, JSON.stringify(keys));
  }

  *iterate<Row>(sql: string, ...values: readonly Value[]): Generator<Row> {
    try {
      // A statement of its own: an iteration may still be open when the same text is asked again.
      for (const row of this.#db.prepare(sql).iterate(...values)) yield row as Row;
    } catch (error) {
      throw storeError(error, this.#file);
    }
  }

  /** Everything inside becomes visible together, or not at all. */
  write<T>(work: () => T): T {
    // A reading transaction that turns into a writing one fails as soon as anybody else has written.
    if (this.#open === 'read') throw new Error('a write inside of a read');
    return this.#inside('write', 'BEGIN IMMEDIATE', work);
  }

  /** Everything inside sees one state of the file. */
  read<T>(work: () => T): T {
    return this.#inside('read', 'BEGIN', work);
  }

  /**
   * A write with the tables of another file at hand, as `name.table`. Each file is locked when it is first used: the work
   * has to begin with a write to this one, and may write to the other file elsewhere until it first reads it here.
   */
  writeAttached(file: string, name: string, work: () => void): void {
    this.run(`ATTACH ? AS ${name}`, file);
    try {
      // BEGIN IMMEDIATE would lock both.
      this.#inside('write', 'BEGIN', work);
    } finally {
      this.exec(`DETACH ${name}`);
    }
  }

  /** Changes when another connection has written; own writes do not change it. */
  dataVersion(): number {
    return this.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
  }

  /** Keeps the log small although readers never pause: tried briefly, never waited for long. */
  truncateLog(): void {
    const size = this.#logBytes();
    if (size < this.#truncateAt) return;
    this.exec(`PRAGMA busy_timeout = ${CHECKPOINT_WAIT_MS}`);
    try {
      // RESTART alone would leave the file as large as it is, and every later call would try again.
      this.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      this.exec(`PRAGMA busy_timeout = ${this.#busyTimeoutMs}`);
    }
    const left = this.#logBytes();
    this.#truncateAt = left < MAX_LOG_BYTES ? MAX_LOG_BYTES : left + LOG_STEP_BYTES;
  }

  close(): void {
    this.#statements.clear();
    this.#tupleStatements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #configure(options: DatabaseOptions): void {
    const { readOnly = false, durability = 'NORMAL', maxBytes } = options;
    const { mmapBytes = 0, cacheBytes = CACHE_BYTES } = options;
    if (!readOnly) {
      // The size of pages holds from the first write on, so it comes before everything that writes.
      this.#db.exec(`PRAGMA page_size = ${PAGE_SIZE}`);
      this.#useLog();
      this.#db.exec(`PRAGMA synchronous = ${durability}`);
      if (maxBytes !== undefined)
        this.#db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / PAGE_SIZE))}`);
    }
    this.#db.exec(
      `PRAGMA cache_size = -${Math.ceil(cacheBytes / 1_024)}; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; PRAGMA mmap_size = ${mmapBytes};`,
    );
  }

  #isForeign(): boolean {
    const isEmpty = this.#db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
    return !isEmpty && this.#db.prepare('PRAGMA application_id').get()?.['application_id'] !== APPLICATION_ID;
  }

  /** A file that is write-protected keeps the mode it has; whatever has to be written later says so. */
  #useLog(): void {
    // The mode is written into the file: not into one that is about to be refused.
    if (this.#isForeign()) return;
    try {
      this.#db.exec('PRAGMA journal_mode = WAL');
    } catch (error) {
      if (!isReadOnlyError(error)) throw error;
    }
  }

  #logBytes(): number {
    return statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  #inside<T>(kind: 'read' | 'write', begin: string, work: () => T): T {
    if (this.#open !== 'nothing') return work();
    this.exec(begin);
    this.#open = kind;
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      // Some errors (disk full, damage) have rolled back already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      this.#open = 'nothing';
    }
  }

  #prepared(sql: string) {
    const known = this.#statements.get(sql);
    if (known) return known;
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  #preparedTuples(sql: string) {
    const known = this.#tupleStatements.get(sql);
    if (known) return known;
    const made = this.#db.prepare(sql);
    made.setReturnArrays(true);
    this.#tupleStatements.set(sql, made);
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

/**
 * A folder that cannot be written has no room for the log's index, and SQLite then refuses the file. Without a log
 * nobody is writing, so the file is read as it lies.
 */
function openReadOnly(file: string, timeout: number): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout });
  try {
    db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get();
    return db;
  } catch (error) {
    db.close();
    if (!isCannotOpen(error) || !existsSync(file) || existsSync(`${file}-wal`)) throw error;
    const url = pathToFileURL(file);
    url.searchParams.set('immutable', '1');
    return new DatabaseSync(url, { readOnly: true, timeout });
  }
}

function isCannotOpen(error: unknown): boolean {
  return primaryCode(error) === 14 || isReadOnlyError(error);
}

function isReadOnlyError(error: unknown): boolean {
  return primaryCode(error) === 8;
}
