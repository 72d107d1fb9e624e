import { DatabaseSync } from 'node:sqlite';

interface BaselineDocument {
  readonly title: string;
  readonly chunks: readonly { readonly text: string }[];
}

/** SQLite's FTS5 with bm25() over the same chunks: what one would use without writing an index. */
export class FtsBaseline {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;
      CREATE VIRTUAL TABLE IF NOT EXISTS chunk USING fts5(title, text, content='', tokenize='porter unicode61');`);
  }

  add(documents: readonly BaselineDocument[]): void {
    const insert = this.#db.prepare('INSERT INTO chunk(title, text) VALUES(?, ?)');
    this.#db.exec('BEGIN');
    for (const { title, chunks } of documents) for (const { text } of chunks) insert.run(title, text);
    this.#db.exec('COMMIT');
  }

  /** All terms, any of them, ranked. @returns numbers of chunks in the order they were added, from 1 */
  search(query: string): number[] {
    const words = query.match(/[\p{L}\p{N}]+/gu) ?? [];
    return this.#db
      .prepare('SELECT rowid FROM chunk WHERE chunk MATCH ? ORDER BY bm25(chunk) LIMIT 100')
      .all(words.map((word) => `"${word}"`).join(' OR '))
      .map((row) => Number(row['rowid']));
  }

  close(): void {
    this.#db.close();
  }
}
