import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import type { IndexDocument } from '@fumikura/ports';
import { TOKENISER_VERSION } from '@fumikura/text';
import type { DocumentStore } from './catalog/documents.ts';
import type { Setting } from './catalog/setting.ts';
import { Database } from './database.ts';
import { IndexCore } from './index/index-core.ts';
import { readMeta, writeMeta } from './index/meta.ts';
import { VOCABULARY_SCHEMA } from './index/schema.ts';
import { createIndexTables } from './schema.ts';

/** Chunks written in one step: about 200 ms. */
const CHUNKS_PER_STEP = 1_000;
const DOCUMENTS_PER_STEP = 500;
/** Where the file of the new index is attached while it is taken over. */
const MADE = 'made';

export interface RebuildProgress {
  readonly documents: number;
  readonly total: number;
  readonly isDone: boolean;
}

/** The index that is being made, in a file of its own beside the store. */
interface Beside {
  readonly id: string;
  readonly file: string;
  readonly db: Database;
  readonly index: IndexCore;
}

/**
 * Makes the index anew from the stored texts, beside the living one: searches and writes go on. Each step is a
 * transaction, so a process that dies loses one step, and the next one to come goes on. What is written meanwhile is
 * recognised by its stamp and taken along. Vectors are taken over from the living index.
 */
export class Rebuild {
  readonly #db: Database;
  readonly #index: IndexCore;
  readonly #documents: DocumentStore;
  readonly #running: Setting;
  #beside: Beside | undefined;

  constructor(db: Database, index: IndexCore, documents: DocumentStore, running: Setting) {
    this.#db = db;
    this.#index = index;
    this.#documents = documents;
    this.#running = running;
  }

  get isRunning(): boolean {
    return this.#running.get() !== undefined;
  }

  /**
   * Starts one, unless one is on its way: then that goes on.
   * @throws AppError STORE_OLDER (config) when the index has documents whose texts are not kept here
   */
  begin(): void {
    if (this.isRunning) return;
    const { documents } = readMeta(this.#db);
    if (documents > 0 && this.#total() === 0) throw withoutTexts(this.#db.file);
    this.#db.write(() => {
      if (!this.isRunning) this.#running.set(randomBytes(6).toString('hex'));
    });
  }

