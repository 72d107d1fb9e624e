import type {
  AccessGrant,
  AnswerChanges,
  Damage,
  IndexBatch,
  IndexStats,
  KnownAnswer,
  SearchAnswer,
  SearchRequest,
} from '@fumikura/ports';
import type { Fingerprint } from '@fumikura/model';
import { TOKENISER_VERSION } from '@fumikura/text';
import type { Database } from '../database.ts';
import { createDenseIndex } from '../dense/dense-index.ts';
import type { DenseIndex, VectorRow } from '../dense/dense-index.ts';
import { isSameFingerprint } from '../dense/fingerprints.ts';
import { storedVectors } from '../dense/stored-vectors.ts';
import { checkIndex } from './check.ts';
import { CandidateSearch } from './candidate-search.ts';
import { changesSince } from './changes.ts';
import { BlockWriter } from './columns.ts';
import type { TextOf } from './conditions.ts';
import { writeDelta } from './delta.ts';
import { DocumentTerms } from './doc-terms.ts';
import { DocumentWriter } from './document-writer.ts';
import { Explorer } from './explorer.ts';
import { foldAt, foldStep } from './fold.ts';
import { noteVectors, readMeta, writeMeta } from './meta.ts';
import type { IndexMeta } from './meta.ts';
import { PostingLists } from './posting-lists.ts';
import { appendLists } from './posting-writer.ts';
import { IndexReader } from './reader.ts';

/** A batch with at least such a share of a fold's chunks goes straight to the lists. */
const BULK_SHARE = 0.25;
/** Chunks, postings and vectors of one file; synchronous, for one connection. */
export class IndexCore {
  readonly #db: Database;
  readonly #dense: DenseIndex;
  readonly #reader: IndexReader;
  readonly #search: CandidateSearch;
  readonly #explorer: Explorer;

  /** @param textOf for conditions that posting lists cannot decide; without it no document meets them */
  constructor(db: Database, textOf: TextOf = () => undefined) {
    this.#db = db;
    this.#dense = createDenseIndex(db);
    this.#reader = new IndexReader(db, this.#dense);
    this.#search = new CandidateSearch(this.#reader, textOf);
    this.#explorer = new Explorer(this.#reader, textOf);
  }

