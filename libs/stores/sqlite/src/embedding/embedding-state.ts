import { AppError } from '@fumikura/errors';
import type { DocumentId, Fingerprint } from '@fumikura/model';
import type {
  EmbeddedDocument,
  EmbeddingProblem,
  EmbeddingRefusal,
  EmbeddingSpend,
  EmbeddingStatus,
  KnownVector,
  WaitingDocument,
} from '@fumikura/ports';
import type { DocumentStore } from '../catalog/documents.ts';
import type { Database } from '../database.ts';
import type { IndexCore } from '../index/index-core.ts';
import { KnownVectors } from './known-vectors.ts';

/** Small values about the stage, by name. */
interface EmbeddingState {
  readonly paused: boolean;
  readonly problem: EmbeddingProblem;
  readonly rate: EmbeddingStatus['rate'] & object;
}

/** Which documents wait for vectors, and what the stage that makes them says of itself. Writes belong into a transaction. */
export class EmbeddingTables {
  readonly #db: Database;
  readonly #documents: DocumentStore;
  readonly #index: IndexCore;
  readonly vectors: KnownVectors;

  constructor(db: Database, documents: DocumentStore, index: IndexCore) {
    this.#db = db;
    this.#documents = documents;
    this.#index = index;
    this.vectors = new KnownVectors(db);
  }

  /** A document was written or removed: what was known of its chunks is of others. */
  forget(id: DocumentId): void {
    this.#db.run('DELETE FROM embed_waiting WHERE id = ?', id);
    this.#db.run('DELETE FROM embed_refusal WHERE id = ?', id);
  }

  /** Without an embedder nothing waits: there would be nobody to wait for. */
  wait(id: DocumentId): void {
    if (this.#index.fingerprint()) this.#db.run('INSERT OR IGNORE INTO embed_waiting(id) VALUES(?)', id);
  }

  bind(fingerprint: Fingerprint): void {
    if (!this.#index.rebind(fingerprint)) return;
    for (const table of ['embed_waiting', 'embed_refusal']) this.#db.exec(`DELETE FROM ${table}`);
    this.#db.exec('INSERT INTO embed_waiting(id) SELECT id FROM document WHERE chunks > 0 ORDER BY stamp');
    this.setState('problem', undefined);
  }

  waiting(chunks: number): WaitingDocument[] {
    return this.#db.read(() => this.#waiting(chunks));
  }

  #waiting(chunks: number): WaitingDocument[] {
    const rows = this.#db.all<{ id: DocumentId; stamp: number; chunks: number }>(
      `SELECT w.id, d.stamp, d.chunks FROM embed_waiting AS w JOIN document AS d ON d.id = w.id
       ORDER BY w.place LIMIT ?`,
      chunks,
    );
    const found: WaitingDocument[] = [];
    let count = 0;
    for (const { id, stamp, chunks: own } of rows) {
      if (count > 0 && count + own > chunks) break;
      const stored = this.#documents.text(id);
      const [record] = this.#documents.records([id]);
      if (!stored || !record) continue;
      const { title, language } = record;
      found.push({ id, revision: stamp, title, language, text: stored.text, chunks: stored.chunks });
      count += own;
    }
    return found;
  }

  put(fingerprint: Fingerprint, documents: readonly EmbeddedDocument[]): number {
    this.#requireBound(fingerprint);
    const current = documents.filter(({ id, revision }) => this.#stampOf(id) === revision);
    this.#index.putVectors(current);
    for (const { id, refusals = [] } of current) {
      this.forget(id);
      // An index that is made anew beside this one takes the vectors along.
      this.#documents.touch(id);
      for (const { ordinal, reason } of refusals)
        this.#db.run(
          'INSERT OR REPLACE INTO embed_refusal(id, ordinal, reason) VALUES(?, ?, ?)',
          id,
          ordinal,
          reason,
        );
    }
    return current.length;
  }

