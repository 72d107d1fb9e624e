import type { DocumentId, Language } from '@fumikura/model';
import type {
  EmbeddedDocument,
  EmbeddingRefusal,
  EmbeddingStatus,
  StoredHead,
  WaitingDocument,
} from '@fumikura/ports';
import { sql } from 'kysely';
import type { DocumentStore } from '../catalog/documents.ts';
import type { Connection, Executor } from '../connection.ts';
import { keyOf, storable } from '../keys.ts';

/** Which documents wait for vectors, in the order they came, and which chunks were refused. */
export class Waiting {
  readonly #connection: Connection;
  readonly #documents: DocumentStore;

  constructor(connection: Connection, documents: DocumentStore) {
    this.#connection = connection;
    this.#documents = documents;
  }

  /** Their bodies were written: those without vectors wait, when there is an embedder to wait for. In a transaction. */
  async written(
    db: Executor,
    documents: readonly { readonly id: DocumentId; readonly isWaiting: boolean }[],
  ): Promise<void> {
    const keys = documents.map(({ id }) => keyOf(id));
    if (keys.length === 0) return;
    for (const table of ['embed_waiting', 'embed_refusal'])
      await sql`DELETE FROM ${this.#table(table)} WHERE key = ANY(${keys}::bytea[])`.execute(db);
    await this.add(
      db,
      documents.filter(({ isWaiting }) => isWaiting).map(({ id }) => id),
    );
  }

  async add(db: Executor, ids: readonly DocumentId[]): Promise<void> {
    if (ids.length === 0) return;
    // Held, so that whoever binds the first model does not look for what waits just before this commits.
    const { rows } = await sql<{ value: string }>`SELECT value FROM ${this.#table('embed_state')}
      WHERE name = 'bound' FOR SHARE`.execute(db);
    if (rows[0]?.value === 'null') return;
    await sql`INSERT INTO ${this.#table('embed_waiting')}(key)
      SELECT w.key FROM unnest(${ids.map(keyOf)}::bytea[]) WITH ORDINALITY AS w(key, place)
      JOIN ${this.#table('document')} AS d ON d.key = w.key AND d.chunks > 0
      ORDER BY w.place ON CONFLICT DO NOTHING`.execute(db);
  }

  async clear(db: Executor): Promise<void> {
    for (const table of ['embed_waiting', 'embed_refusal'])
      await sql`DELETE FROM ${this.#table(table)}`.execute(db);
  }

  async addAll(db: Executor): Promise<void> {
    await sql`INSERT INTO ${this.#table('embed_waiting')}(key)
      SELECT key FROM ${this.#table('document')} WHERE chunks > 0 ORDER BY version`.execute(db);
  }

  /** Those of these that wait now. */
  async among(db: Executor, ids: readonly DocumentId[]): Promise<ReadonlySet<DocumentId>> {
    const { rows } = await sql<{ id: string }>`SELECT d.id FROM ${this.#table('embed_waiting')} AS w
      JOIN ${this.#table('document')} AS d ON d.key = w.key
      WHERE w.key = ANY(${ids.map(keyOf)}::bytea[])`.execute(db);
    return new Set(rows.map(({ id }) => id));
  }

  /** The first ones, until they have so many chunks together; at least one. */
  async first(db: Executor, chunks: number): Promise<WaitingDocument[]> {
    const { rows } = await sql<{ id: string; version: number; chunks: number; head: string }>`
      SELECT d.id, d.version, d.chunks, d.head FROM ${this.#table('embed_waiting')} AS w
      JOIN ${this.#table('document')} AS d ON d.key = w.key ORDER BY w.place LIMIT ${chunks}`.execute(db);
    let count = 0;
    const chosen = rows.filter((row, at) => {
      count += row.chunks;
      return at === 0 || count <= chunks;
    });
    const texts = await this.#documents.texts(
      db,
      chosen.map(({ id }) => id),
    );
    return chosen.flatMap(({ id, version, head }): WaitingDocument[] => {
      const stored = texts.get(id);
      const { title, language } = JSON.parse(head) as StoredHead & { language: Language };
      return stored
        ? [{ id, revision: version, title, language, text: stored.text, chunks: stored.chunks }]
        : [];
    });
  }

  /** They have their vectors. In a transaction. */
  async done(db: Executor, documents: readonly EmbeddedDocument[]): Promise<void> {
    await this.written(
      db,
      documents.map(({ id }) => ({ id, isWaiting: false })),
    );
    const refused = documents.flatMap(({ id, refusals = [] }) =>
      refusals.map(({ ordinal, reason }) => ({ key: keyOf(id), ordinal, reason: storable(reason) })),
    );
    if (refused.length === 0) return;
    await sql`INSERT INTO ${this.#table('embed_refusal')}(key, ordinal, reason)
      SELECT * FROM unnest(${refused.map(({ key }) => key)}::bytea[], ${refused.map(({ ordinal }) => ordinal)}::int[],
        ${refused.map(({ reason }) => reason)}::text[])`.execute(db);
  }

  async sources(db: Executor): Promise<EmbeddingStatus['sources']> {
    const { rows } = await sql<EmbeddingStatus['sources'][number]>`
      SELECT s.id AS source, s.chunks AS chunks, coalesce(w.documents, 0)::int8 AS "waitingDocuments",
        coalesce(w.chunks, 0)::int8 AS "waitingChunks"
      FROM ${this.#table('source')} AS s LEFT JOIN (
        SELECT d.source, count(*) AS documents, sum(d.chunks) AS chunks FROM ${this.#table('embed_waiting')} AS e
        JOIN ${this.#table('document')} AS d ON d.key = e.key GROUP BY d.source) AS w ON w.source = s.id
      ORDER BY s.id`.execute(db);
    return rows;
  }

  async refusals(db: Executor, limit: number): Promise<EmbeddingRefusal[]> {
    const { rows } = await sql<EmbeddingRefusal>`SELECT d.id AS "documentId", r.ordinal, r.reason
      FROM ${this.#table('embed_refusal')} AS r JOIN ${this.#table('document')} AS d ON d.key = r.key
      ORDER BY d.id, r.ordinal LIMIT ${limit}`.execute(db);
    return rows;
  }

  async countRefusals(db: Executor): Promise<number> {
    const { rows } = await sql<{
      n: number;
    }>`SELECT count(*) AS n FROM ${this.#table('embed_refusal')}`.execute(db);
    return rows[0]?.n ?? 0;
  }

  async retryRefused(db: Executor): Promise<number> {
    const { numAffectedRows = 0n } = await sql`INSERT INTO ${this.#table('embed_waiting')}(key)
      SELECT DISTINCT key FROM ${this.#table('embed_refusal')} ON CONFLICT DO NOTHING`.execute(db);
    await sql`DELETE FROM ${this.#table('embed_refusal')}`.execute(db);
    return Number(numAffectedRows);
  }

  #table(name: string) {
    return this.#connection.table(name);
  }
}