  /** Inside a transaction that the caller opened. */
  apply({ upserts = [], acls = [], removals = [] }: IndexBatch): void {
    const meta = readMeta(this.#db);
    meta.version++;
    const blocks = new BlockWriter(this.#db, meta.version);
    const writer = new DocumentWriter(this.#db, this.#dense, meta, blocks);
    for (const id of removals) writer.remove(id);
    const documents = [...new Map(upserts.map((document) => [document.documentId, document])).values()];
    const chunks = documents.reduce((sum, document) => sum + Math.max(1, document.chunks.length), 0);
    const isBulk = chunks >= BULK_SHARE * foldAt(meta.chunks);
    if (isBulk) this.#foldWhole(meta);
    const bulk = isBulk ? new PostingLists() : undefined;
    const bulkTerms = bulk && new DocumentTerms(bulk);
    const vectors: VectorRow[] = [];
    for (const document of documents) {
      writer.remove(document.documentId);
      const lists = bulk ?? new PostingLists();
      const terms = bulkTerms ?? new DocumentTerms(lists);
      const { doc, firstChunk } = writer.add(document, terms);
      if (!bulk) writeDelta(this.#db, doc, firstChunk, lists);
      for (const [slot, { vector }] of document.chunks.entries())
        if (vector) vectors.push({ chunkId: firstChunk + slot, vector });
    }
    for (const { documentId, aclId } of acls) writer.setAcl(documentId, aclId);
    if (acls.length > 0) meta.readersAt = meta.version;
    if (bulk) appendLists(this.#db, bulk, bulk.keys(), (chunk) => blocks.docOf(chunk));
    blocks.flush();
    this.#dense.write(vectors, meta.version);
    writeMeta(this.#db, meta);
    this.#reader.markStale();
  }

  /** What was read inside a transaction that is gone must not be used. */
  afterRollback(): void {
    this.#reader.forget();
  }

  search(request: SearchRequest, grant: AccessGrant, shouldStop: () => boolean): SearchAnswer {
    return this.#db.read(() => {
      this.#reader.refresh();
      return this.#search.search(request, grant, shouldStop);
    });
  }

  changesSince(answer: KnownAnswer, grant: AccessGrant): AnswerChanges | undefined {
    return this.#db.read(() => {
      this.#reader.refresh();
      return changesSince(this.#reader, answer, grant);
    });
  }

  explore<T>(work: (explorer: Explorer) => T): T {
    return this.#db.read(() => {
      this.#reader.refresh();
      return work(this.#explorer);
    });
  }

  /** One bounded step of upkeep in a transaction of its own. @returns true while more is due */
  maintainStep(): boolean {
    const isFoldDue = ({ foldUpTo, chunks }: IndexMeta) =>
      foldUpTo !== undefined || this.#pendingChunks() >= foldAt(chunks);
    // Looked at without the write lock, which another process may hold: idle upkeep must not wait for nothing.
    if (!this.#db.read(() => isFoldDue(readMeta(this.#db)))) return false;
    const isDue = this.#db.write(() => {
      const meta = readMeta(this.#db);
      if (!isFoldDue(meta)) return false;
      const goesOn = foldStep(this.#db, meta, this.#docReader());
      meta.version++;
      writeMeta(this.#db, meta);
      this.#reader.markStale();
      return goesOn;
    });
    this.#db.truncateLog();
    return isDue;
  }

  /** Slots given out, and how many of them hold a chunk that is alive. */
  slots(): { readonly slots: number; readonly chunks: number } {
    const { nextChunk, chunks } = readMeta(this.#db);
    return { slots: nextChunk, chunks };
  }

  /** Inside a transaction: everything of the index but what its vectors came from. */
  clear(): void {
    for (const table of [
      'posting',
      'vocabulary',
      'delta',
      'chunk_block',
      'doc_block',
      'index_doc',
      'index_value',
      'index_doc_value',
    ]) {
      this.#db.exec(`DELETE FROM ${table}`);
    }
    this.#dense.clear();
    const { version } = readMeta(this.#db);
    this.#db.run(`DELETE FROM index_meta WHERE name = 'numbers'`);
    // The version goes on rising, so that no reader takes its old columns for the new ones.
    writeMeta(this.#db, { ...readMeta(this.#db), version: version + 1 });
    this.afterRollback();
  }

  useFingerprint(fingerprint: Fingerprint): void {
    this.#db.write(() => this.#dense.useFingerprint(fingerprint));
  }

  /**
   * Inside a transaction: the vectors of another fingerprint are gone afterwards.
   * @returns false when it was bound already
   */
  rebind(fingerprint: Fingerprint): boolean {
    const bound = this.#dense.fingerprint();
    if (bound && isSameFingerprint(bound, fingerprint)) return false;
    this.#dense.clear();
    this.#dense.useFingerprint(fingerprint);
    const meta = readMeta(this.#db);
    meta.version++;
    noteVectors(meta, 0);
    writeMeta(this.#db, meta);
    this.#reader.markStale();
    return true;
  }

  /** Inside a transaction: vectors for chunks that are indexed already; other documents are left out. */
  putVectors(
    documents: readonly { readonly id: string; readonly vectors: readonly (Float32Array | undefined)[] }[],
  ): void {
    const meta = readMeta(this.#db);
    meta.version++;
    const blocks = new BlockWriter(this.#db, meta.version);
    const rows: VectorRow[] = [];
    for (const { id, vectors } of documents) {
      const row = this.#db.get<{ doc: number }>('SELECT doc FROM index_doc WHERE id = ?', id);
      if (!row) continue;
      const { firstChunk, slots } = blocks.doc(row.doc);
      for (const [slot, vector] of vectors.entries())
        if (vector && slot < slots) rows.push({ chunkId: firstChunk + slot, vector });
    }
    this.#dense.write(rows, meta.version);
    if (rows.length > 0) noteVectors(meta, Math.min(...rows.map(({ chunkId }) => chunkId)));
    writeMeta(this.#db, meta);
    this.#reader.markStale();
  }

  fingerprint(): Fingerprint | undefined {
    return this.#dense.fingerprint();
  }

  /** A document's vectors by ordinal, as they are stored (int8 precision); none for an unknown document. */
  vectors(documentId: string): (Float32Array | undefined)[] {
    const row = this.#db.get<{ doc: number }>('SELECT doc FROM index_doc WHERE id = ?', documentId);
    if (!row || this.#dense.count() === 0) return [];
    const { firstChunk, slots } = new BlockWriter(this.#db, 0).doc(row.doc);
    const stored = new Map(storedVectors(this.#db, firstChunk, slots));
    return Array.from({ length: slots }, (_, slot) => stored.get(firstChunk + slot));
  }

  /** Inside a transaction: moves all of the delta into the lists, however long that takes. */
  foldAll(): void {
    const meta = readMeta(this.#db);
    meta.version++;
    this.#foldWhole(meta);
    writeMeta(this.#db, meta);
    this.#reader.markStale();
  }

  stats(): Omit<IndexStats, 'sizeBytes'> {
    const meta = readMeta(this.#db);
    const terms = this.#db.get<{ n: number }>('SELECT count(DISTINCT term) AS n FROM posting')?.n ?? 0;
    const fingerprint = this.#dense.fingerprint();
    return {
      documents: meta.documents,
      chunks: meta.chunks,
      deadSlots: meta.nextChunk - meta.chunks,
      pendingChunks: this.#pendingChunks(),
      terms,
      tokeniserVersion: TOKENISER_VERSION,
      icuVersion: process.versions['icu'] ?? '',
      ...(fingerprint && { fingerprint }),
    };
  }

  check(shouldStop: () => boolean): Damage[] {
    return this.#db.read(() => {
      this.#reader.refresh();
      return [
        ...checkIndex(this.#db, this.#reader.columns, this.#reader.meta, shouldStop),
        ...this.#dense.check(shouldStop),
      ];
    });
  }

  #foldWhole(meta: IndexMeta): void {
    while (this.#db.get('SELECT 1 FROM delta LIMIT 1'))
      foldStep(this.#db, meta, this.#docReader(), Number.MAX_SAFE_INTEGER);
  }

  #docReader(): (chunk: number) => number {
    const blocks = new BlockWriter(this.#db, 0);
    return (chunk) => blocks.docOf(chunk);
  }

  /** Slots between the first waiting document and the end; a fold's cost, so counted without reading them. */
  #pendingChunks(): number {
    const first = this.#db.get<{ doc: number | null }>('SELECT min(doc) AS doc FROM delta')?.doc;
    if (first === null || first === undefined) return 0;
    return readMeta(this.#db).nextChunk - new BlockWriter(this.#db, 0).doc(first).firstChunk;
  }
}
