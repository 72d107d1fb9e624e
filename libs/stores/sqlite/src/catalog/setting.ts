import type { Database } from '../database.ts';

/** One named value of the store itself. */
export class Setting {
  readonly #db: Database;
  readonly #name: string;

  constructor(db: Database, name: 'tokeniser' | 'icu' | 'rebuild') {
    this.#db = db;
    this.#name = name;
  }

  get(): string | undefined {
    return this.#db.get<{ value: string }>('SELECT value FROM setting WHERE name = ?', this.#name)?.value;
  }

  set(value: string): void {
    this.#db.run('INSERT OR REPLACE INTO setting(name, value) VALUES(?, ?)', this.#name, value);
  }

  /** Changes nothing, and takes the lock of writers. Inside a transaction. */
  lock(): void {
    this.#db.run('UPDATE main.setting SET value = value WHERE name = ?', this.#name);
  }

  clear(): void {
    this.#db.run('DELETE FROM setting WHERE name = ?', this.#name);
  }
}
