import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { historyOf } from '@fumikura/model';
import type {
  Chunk,
  Document,
  DocumentHead,
  DocumentId,
  Section,
  SourceId,
  TextHistory,
} from '@fumikura/model';
import type {
  DocumentRecord,
  DocumentWrite,
  FieldValue,
  FilterField,
  IndexDocument,
  KnownVersion,
  StoredHead,
  StoredText,
} from '@fumikura/ports';
import { indexedFacts, toIndexDocument, withFacts } from '@fumikura/ports';
import type { Database } from '../database.ts';
import type { AccessHistoryStore } from './access-history.ts';
import type { AclStore } from './acls.ts';
import { Facets } from './facets.ts';

interface Row {
  readonly doc: number;
  readonly id: string;
  readonly source: SourceId;
  readonly acl_id: number;
  readonly version: string;
  readonly content_hash: string;
  readonly similarity: string;
  readonly synced_at: string;
  readonly chunks: number;
  readonly head: string;
}

interface Structure {
  readonly outline: readonly Section[];
  readonly chunks: readonly Chunk[];
  readonly defaultChunks?: readonly Chunk[];
  readonly history?: TextHistory;
}

/** What the index has to hear of a change to facts alone. */
export interface HeadChange {
  readonly aclId: number;
  /** Something it filters by or finds by has changed; otherwise the acl_id is all it needs. */
  readonly isIndexed: boolean;
}

/** No ACL has this id. */
const NO_ACL = 0;

/** Documents and their texts. Reads here check no rights: callers do, before anything leaves. */
export class DocumentStore {
  readonly #db: Database;
  readonly #acls: AclStore;
  readonly #history: AccessHistoryStore;
  readonly #facets: Facets;

  constructor(db: Database, acls: AclStore, history: AccessHistoryStore) {
    this.#history = history;
    this.#db = db;
    this.#acls = acls;
    this.#facets = new Facets(db);
  }

