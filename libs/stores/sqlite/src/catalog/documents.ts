import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Chunk, Document, DocumentHead, DocumentId, Section, SourceId } from '@fumikura/model';
import type {
  DocumentRecord,
  DocumentWrite,
  FieldValue,
  FilterField,
  IndexDocument,
  KnownVersion,
  StoredText,
} from '@fumikura/ports';
import type { Database } from '../database.ts';
import type { AclStore } from './acls.ts';

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

/** What of a document is kept as JSON: everything that no query asks for. */
type StoredHead = Omit<Document, 'id' | 'source' | 'version' | 'acl' | 'contentHash' | 'text' | 'outline'>;

interface Structure {
  readonly outline: readonly Section[];
  readonly chunks: readonly Chunk[];
}

/** Documents and their texts. Reads here check no rights: callers do, before anything leaves. */
export class DocumentStore {
  readonly #db: Database;
  readonly #acls: AclStore;

  constructor(db: Database, acls: AclStore) {
    this.#db = db;
    this.#acls = acls;
  }

  /** Replaces a document. Inside a transaction. @returns its acl_id */
  put({ document, chunks, similarity }: DocumentWrite, syncedAt: string): number {
    const { id, source, version, acl, contentHash, text, outline, ...head } = document;
    const aclId = this.#acls.idOf(acl);
    this.remove(id);
    const row = this.#db.get<{ doc: number }>(
      `INSERT INTO document(id, source, acl_id, version, content_hash, similarity, synced_at, chunks, head)
       VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING doc`,
      ...[id, source, aclId, version, contentHash, similarity, syncedAt, chunks.length, JSON.stringify(head)],
    );
    const structure: Structure = { outline, chunks };
    this.#db.run(
      'INSERT INTO document_text(doc, text, structure) VALUES(?, ?, ?)',
      row?.doc ?? 0,
      pack(text),
      pack(JSON.stringify(structure)),
    );
    this.#count(facetsOf(source, head), aclId, 1);
    return aclId;
  }

  /** New facts about an unchanged body. @returns what the index has to hear, or undefined for an unknown document */
  putHead(head: DocumentHead, syncedAt: string): IndexDocument | undefined {
    const row = this.#row(head.id);
    if (!row) return undefined;
    const before = JSON.parse(row.head) as StoredHead;
    const { id, source, version, acl, ...facts } = head;
    const after: StoredHead = {
      ...facts,
      title: before.title,
      language: before.language,
      notices: before.notices,
    };
    const aclId = this.#acls.idOf(acl);
    this.#count(facetsOf(source, before), row.acl_id, -1);
    this.#count(facetsOf(source, after), aclId, 1);
    this.#db.run(
      'UPDATE document SET acl_id = ?, version = ?, synced_at = ?, head = ? WHERE id = ?',
      ...[aclId, version, syncedAt, JSON.stringify(after), id],
    );
    return this.indexDocument(id);
  }

  /** @returns the acl_id given, or undefined for an unknown document */
  setAcl(id: DocumentId, acl: Document['acl']): number | undefined {
    const row = this.#row(id);
    if (!row) return undefined;
    const aclId = this.#acls.idOf(acl);
    const facets = facetsOf(row.source, JSON.parse(row.head) as StoredHead);
    this.#count(facets, row.acl_id, -1);
    this.#count(facets, aclId, 1);
    this.#db.run('UPDATE document SET acl_id = ? WHERE id = ?', aclId, id);
    return aclId;
  }

  remove(id: DocumentId): boolean {
    const row = this.#row(id);
    if (!row) return false;
    this.#count(facetsOf(row.source, JSON.parse(row.head) as StoredHead), row.acl_id, -1);
    this.#db.run('DELETE FROM document_text WHERE doc = ?', row.doc);
    this.#db.run('DELETE FROM document WHERE doc = ?', row.doc);
    return true;
  }

  records(ids: readonly DocumentId[]): DocumentRecord[] {
    return ids.flatMap((id) => {
      const row = this.#row(id);
      return row ? [this.#record(row)] : [];
    });
  }

  text(id: DocumentId): StoredText | undefined {
    const row = this.#db.get<{ text: Uint8Array; structure: Uint8Array }>(
      'SELECT text, structure FROM document_text WHERE doc = (SELECT doc FROM document WHERE id = ?)',
      id,
    );
    return row && { id, text: unpack(row.text), ...(JSON.parse(unpack(row.structure)) as Structure) };
  }

  /** A document as the index takes it, from what is stored. */
  indexDocument(id: DocumentId): IndexDocument | undefined {
    const row = this.#row(id);
    const stored = this.text(id);
    if (!row || !stored) return undefined;
    return toIndexDocument(this.#record(row), stored.text, stored.chunks);
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
    const counts = new Map<string, number>();
    for (const row of this.#db.iterate<{ value: string; acl_id: number; documents: number }>(
      'SELECT value, acl_id, documents FROM facet WHERE field = ?',
      field,
    )) {
      if (admits(row.acl_id)) counts.set(row.value, (counts.get(row.value) ?? 0) + row.documents);
    }
    const values = [...counts].map(([value, documents]) => ({ value, documents }));
    return values.sort((a, b) => b.documents - a.documents || (a.value < b.value ? -1 : 1)).slice(0, limit);
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

  #count(facets: readonly (readonly [FilterField, string])[], aclId: number, sign: 1 | -1): void {
    for (const [field, value] of facets) {
      if (sign === 1) {
        this.#db.run(
          `INSERT INTO facet(field, value, acl_id, documents) VALUES(?, ?, ?, 1)
           ON CONFLICT(field, value, acl_id) DO UPDATE SET documents = documents + 1`,
          ...[field, value, aclId],
        );
        continue;
      }
      this.#db.run(
        'UPDATE facet SET documents = documents - 1 WHERE field = ? AND value = ? AND acl_id = ?',
        field,
        value,
        aclId,
      );
      this.#db.run(
        'DELETE FROM facet WHERE field = ? AND value = ? AND acl_id = ? AND documents <= 0',
        field,
        value,
        aclId,
      );
    }
  }
}

export function toIndexDocument(
  head: Omit<DocumentRecord, 'syncedAt' | 'similarity'>,
  text: string,
  chunks: readonly Chunk[],
  vectors?: readonly Float32Array[],
): IndexDocument {
  return {
    documentId: head.id,
    aclId: head.aclId,
    title: head.title,
    breadcrumbs: head.breadcrumbs ?? [],
    source: head.source,
    kind: head.kind,
    language: head.language,
    authors: head.authors ?? [],
    labels: head.labels ?? [],
    ...(head.updatedAt && { updatedAt: head.updatedAt }),
    chunks: chunks.map(({ ordinal, headingPath, context, start, end }, index) => {
      const vector = vectors?.[index];
      return {
        ordinal,
        headingPath,
        text: text.slice(start, end),
        ...(context !== undefined && { context }),
        ...(vector && { vector }),
      };
    }),
  };
}

function facetsOf(source: SourceId, head: StoredHead): (readonly [FilterField, string])[] {
  return [
    ['source', source],
    ['kind', head.kind],
    ['language', head.language],
    ...[...new Set(head.authors)].map((author) => ['author', author] as const),
    ...[...new Set(head.labels)].map((label) => ['label', label] as const),
  ];
}

function pack(text: string): Uint8Array {
  return zstdCompressSync(Buffer.from(text, 'utf8'));
}

function unpack(bytes: Uint8Array): string {
  return zstdDecompressSync(bytes).toString('utf8');
}
