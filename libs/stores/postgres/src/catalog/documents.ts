import type { DocumentId, EarlierText, SourceId } from '@fumikura/model';
import type {
  CataloguedDocument,
  ConfirmedDocument,
  DocumentRecord,
  DocumentWrite,
  KnownVersion,
  StoredText,
  VersionedDocument,
} from '@fumikura/ports';
import { toIndexDocument } from '@fumikura/ports';
import { sql } from 'kysely';
import type { Connection, Executor } from '../connection.ts';
import { escaped, keyOf, unescaped } from '../keys.ts';
import { parseAcl } from './acls.ts';
import { beforeOf, recordOf, storedText } from './document-rows.ts';
import type { Before, PackedDocument, Row } from './document-rows.ts';

/** A row with what the second check needs, all of one moment. */
export interface CheckedRow {
  readonly accessVersion: number;
  readonly aclId: number;
  readonly aclLists: readonly number[];
  readonly record: DocumentRecord;
}

/** Documents and their texts. Reads here check no rights: callers do, before anything leaves. */
export class DocumentStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Rows in the order asked for, absent ids left out. */
  async checked(db: Executor, ids: readonly DocumentId[]): Promise<CheckedRow[]> {
    const { rows } = await sql<Row & { lists: number[]; access_version: number }>`
      SELECT d.id, d.source, d.acl_id, d.source_version, d.content_hash, d.similarity, d.synced_at, d.head,
        a.value AS acl, a.lists, (SELECT value FROM ${this.#table('access_version')}) AS access_version
      FROM unnest(${ids.map(keyOf)}::bytea[]) WITH ORDINALITY AS w(key, place)
      JOIN ${this.#table('document')} AS d ON d.key = w.key JOIN ${this.#table('acl')} AS a ON a.acl_id = d.acl_id
      ORDER BY w.place`.execute(db);
    return rows.map((row) => ({
      accessVersion: row.access_version,
      aclId: row.acl_id,
      aclLists: row.lists,
      record: recordOf(row),
    }));
  }

  async texts(db: Executor, ids: readonly DocumentId[]): Promise<ReadonlyMap<DocumentId, StoredText>> {
    const { rows } = await sql<{ id: string; text: Buffer; structure: Buffer }>`SELECT id, text, structure
      FROM ${this.#table('document')} WHERE key = ANY(${ids.map(keyOf)}::bytea[])`.execute(db);
    return new Map(await Promise.all(rows.map(async (row) => [row.id, await storedText(row)] as const)));
  }

  /** As they are before they are replaced. */
  async earlier(db: Executor, ids: readonly DocumentId[]): Promise<ReadonlyMap<DocumentId, EarlierText>> {
    const { rows } = await sql<{ id: string; text: Buffer; structure: Buffer; synced_at: string }>`
      SELECT id, text, structure, synced_at FROM ${this.#table('document')}
      WHERE key = ANY(${ids.map(keyOf)}::bytea[])`.execute(db);
    return new Map(
      await Promise.all(
        rows.map(async (row) => [row.id, { ...(await storedText(row)), syncedAt: row.synced_at }] as const),
      ),
    );
  }

  async known(db: Executor, ids: readonly DocumentId[]): Promise<ReadonlyMap<DocumentId, KnownVersion>> {
    const { rows } = await sql<Row>`SELECT d.id, d.source_version, d.content_hash, d.acl_id, a.value AS acl
      FROM ${this.#table('document')} AS d JOIN ${this.#table('acl')} AS a ON a.acl_id = d.acl_id
      WHERE d.key = ANY(${ids.map(keyOf)}::bytea[])`.execute(db);
    return new Map(
      rows.map(({ id, source_version: version, content_hash: hash, acl_id: aclId, acl }) => [
        id,
        { version: unescaped(version), contentHash: unescaped(hash), aclId, acl: parseAcl(acl) },
      ]),
    );
  }

  /** The index of ids holds their beginning only; within equal beginnings they are sorted. */
  async listIds(db: Executor, source: SourceId, after: DocumentId, limit: number): Promise<DocumentId[]> {
    const { rows } = await sql<{ id: string }>`SELECT id FROM ${this.#table('document')}
      WHERE source = ${source} AND left(id, 200) >= left(${after}, 200) AND (left(id, 200), id) > (left(${after}, 200), ${after})
      ORDER BY left(id, 200), id LIMIT ${limit}`.execute(db);
    return rows.map(({ id }) => id);
  }

  async confirmed(
    db: Executor,
    ids: readonly DocumentId[],
  ): Promise<ReadonlyMap<DocumentId, ConfirmedDocument>> {
    const { rows } = await sql<Row>`SELECT id, version, acl_id, acl_version FROM ${this.#table('document')}
      WHERE key = ANY(${ids.map(keyOf)}::bytea[])`.execute(db);
    return new Map(
      rows.map(({ id, version, acl_id: aclId, acl_version: aclVersion }) => [
        id,
        { version, aclId, aclVersion },
      ]),
    );
  }

  /** Of a moment, unless their sources are locked. */
  async before(db: Executor, ids: readonly DocumentId[]): Promise<ReadonlyMap<DocumentId, Before>> {
    const { rows } = await sql<Row>`SELECT id, source, acl_id, acl_version, version, chunks, head
      FROM ${this.#table('document')} WHERE key = ANY(${ids.map(keyOf)}::bytea[])`.execute(db);
    return new Map(rows.map((row) => [row.id, beforeOf(row)]));
  }

  /** In the order of their ids. */
  async list(db: Executor, after: DocumentId, limit: number): Promise<CataloguedDocument[]> {
    const { rows } =
      await sql<Row>`SELECT id, version, acl_id, acl_version, chunks FROM ${this.#table('document')}
      WHERE left(id, 200) >= left(${after}, 200) AND (left(id, 200), id) > (left(${after}, 200), ${after})
      ORDER BY left(id, 200), id LIMIT ${limit}`.execute(db);
    return rows.map(({ id, version, acl_id: aclId, acl_version: aclVersion, chunks }) => ({
      documentId: id,
      version,
      aclId,
      aclVersion,
      chunks,
    }));
  }

  /** As the index takes them. */
  async versioned(db: Executor, ids: readonly DocumentId[]): Promise<VersionedDocument[]> {
    const { rows } = await sql<Row & { text: Buffer; structure: Buffer }>`
      SELECT d.*, a.value AS acl FROM ${this.#table('document')} AS d
      JOIN ${this.#table('acl')} AS a ON a.acl_id = d.acl_id WHERE d.key = ANY(${ids.map(keyOf)}::bytea[])`.execute(
      db,
    );
    return Promise.all(
      rows.map(async (row) => {
        const { text, chunks } = await storedText(row);
        return { version: row.version, document: toIndexDocument(recordOf(row), text, chunks) };
      }),
    );
  }

  /** As they were written, with their version. */
  async written(
    db: Executor,
    ids: readonly DocumentId[],
  ): Promise<{ readonly write: DocumentWrite; readonly version: number }[]> {
    const { rows } = await sql<Row & { text: Buffer; structure: Buffer }>`
      SELECT d.*, a.value AS acl FROM ${this.#table('document')} AS d
      JOIN ${this.#table('acl')} AS a ON a.acl_id = d.acl_id WHERE d.key = ANY(${ids.map(keyOf)}::bytea[])`.execute(
      db,
    );
    return Promise.all(
      rows.map(async (row) => {
        const { text, outline, chunks, defaultChunks, history } = await storedText(row);
        const { aclId: _, similarity, syncedAt: __, ...head } = recordOf(row);
        const write = {
          document: { ...head, text, outline },
          chunks,
          similarity,
          ...(defaultChunks && { defaultChunks }),
          ...(history && { history }),
        };
        return { version: row.version, write };
      }),
    );
  }

  /** Replaces documents; ids distinct. Inside a transaction. */
  async put(db: Executor, documents: readonly PackedDocument[], syncedAt: string): Promise<void> {
    if (documents.length === 0) return;
    const of = <T>(pick: (document: PackedDocument) => T) => documents.map(pick);
    await sql`INSERT INTO ${this.#table('document')}(key, id, source, acl_id, acl_version, version, source_version,
        content_hash, similarity, synced_at, chunks, head, text, structure)
      SELECT key, id, source, acl_id, acl_version, version, source_version, content_hash, similarity, synced_at,
        chunks, head, text, structure
      FROM unnest(${of(({ id }) => keyOf(id))}::bytea[], ${of(({ id }) => id)}::text[], ${of(({ source }) => source)}::text[],
        ${of(({ aclId }) => aclId)}::int[], ${of(({ aclVersion }) => aclVersion)}::bigint[],
        ${of(({ version }) => version)}::bigint[], ${of(({ write }) => escaped(write.document.version))}::text[],
        ${of(({ write }) => escaped(write.document.contentHash))}::text[], ${of(({ write }) => write.similarity)}::text[],
        ${of((document) => document.syncedAt ?? syncedAt)}::text[],
        ${of(({ chunks }) => chunks)}::int[], ${of(({ head }) => JSON.stringify(head))}::text[],
        ${of(({ text }) => text)}::bytea[], ${of(({ structure }) => structure)}::bytea[])
        AS n(key, id, source, acl_id, acl_version, version, source_version, content_hash, similarity, synced_at, chunks, head, text, structure)
      ON CONFLICT (key) DO UPDATE SET source = excluded.source, acl_id = excluded.acl_id,
        acl_version = excluded.acl_version, version = excluded.version, source_version = excluded.source_version,
        content_hash = excluded.content_hash, similarity = excluded.similarity, synced_at = excluded.synced_at,
        chunks = excluded.chunks, head = excluded.head, text = excluded.text, structure = excluded.structure`.execute(
      db,
    );
  }

  async setFacts(
    db: Executor,
    changes: readonly (Before & { readonly sourceVersion?: string })[],
    syncedAt: string,
  ): Promise<void> {
    if (changes.length === 0) return;
    const of = <T>(pick: (change: (typeof changes)[number]) => T) => changes.map(pick);
    await sql`UPDATE ${this.#table('document')} AS d SET acl_id = n.acl_id, acl_version = n.acl_version,
        version = n.version, head = n.head, source_version = coalesce(n.source_version, d.source_version),
        synced_at = CASE WHEN n.source_version IS NULL THEN d.synced_at ELSE ${syncedAt} END
      FROM unnest(${of(({ id }) => keyOf(id))}::bytea[], ${of(({ aclId }) => aclId)}::int[],
        ${of(({ aclVersion }) => aclVersion)}::bigint[], ${of(({ version }) => version)}::bigint[],
        ${of(({ head }) => JSON.stringify(head))}::text[], ${of(({ sourceVersion }) => (sourceVersion === undefined ? null : escaped(sourceVersion)))}::text[])
        AS n(key, acl_id, acl_version, version, head, source_version)
      WHERE d.key = n.key`.execute(db);
  }

  async remove(db: Executor, ids: readonly DocumentId[]): Promise<void> {
    if (ids.length === 0) return;
    await sql`DELETE FROM ${this.#table('document')} WHERE key = ANY(${ids.map(keyOf)}::bytea[])`.execute(db);
  }

  /** Until the transaction ends nobody else changes them. */
  async lock(db: Executor, ids: readonly DocumentId[]): Promise<void> {
    await sql`SELECT 1 FROM ${this.#table('document')} WHERE key = ANY(${ids.map(keyOf)}::bytea[])
      ORDER BY key FOR UPDATE`.execute(db);
  }

  /** @returns as many new versions, ascending */
  async nextVersions(db: Executor, count: number): Promise<readonly number[]> {
    if (count === 0) return [];
    const name = `"${this.#connection.schema.replaceAll('"', '""')}".document_version`;
    const { rows } = await sql<{ version: number }>`SELECT nextval(${name}::regclass) AS version
      FROM generate_series(1, ${count}::int)`.execute(db);
    return rows.map(({ version }) => version);
  }

  /** Rises with every batch, also with those that are not confirmed yet. */
  async lastVersion(db: Executor): Promise<number> {
    const { rows } = await sql<{ value: number }>`SELECT last_value AS value
      FROM ${this.#table('document_version')}`.execute(db);
    return rows[0]?.value ?? 0;
  }

  #table(name: string) {
    return this.#connection.table(name);
  }
}