  keep(fingerprint: Fingerprint, vectors: readonly KnownVector[], day: string, spend: EmbeddingSpend): void {
    this.vectors.add(fingerprint, vectors);
    const { texts, tokens, usd } = spend;
    this.#db.run(
      `INSERT INTO embed_day(day, texts, tokens, usd) VALUES(?, ?, ?, ?) ON CONFLICT(day) DO UPDATE SET
       texts = texts + excluded.texts, tokens = tokens + excluded.tokens, usd = usd + excluded.usd`,
      ...[day, texts, tokens, usd],
    );
  }

  spent(day: string): EmbeddingSpend {
    const row = this.#db.get<EmbeddingSpend>('SELECT texts, tokens, usd FROM embed_day WHERE day = ?', day);
    return row ? { ...row } : { texts: 0, tokens: 0, usd: 0 };
  }

  status(): EmbeddingStatus {
    const fingerprint = this.#index.fingerprint();
    const problem = this.#state('problem');
    const rate = this.#state('rate');
    return {
      ...(fingerprint && { fingerprint }),
      isPaused: this.#state('paused') ?? false,
      sources: this.#sources(),
      refusals: this.#db.get<{ n: number }>('SELECT count(*) AS n FROM embed_refusal')?.n ?? 0,
      ...(rate && { rate }),
      ...(problem && { problem }),
    };
  }

  refusals(limit: number): EmbeddingRefusal[] {
    return this.#db
      .all<EmbeddingRefusal>(
        'SELECT id AS documentId, ordinal, reason FROM embed_refusal ORDER BY id, ordinal LIMIT ?',
        limit,
      )
      .map((row) => ({ ...row }));
  }

  retryRefused(): number {
    const added = this.#db.change(
      `INSERT OR IGNORE INTO embed_waiting(id) SELECT DISTINCT r.id FROM embed_refusal AS r JOIN document AS d ON d.id = r.id`,
    );
    this.#db.exec('DELETE FROM embed_refusal');
    return added;
  }

  prune(chunks: number): number {
    return this.vectors.prune(chunks);
  }

  /** Undefined forgets it. */
  setState<N extends keyof EmbeddingState>(name: N, value: EmbeddingState[N] | undefined): void {
    if (value === undefined) this.#db.run('DELETE FROM embed_state WHERE name = ?', name);
    else
      this.#db.run(
        'INSERT OR REPLACE INTO embed_state(name, value) VALUES(?, ?)',
        name,
        JSON.stringify(value),
      );
  }

  #state<N extends keyof EmbeddingState>(name: N): EmbeddingState[N] | undefined {
    const row = this.#db.get<{ value: string }>('SELECT value FROM embed_state WHERE name = ?', name);
    return row && (JSON.parse(row.value) as EmbeddingState[N]);
  }

  #sources(): EmbeddingStatus['sources'] {
    return this.#db
      .all<EmbeddingStatus['sources'][number]>(
        `SELECT s.id AS source, s.chunks AS chunks, count(d.doc) AS waitingDocuments,
              coalesce(sum(d.chunks), 0) AS waitingChunks
       FROM source AS s LEFT JOIN (
         SELECT document.doc, document.source, document.chunks
         FROM embed_waiting JOIN document ON document.id = embed_waiting.id) AS d ON d.source = s.id
       GROUP BY s.id ORDER BY s.id`,
      )
      .map((row) => ({ ...row }));
  }

  #stampOf(id: DocumentId): number | undefined {
    return this.#db.get<{ stamp: number }>('SELECT stamp FROM document WHERE id = ?', id)?.stamp;
  }

  #requireBound(fingerprint: Fingerprint): void {
    const bound = this.#index.fingerprint();
    if (bound && JSON.stringify(bound) === JSON.stringify(ordered(fingerprint))) return;
    throw new AppError('FINGERPRINT_MISMATCH', 'conflict', 'another embedder was bound meanwhile', {
      publicMessage: 'Another embedder was configured meanwhile. Restart this one.',
    });
  }
}

/** With its keys in the order they are stored in. */
function ordered({ model, dimension, promptForm, chunkerVersion }: Fingerprint): Fingerprint {
  return { model, dimension, promptForm, chunkerVersion };
}