  /** At most `CHUNKS_PER_STEP` chunks, or taking over what is complete; that is one transaction of seconds at a million. */
  step(): RebuildProgress {
    const beside = this.#open();
    if (!beside) return { documents: this.#total(), total: this.#total(), isDone: true };
    const isBehind = this.#copySome(beside);
    const { documents } = readMeta(beside.db);
    if (isBehind) return { documents, total: Math.max(documents, this.#total()), isDone: false };
    this.#takeOver(beside);
    return { documents: this.#total(), total: this.#total(), isDone: true };
  }

  close(): void {
    this.#beside?.db.close();
    this.#beside = undefined;
  }

  #total(): number {
    return this.#db.get<{ n: number }>('SELECT coalesce(sum(documents), 0) AS n FROM source')?.n ?? 0;
  }

  #open(): Beside | undefined {
    const id = this.#running.get();
    if (this.#beside && this.#beside.id !== id) this.close();
    if (id === undefined) return undefined;
    this.#beside ??= openBeside(this.#db.file, id);
    prepare(this.#beside.db, this.#index.fingerprint());
    return this.#beside;
  }

  /** @returns true while more is to come */
  #copySome({ db, index }: Beside): boolean {
    return db.write(() => {
      const { batch, stamp, isAll } = this.#db.read(() => this.#after(stampOf(db)));
      if (batch.length > 0) index.apply({ upserts: batch });
      setState(db, 'stamp', String(stamp));
      return !isAll;
    });
  }

  #after(stamp: number): { batch: IndexDocument[]; stamp: number; isAll: boolean } {
    const rows = this.#documents.writtenAfter(stamp, DOCUMENTS_PER_STEP);
    const batch: IndexDocument[] = [];
    let last = stamp;
    let chunks = 0;
    for (const { id, stamp: written, chunks: count } of rows) {
      if (chunks > 0 && chunks + count > CHUNKS_PER_STEP) return { batch, stamp: last, isAll: false };
      const document = this.#documents.indexDocument(id, this.#index.vectors(id));
      if (document) batch.push(document);
      chunks += count;
      last = written;
    }
    return { batch, stamp: last, isAll: rows.length < DOCUMENTS_PER_STEP };
  }

  /** Under the lock of writers: the last changes, then the new tables in place of the old. */
  #takeOver(beside: Beside): void {
    this.#db.writeAttached(beside.file, MADE, () => {
      this.#running.lock();
      // Another process may have done it while we waited for the lock.
      if (this.#running.get() !== beside.id) return;
      while (this.#copySome(beside)) continue;
      beside.db.write(() => {
        beside.index.apply({ removals: this.#removedMeanwhile(beside.db) });
        beside.index.foldAll();
      });
      if (!isSame(beside.index.fingerprint(), this.#index.fingerprint())) throw fingerprintChanged();
      this.#replaceTables(beside.id);
      this.#running.clear();
    });
    this.#index.afterRollback();
    this.close();
    removeFiles(beside.file);
  }

  #removedMeanwhile(made: Database): string[] {
    return made
      .all<{ id: string }>('SELECT id FROM index_doc')
      .map(({ id }) => id)
      .filter((id) => this.#db.get('SELECT 1 FROM document WHERE id = ?', id) === undefined);
  }

  #replaceTables(epoch: string): void {
    const before = readMeta(this.#db);
    const tables = this.#db.all<{ name: string }>(
      `SELECT name FROM ${MADE}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'rebuild_state'`,
    );
    for (const { name } of tables) {
      this.#db.exec(`DELETE FROM main.${name}`);
      this.#db.exec(`INSERT INTO main.${name} SELECT * FROM ${MADE}.${name}`);
    }
    const made = readMeta(this.#db);
    // A new epoch tells readers that ids mean other chunks now; the version goes on rising for everybody.
    writeMeta(this.#db, { ...made, version: Math.max(made.version, before.version) + 1, epoch });
  }
}

function openBeside(storeFile: string, id: string): Beside {
  const file = `${storeFile}.rebuild-${id}`;
  const db = new Database({ file });
  db.write(() => {
    db.exec(VOCABULARY_SCHEMA);
    if (db.get(`SELECT 1 FROM sqlite_schema WHERE name = 'rebuild_state'`)) return;
    createIndexTables(db);
    db.exec('CREATE TABLE rebuild_state(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
  });
  return { id, file, db, index: new IndexCore(db) };
}

/** Starts again from nothing when what is there was made by another tokeniser or for other vectors. */
function prepare(db: Database, fingerprint: Fingerprint | undefined): void {
  const wanted = JSON.stringify([TOKENISER_VERSION, fingerprint ?? null]);
  if (state(db, 'made-for') === wanted) return;
  const index = new IndexCore(db);
  db.write(() => {
    index.clear();
    db.exec('DELETE FROM rebuild_state');
    setState(db, 'made-for', wanted);
  });
  if (fingerprint) index.useFingerprint(fingerprint);
}

function state(db: Database, name: string): string | undefined {
  return db.get<{ value: string }>('SELECT value FROM rebuild_state WHERE name = ?', name)?.value;
}

function setState(db: Database, name: string, value: string): void {
  db.run('INSERT OR REPLACE INTO rebuild_state(name, value) VALUES(?, ?)', name, value);
}

function stampOf(db: Database): number {
  return Number(state(db, 'stamp') ?? 0);
}

function removeFiles(file: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
}

function isSame(a: Fingerprint | undefined, b: Fingerprint | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function withoutTexts(file: string): AppError {
  return new AppError('STORE_OLDER', 'config', 'the index has documents, the catalog has none', {
    publicMessage: `The index in ${file} cannot be made anew, because the texts of its documents are not kept there. Delete the file and write them again.`,
  });
}

function fingerprintChanged(): AppError {
  return new AppError('FINGERPRINT_MISMATCH', 'conflict', 'another embedder was set during the rebuild', {
    publicMessage: 'Another embedder was configured while the index was made anew. Try again.',
  });
}
