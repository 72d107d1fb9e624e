import type { IndexDocument } from '@fumikura/ports';
import type { Database } from '../database.ts';
import type { DenseIndex } from '../dense/dense-index.ts';
import type { BlockWriter } from './columns.ts';
import { DEAD } from './columns.ts';
import type { DocumentTerms } from './doc-terms.ts';
import type { IndexMeta } from './meta.ts';
import { minutesOf, valueId, writeManyValues } from './values.ts';

/** Documents of one batch: their rows, columns and the sums over all of them; inside the caller's transaction. */
export class DocumentWriter {
  readonly #db: Database;
  readonly #dense: DenseIndex;
  readonly #meta: IndexMeta;
  readonly #blocks: BlockWriter;

  constructor(db: Database, dense: DenseIndex, meta: IndexMeta, blocks: BlockWriter) {
    this.#db = db;
    this.#dense = dense;
    this.#meta = meta;
    this.#blocks = blocks;
  }

  /** Under a new number, its chunks behind all others. */
  add(document: IndexDocument, terms: DocumentTerms): { doc: number; firstChunk: number } {
    const [meta, blocks] = [this.#meta, this.#blocks];
    const doc = meta.nextDoc++;
    const firstChunk = meta.nextChunk;
    const lengths = terms.add(document, doc, firstChunk);
    for (const { word, bigram } of lengths.chunks) {
      blocks.setChunk(meta.nextChunk++, document.aclId, doc, word, bigram);
      meta.chunkWords += Math.min(65_535, word);
      meta.chunkBigrams += Math.min(65_535, bigram);
    }
    blocks.setDoc(doc, {
      firstChunk,
      slots: lengths.chunks.length,
      words: lengths.document.word,
      bigrams: lengths.document.bigram,
      titleWords: lengths.title.word,
      titleBigrams: lengths.title.bigram,
      source: valueId(this.#db, 'source', document.source),
      kind: valueId(this.#db, 'kind', document.kind),
      language: valueId(this.#db, 'language', document.language),
      updated: minutesOf(document.updatedAt),
    });
    meta.chunks += lengths.chunks.length;
    meta.documents++;
    addLengths(meta, lengths.document, lengths.title, 1);
    this.#db.run('INSERT INTO index_doc(doc, id) VALUES(?, ?)', doc, document.documentId);
    writeManyValues(this.#db, doc, document);
    return { doc, firstChunk };
  }

  /** Postings are left alone: a dead slot is never admitted. */
  remove(id: string): void {
    const [meta, blocks] = [this.#meta, this.#blocks];
    const row = this.#db.get<{ doc: number }>('DELETE FROM index_doc WHERE id = ? RETURNING doc', id);
    if (!row) return;
    const columns = blocks.doc(row.doc);
    for (let slot = 0; slot < columns.slots; slot++) {
      const { words, bigrams } = blocks.chunkLengths(columns.firstChunk + slot);
      meta.chunkWords -= words;
      meta.chunkBigrams -= bigrams;
      blocks.setAcl(columns.firstChunk + slot, DEAD);
    }
    meta.chunks -= columns.slots;
    meta.documents--;
    addLengths(
      meta,
      { word: columns.words, bigram: columns.bigrams },
      { word: columns.titleWords, bigram: columns.titleBigrams },
      -1,
    );
    this.#db.run('DELETE FROM index_doc_value WHERE doc = ?', row.doc);
    this.#dense.remove(Array.from({ length: columns.slots }, (_, slot) => columns.firstChunk + slot));
  }

  setAcl(id: string, aclId: number): void {
    const row = this.#db.get<{ doc: number }>('SELECT doc FROM index_doc WHERE id = ?', id);
    if (!row) return;
    const { firstChunk, slots } = this.#blocks.doc(row.doc);
    for (let slot = 0; slot < slots; slot++) this.#blocks.setAcl(firstChunk + slot, aclId);
  }
}

function addLengths(
  meta: IndexMeta,
  document: { word: number; bigram: number },
  title: { word: number; bigram: number },
  sign: 1 | -1,
): void {
  meta.docWords += sign * document.word;
  meta.docBigrams += sign * document.bigram;
  meta.titleWords += sign * title.word;
  meta.titleBigrams += sign * title.bigram;
}
