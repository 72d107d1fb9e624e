import type { StateEntry } from '@fumikura/ports';
import { Database } from '../database.ts';
import type { DatabaseOptions } from '../database.ts';
import { AccessChanges } from './access-changes.ts';
import { AccessHistoryStore } from './access-history.ts';
import { DirectoryStore } from './directory.ts';
import { StateStore } from './state.ts';

/**
 * Answers in the calling thread what every question asks first: rows by key, which would otherwise wait behind searches in
 * the threads. Opened when first asked.
 */
export class Versions {
  readonly #options: DatabaseOptions;
  #db: Database | undefined;
  #isClosed = false;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  /** Undefined when closed, like the next. */
  access(): string | undefined {
    const db = this.#open();
    return db && new AccessChanges(db).version();
  }

  directory(): string | undefined {
    const db = this.#open();
    return db && new DirectoryStore(db, Date.now, new AccessHistoryStore(db, Date.now)).version();
  }

  state(space: string, key: string): { readonly entry: StateEntry | undefined } | undefined {
    const db = this.#open();
    return db && { entry: new StateStore(db, Date.now).get(space, key) };
  }

  close(): void {
    this.#isClosed = true;
    this.#db?.close();
  }

  #open(): Database | undefined {
    if (this.#isClosed) return undefined;
    this.#db ??= new Database({ ...this.#options, readOnly: true });
    return this.#db;
  }
}