  /** Replaces a document. Inside a transaction. @returns its acl_id */
  put(write: DocumentWrite, now: string): number {
    const { document, chunks, defaultChunks, similarity, history } = write;
    const { id, source, version, acl, contentHash, text, outline, ...head } = document;
    const aclId = this.#acls.idOf(acl);
    this.#noteMove(id, this.#aclIdOf(id), aclId);
    const structure: Structure = {
      outline,
      chunks,
      ...(defaultChunks && { defaultChunks }),
      history: history ?? this.#historyOf(document, now),
    };
    const syncedAt = (write.isRecut && this.#row(id)?.synced_at) || now;
    this.remove(id);
    const row = this.#db.get<{ doc: number }>(
      `INSERT INTO document(id, source, acl_id, version, content_hash, similarity, synced_at, chunks, head, stamp)
       VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING doc`,
      ...[id, source, aclId, version, contentHash, similarity, syncedAt, chunks.length, JSON.stringify(head)],
      this.#nextStamp(),
    );
    this.#db.run(
      'INSERT INTO document_text(doc, text, structure) VALUES(?, ?, ?)',
      row?.doc ?? 0,
      pack(text),
      pack(JSON.stringify(structure)),
    );
    this.#facets.add(source, head, aclId);
    this.#countIn(source, 1, chunks.length);
    return aclId;
  }

  /** New facts about an unchanged body; undefined for an unknown document. Inside a transaction. */
  putHead(head: DocumentHead, syncedAt: string): HeadChange | undefined {
    const row = this.#row(head.id);
    if (!row) return undefined;
    const before = JSON.parse(row.head) as StoredHead;
    const { id, version, acl } = head;
    const after = withFacts(before, head);
    const aclId = this.#acls.idOf(acl);
    this.#noteMove(id, row.acl_id, aclId);
    this.#facets.remove(row.source, before, row.acl_id);
    this.#facets.add(row.source, after, aclId);
    this.#db.run(
      'UPDATE document SET acl_id = ?, version = ?, synced_at = ?, head = ?, stamp = ? WHERE id = ?',
      ...[aclId, version, syncedAt, JSON.stringify(after), this.#nextStamp(), id],
    );
    return { aclId, isIndexed: indexedFacts(before) !== indexedFacts(after) };
  }

  /** @returns the acl_id given, or undefined for an unknown document */
  setAcl(id: DocumentId, acl: Document['acl']): number | undefined {
    const row = this.#row(id);
    if (!row) return undefined;
    const aclId = this.#acls.idOf(acl);
    const head = JSON.parse(row.head) as StoredHead;
    this.#noteMove(id, row.acl_id, aclId);
    this.#facets.remove(row.source, head, row.acl_id);
    this.#facets.add(row.source, head, aclId);
    this.#db.run('UPDATE document SET acl_id = ?, stamp = ? WHERE id = ?', aclId, this.#nextStamp(), id);
    return aclId;
  }

  /** The index entry changed though nothing of the document did. */
  touch(id: DocumentId): void {
    this.#db.run('UPDATE document SET stamp = ? WHERE id = ?', this.#nextStamp(), id);
  }

  remove(id: DocumentId): boolean {
    const row = this.#row(id);
    if (!row) return false;
    this.#facets.remove(row.source, JSON.parse(row.head) as StoredHead, row.acl_id);
    this.#db.run('DELETE FROM document_text WHERE doc = ?', row.doc);
    this.#db.run('DELETE FROM document WHERE doc = ?', row.doc);
    this.#countIn(row.source, -1, -row.chunks);
    return true;
  }

  records(ids: readonly DocumentId[]): DocumentRecord[] {
    return ids.flatMap((id) => {
      const row = this.#row(id);
      return row ? [this.#record(row)] : [];
    });
  }

  /**
   * Those whose ACL is admitted. What is closed is not looked into, and what is not there is asked for like an ACL that nobody
   * is in: both take as long.
   */
  admittedRecords(
    ids: readonly DocumentId[],
    admits: (aclIds: readonly number[]) => ReadonlySet<number>,
  ): DocumentRecord[] {
    const acls = ids.map((id) => this.#aclIdOf(id));
    const admitted = admits(acls);
    return ids.flatMap((id, at) => {
      const row = admitted.has(acls[at] ?? NO_ACL) ? this.#row(id) : undefined;
      return row ? [this.#record(row)] : [];
    });
  }

  #noteMove(id: DocumentId, from: number, to: number): void {
    if (from !== NO_ACL && from !== to) this.#history.documentMoved(id, from);
  }

  #aclIdOf(id: DocumentId): number {
    return this.#db.get<{ acl_id: number }>('SELECT acl_id FROM document WHERE id = ?', id)?.acl_id ?? NO_ACL;
  }

  text(id: DocumentId): StoredText | undefined {
    const row = this.#db.get<{ text: Uint8Array; structure: Uint8Array }>(
      'SELECT text, structure FROM document_text WHERE doc = (SELECT doc FROM document WHERE id = ?)',
      id,
    );
    return row && { id, text: unpack(row.text), ...(JSON.parse(unpack(row.structure)) as Structure) };
  }

  /** What its text, which is about to take the place of another one, is known to have been. */
  #historyOf(document: Document, now: string): TextHistory {
    const row = this.#row(document.id);
    const before = row && this.text(document.id);
    return historyOf(document, before && { ...before, syncedAt: row.synced_at }, now);
  }

  /** What conditions on texts are compared with; undefined for an unknown document. */
  readableText(id: DocumentId): { title: string; breadcrumbs: readonly string[]; text: string } | undefined {
    const row = this.#row(id);
    const text =
      row && this.#db.get<{ text: Uint8Array }>('SELECT text FROM document_text WHERE doc = ?', row.doc);
    if (!row || !text) return undefined;
    const { title, breadcrumbs = [] } = JSON.parse(row.head) as StoredHead;
    return { title, breadcrumbs, text: unpack(text.text) };
  }

  /** A document as the index takes it, from what is stored; vectors by ordinal, as far as there are any. */
  indexDocument(id: DocumentId, vectors?: readonly (Float32Array | undefined)[]): IndexDocument | undefined {
    const row = this.#row(id);
    const stored = this.text(id);
    if (!row || !stored) return undefined;
    return toIndexDocument(this.#record(row), stored.text, stored.chunks, vectors);
  }

  /** Ids whose index entry was written after `stamp`, oldest first. */
  writtenAfter(stamp: number, limit: number): { id: DocumentId; stamp: number; chunks: number }[] {
    return this.#db.all(
      'SELECT id, stamp, chunks FROM document WHERE stamp > ? ORDER BY stamp LIMIT ?',
      stamp,
      limit,
    );
  }

  known(ids: readonly DocumentId[]): Map<DocumentId, KnownVersion> {
    return new Map(
      ids.flatMap((id) => {
        const row = this.#row(id);
        if (!row) return [];
        const { version, content_hash: contentHash, acl_id: aclId } = row;
        return [[id, { version, contentHash, aclId, acl: this.#acls.aclOf(aclId) }]];
      }),
    );
  }

  listIds(source: SourceId, after: DocumentId, limit: number): DocumentId[] {
    return this.#db
      .all<{ id: string }>(
        'SELECT id FROM document WHERE source = ? AND id > ? ORDER BY id LIMIT ?',
        source,
        after,
        limit,
      )
      .map(({ id }) => id);
  }

  fieldValues(field: FilterField, admits: (aclId: number) => boolean, limit: number): FieldValue[] {
    return this.#facets.values(field, admits, limit);
  }

  #row(id: DocumentId): Row | undefined {
    return this.#db.get<Row>('SELECT * FROM document WHERE id = ?', id);
  }

  #record(row: Row): DocumentRecord {
    return {
      ...(JSON.parse(row.head) as StoredHead),
      id: row.id,
      source: row.source,
      version: row.version,
      contentHash: row.content_hash,
      acl: this.#acls.aclOf(row.acl_id),
      aclId: row.acl_id,
      similarity: row.similarity,
      syncedAt: row.synced_at,
    };
  }

  #countIn(source: SourceId, documents: number, chunks: number): void {
    this.#db.run(
      'UPDATE source SET documents = documents + ?, chunks = chunks + ? WHERE id = ?',
      documents,
      chunks,
      source,
    );
  }

  #nextStamp(): number {
    const row = this.#db.get<{ value: string }>(
      `UPDATE setting SET value = CAST(value AS INTEGER) + 1 WHERE name = 'stamp' RETURNING value`,
    );
    return Number(row?.value);
  }
}

function pack(text: string): Uint8Array {
  return zstdCompressSync(Buffer.from(text, 'utf8'));
}

function unpack(bytes: Uint8Array): string {
  return zstdDecompressSync(bytes).toString('utf8');
}
