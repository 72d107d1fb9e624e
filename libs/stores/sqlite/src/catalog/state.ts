import type { SharedState, StateChange, StateEntry, StateWrite } from '@fumikura/ports';
import type { Database } from '../database.ts';

/** state.version is a row id that is never used again; expires_at: milliseconds since 1970. */
export const STATE_SCHEMA = `
CREATE TABLE state(version INTEGER PRIMARY KEY AUTOINCREMENT, space TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
  expires_at INTEGER, UNIQUE(space, key));
CREATE INDEX state_expiry ON state(expires_at) WHERE expires_at IS NOT NULL;
`;

interface Row {
  readonly key: string;
  readonly value: string;
  readonly version: number;
}

/** No key that begins with a prefix comes after the prefix with this behind it. */
const LAST = '\u{10FFFF}'.repeat(200);
const LIVING = '(expires_at IS NULL OR expires_at > ?)';

export class StateStore {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  get(space: string, key: string): StateEntry | undefined {
    const row = this.#db.get<Row>(
      `SELECT key, value, version FROM state WHERE space = ? AND key = ? AND ${LIVING}`,
      ...[space, key, this.#now()],
    );
    return row && entryOf(row);
  }

  put(space: string, write: StateWrite): StateEntry | undefined {
    return this.#db.write(() => {
      this.#dropExpired();
      return this.#isExpected(space, write) ? this.#write(space, write) : undefined;
    });
  }

  change(space: string, { puts = [], removals = [] }: StateChange): boolean {
    return this.#db.write(() => {
      this.#dropExpired();
      if (!puts.every((write) => this.#isExpected(space, write))) return false;
      for (const write of puts) this.#write(space, write);
      for (const key of removals) this.#db.run('DELETE FROM state WHERE space = ? AND key = ?', space, key);
      return true;
    });
  }

  list(space: string, { prefix = '', after = '', limit }: Parameters<SharedState['list']>[1]): StateEntry[] {
    return this.#db
      .all<Row>(
        `SELECT key, value, version FROM state
         WHERE space = ? AND key > ? AND key BETWEEN ? AND ? AND ${LIVING} ORDER BY key LIMIT ?`,
        ...[space, after, prefix, prefix + LAST, this.#now(), limit],
      )
      .map(entryOf);
  }

  remove(space: string, key: string, expected?: number): boolean {
    const row = this.#db.get(
      `DELETE FROM state WHERE space = ?1 AND key = ?2 AND (?3 IS NULL OR version = ?3)
       AND (expires_at IS NULL OR expires_at > ?4) RETURNING key`,
      ...[space, key, expected ?? null, this.#now()],
    );
    return row !== undefined;
  }

  #dropExpired(): void {
    this.#db.run('DELETE FROM state WHERE expires_at <= ?', this.#now());
  }

  #isExpected(space: string, { key, expected }: StateWrite): boolean {
    return expected === undefined || (this.get(space, key)?.version ?? 0) === expected;
  }

  #write(space: string, { key, value, expiresAt }: StateWrite): StateEntry | undefined {
    this.#db.run('DELETE FROM state WHERE space = ? AND key = ?', space, key);
    const row = this.#db.get<Row>(
      'INSERT INTO state(space, key, value, expires_at) VALUES(?, ?, ?, ?) RETURNING key, value, version',
      ...[space, key, JSON.stringify(value), expiresAt ?? null],
    );
    return row && entryOf(row);
  }
}

function entryOf({ key, value, version }: Row): StateEntry {
  return { key, value: JSON.parse(value) as StateEntry['value'], version };
}
