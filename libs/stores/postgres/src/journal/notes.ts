import type { DocumentId, SourceId } from '@fumikura/model';
import { splitDocumentId } from '@fumikura/model';
import type { CatalogJournal, PendingBatch, Settlement } from '@fumikura/ports';
import { sql } from 'kysely';
import type { DocumentStore } from '../catalog/documents.ts';
import type { Connection, Executor } from '../connection.ts';
import { keyOf } from '../keys.ts';
import { conflict } from '../errors.ts';

interface Note {
  readonly document_id: DocumentId;
  readonly version: number;
  readonly state: 'writing' | 'superseded' | 'abandoned' | 'settling';
}

/**
 * What an index may hold that the catalog has not confirmed, or holds no longer. `writing`: its batch is under way.
 * `superseded`: a later one was confirmed first. `abandoned`: its batch was given up. `settling`: confirmed, and the
 * index has something left to do.
 */
export class Notes {
  readonly #connection: Connection;
  readonly #documents: DocumentStore;

  constructor(connection: Connection, documents: DocumentStore) {
    this.#connection = connection;
    this.#documents = documents;
  }

  async begin({ id, writes }: PendingBatch): Promise<void> {
    if (writes.length === 0) return;
    const ids = writes.map(({ document }) => document.documentId);
    await this.#connection.write((db) =>
      this.#insert(
        db,
        ids,
        writes.map(({ version }) => version),
        id,
        'writing',
      ),
    );
  }

  /** @returns versions of this batch that a later one was confirmed before */
  async take(db: Executor, { id, writes }: PendingBatch): Promise<ReadonlySet<number>> {
    const { rows } = await sql<Note>`SELECT document_id, version, state FROM ${this.#table}
      WHERE batch = ${id} FOR UPDATE`.execute(db);
    if (rows.length !== writes.length || rows.some(({ state }) => state === 'abandoned'))
      throw conflict('the batch was given up, because it took too long');
    await sql`UPDATE ${this.#table} SET state = 'settling' WHERE batch = ${id}`.execute(db);
    return new Set(rows.filter(({ state }) => state === 'superseded').map(({ version }) => version));
  }

  /** Batches under way that write these documents in a version below come too late from now on. */
  async supersede(
    db: Executor,
    documents: readonly { readonly id: DocumentId; readonly below: number }[],
    batch: string,
  ): Promise<void> {
    if (documents.length === 0) return;
    await sql`UPDATE ${this.#table} AS p SET state = 'superseded'
      FROM unnest(${documents.map(({ id }) => keyOf(id))}::bytea[], ${documents.map(({ below }) => below)}::bigint[])
        AS n(key, below)
      WHERE p.key = n.key AND p.version < n.below AND p.state = 'writing' AND p.batch <> ${batch}`.execute(
      db,
    );
  }

  /**
   * Documents that were not there: the index holds nothing of them but what this batch wrote, unless another batch has a
   * note of them. Where it has none there is nothing to settle. Cost of settling them all the same: a clean-up that looks
   * for what cannot be there, for each page of a first sync or a migration.
   */
  async forgetNew(db: Executor, ids: readonly DocumentId[], batch: string): Promise<void> {
    if (ids.length === 0) return;
    await sql`DELETE FROM ${this.#table} AS p WHERE p.batch = ${batch} AND p.key = ANY(${ids.map(keyOf)}::bytea[])
      AND NOT EXISTS (SELECT 1 FROM ${this.#table} AS o WHERE o.key = p.key AND o.batch <> p.batch)`.execute(
      db,
    );
  }

  async settling(db: Executor, ids: readonly DocumentId[], version: number, batch: string): Promise<void> {
    await this.#insert(
      db,
      ids,
      ids.map(() => version),
      batch,
      'settling',
    );
  }

  ofBatch(db: Executor, batch: string): Promise<readonly Settlement[]> {
    return this.#select(db, batch, Number.MAX_SAFE_INTEGER);
  }

  abandon(batch: string): Promise<readonly Settlement[]> {
    return this.#connection.write(async (db) => {
      await sql`UPDATE ${this.#table} SET state = 'abandoned' WHERE batch = ${batch} AND state <> 'settling'`.execute(
        db,
      );
      return this.#select(db, batch, Number.MAX_SAFE_INTEGER);
    });
  }

  async settled(done: readonly Settlement[]): Promise<void> {
    if (done.length === 0) return;
    await this.#connection.write((db) =>
      sql`DELETE FROM ${this.#table} AS p USING unnest(${done.map(({ documentId }) => keyOf(documentId))}::bytea[],
          ${done.map(({ note }) => note)}::bigint[]) AS d(key, version)
        WHERE p.key = d.key AND p.version = d.version AND p.state IN ('settling', 'abandoned')`.execute(db),
    );
  }

  unsettled(...[of, limit]: Parameters<CatalogJournal['unsettled']>): Promise<readonly Settlement[]> {
    if ('batch' in of) return this.#connection.read((db) => this.#select(db, of.batch, limit));
    return this.#connection.write(async (db) => {
      // Given up before anything is deleted: should its writer still come, it is refused.
      const { rows } = await sql<Note>`UPDATE ${this.#table} SET
          state = CASE WHEN state IN ('writing', 'superseded') THEN 'abandoned' ELSE state END
        WHERE (key, version) IN (SELECT key, version FROM ${this.#table}
          WHERE started_at <= clock_timestamp() - ${of.olderThanMs} * interval '1 ms'
          ORDER BY started_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
        RETURNING document_id, version, state`.execute(db);
      return this.#settlements(db, rows);
    });
  }

  async underWay(ids: readonly DocumentId[]): Promise<ReadonlySet<number>> {
    const { rows } = await this.#connection.read((db) =>
      sql<Note>`SELECT version FROM ${this.#table}
        WHERE key = ANY(${ids.map(keyOf)}::bytea[]) AND state IN ('writing', 'superseded')`.execute(db),
    );
    return new Set(rows.map(({ version }) => version));
  }

  /** The source's documents are gone, each with a note; batches under way for it come too late. @returns how many */
  async removeSource(db: Executor, source: SourceId, batch: string): Promise<number> {
    await sql`UPDATE ${this.#table} SET state = 'superseded' WHERE source = ${source} AND state = 'writing'`.execute(
      db,
    );
    const [version = 0] = await this.#documents.nextVersions(db, 1);
    const { numAffectedRows } = await sql`WITH gone AS (
        DELETE FROM ${this.#connection.table('document')} WHERE source = ${source} RETURNING key, id)
      INSERT INTO ${this.#table}(key, version, document_id, source, batch, state)
      SELECT key, ${version}::bigint, id, ${source}, ${batch}::uuid, 'settling' FROM gone`.execute(db);
    return Number(numAffectedRows ?? 0);
  }

  async #insert(
    db: Executor,
    ids: readonly DocumentId[],
    versions: readonly number[],
    batch: string,
    state: Note['state'],
  ): Promise<void> {
    if (ids.length === 0) return;
    await sql`INSERT INTO ${this.#table}(key, version, document_id, source, batch, state)
      SELECT key, version, id, source, ${batch}::uuid, ${state}
      FROM unnest(${ids.map(keyOf)}::bytea[], ${versions}::bigint[], ${ids}::text[],
        ${ids.map((id) => splitDocumentId(id)?.source ?? '')}::text[]) AS n(key, version, id, source)`.execute(
      db,
    );
  }

  async #select(db: Executor, batch: string, limit: number): Promise<readonly Settlement[]> {
    const { rows } = await sql<Note>`SELECT document_id, version, state FROM ${this.#table}
      WHERE batch = ${batch} AND state IN ('settling', 'abandoned') LIMIT ${limit}`.execute(db);
    return this.#settlements(db, rows);
  }

  /** By what the catalog says now, so that it may be asked at any time and by anybody. */
  async #settlements(db: Executor, notes: readonly Note[]): Promise<readonly Settlement[]> {
    if (notes.length === 0) return [];
    const states = await this.#documents.confirmed(
      db,
      notes.map(({ document_id: id }) => id),
    );
    return notes.map(({ document_id: documentId, version: note, state }): Settlement => {
      const confirmed = states.get(documentId);
      const given = state === 'abandoned' && note !== confirmed?.version && { version: note };
      if (confirmed) return { documentId, note, ...given, below: confirmed.version, confirmed };
      // Of a document that is nowhere, a batch that was given up takes away its own version and no other one.
      return { documentId, note, ...(given || { below: note + 1 }) };
    });
  }

  get #table() {
    return this.#connection.table('pending');
  }
}
