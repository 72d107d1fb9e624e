import type { LexicalWeights } from '@fumikura/ports';
import type { QueryTerms } from '@fumikura/text';
import type { Database } from '../database.ts';
import type { Columns } from './columns.ts';
import type { DeltaCache } from './delta.ts';
import type { IndexMeta } from './meta.ts';
import type { Postings } from './posting-lists.ts';
import { rowsOf } from './posting-row.ts';
import type { PostingRow } from './posting-row.ts';
import { TITLE_LIST } from './schema.ts';
import type { Scratch, ScratchArrays } from './scratch.ts';
import { TermAccumulator } from './term-accumulator.ts';
import type { Saturation } from './term-accumulator.ts';
import { TitleCounts } from './title-counts.ts';
import { TopK } from './top-k.ts';

const K1 = 1.2;
const B = 0.75;
const TITLE_B = 0.5;

export interface LexicalScore {
  readonly doc: number;
  readonly total: number;
  readonly document: number;
  readonly chunk: number;
  readonly title: number;
  /** Slot within the document; -1 when the chunk part is 0. */
  readonly bestSlot: number;
}

/**
 * BM25 in three parts, term at a time, in one pass over each list: chunks of a document are neighbours, so its counts
 * are summed on the way. A chunk that is not admitted is skipped before it has any score.
 */
export class LexicalScan {
  readonly #columns: Columns;
  readonly #meta: IndexMeta;
  readonly #admitted: Uint8Array;
  readonly #arrays: ScratchArrays;

  constructor(columns: Columns, meta: IndexMeta, admitted: Uint8Array, scratch: Scratch) {
    this.#columns = columns;
    this.#meta = meta;
    this.#admitted = admitted;
    this.#arrays = scratch.cleared(meta.nextChunk, meta.nextDoc);
  }

  run(
    db: Database,
    delta: DeltaCache,
    query: QueryTerms,
    weights: LexicalWeights,
    shouldStop: () => boolean,
  ): void {
    for (const { term, class: kind, count } of query.terms) {
      if (shouldStop()) return;
      const isWord = kind === 'word';
      const classWeight = count * (isWord ? 1 : weights.bigram);
      const titleWeight = count * (isWord ? 1 : weights.titleBigram);
      this.#term(db, delta, term, isWord, classWeight, titleWeight);
    }
  }

  /** The best documents by the weighted sum. */
  best(count: number, weights: LexicalWeights): LexicalScore[] {
    const top = new TopK(count);
    const { firstChunk, slots } = this.#columns.docs;
    const { touched, touchedCount, chunkScore, docScore, titleScore } = this.#arrays;
    for (let index = 0; index < touchedCount; index++) {
      const doc = touched[index] as number;
      const first = firstChunk.values[doc] as number;
      const end = first + (slots.values[doc] as number);
      let chunk = 0;
      for (let at = first; at < end; at++)
        if ((chunkScore[at] as number) > chunk) chunk = chunkScore[at] as number;
      const total =
        weights.document * (docScore[doc] as number) +
        weights.chunk * chunk +
        weights.title * (titleScore[doc] as number);
      if (total >= top.threshold) top.offer(doc, total);
    }
    return top.take().map(({ key }) => this.score(key, weights));
  }

  bestSlot(doc: number): number {
    return this.#bestChunk(doc).slot;
  }

  score(doc: number, weights: LexicalWeights): LexicalScore {
    const { score: chunk, slot: bestSlot } = this.#bestChunk(doc);
    const document = this.#arrays.docScore[doc] ?? 0;
    const title = this.#arrays.titleScore[doc] ?? 0;
    const total = weights.document * document + weights.chunk * chunk + weights.title * title;
    return { doc, total, document, chunk, title, bestSlot };
  }

  #bestChunk(doc: number): { score: number; slot: number } {
    const first = this.#columns.docs.firstChunk.values[doc] ?? 0;
    const slots = this.#columns.docs.slots.values[doc] ?? 0;
    let best = 0;
    let bestSlot = -1;
    for (let slot = 0; slot < slots; slot++) {
      const score = this.#arrays.chunkScore[first + slot] ?? 0;
      if (score > best) {
        best = score;
        bestSlot = slot;
      }
    }
    return { score: best, slot: bestSlot };
  }

  #term(
    db: Database,
    delta: DeltaCache,
    term: string,
    isWord: boolean,
    weight: number,
    titleWeight: number,
  ): void {
    const rows = rowsOf(db, term);
    const titleRows = rowsOf(db, TITLE_LIST + term);
    const fresh = behind(delta.lists.get(term), rows.at(-1)?.last ?? -1);
    const freshTitles = behind(delta.lists.get(TITLE_LIST + term), titleRows.at(-1)?.last ?? -1);
    const titles = new TitleCounts(titleRows, freshTitles);
    const { chunks, docs } = this.#frequencies(rows, fresh);
    if (chunks === 0) return;
    const meta = this.#meta;
    const lengths = isWord
      ? { chunk: meta.chunkWords, doc: meta.docWords, title: meta.titleWords }
      : { chunk: meta.chunkBigrams, doc: meta.docBigrams, title: meta.titleBigrams };
    const accumulator = new TermAccumulator(
      this.#columns,
      isWord,
      this.#admitted,
      this.#arrays,
      {
        chunk: saturation(weight * idf(meta.nextChunk, chunks), lengths.chunk / meta.chunks, B),
        document: saturation(weight * idf(meta.nextDoc, docs), lengths.doc / meta.documents, B),
        title: saturation(
          titleWeight * idf(meta.nextDoc, titles.documents),
          lengths.title / meta.documents,
          TITLE_B,
        ),
      },
      titles,
    );
    for (const { data, first } of rows) accumulator.row(data, first);
    for (let index = 0; index < fresh.length; index += 3) {
      accumulator.entry(fresh[index] ?? 0, fresh[index + 1] ?? 0, fresh[index + 2] ?? 0);
    }
    accumulator.end();
  }

  #frequencies(rows: readonly PostingRow[], fresh: Postings): { chunks: number; docs: number } {
    let [chunks, docs, previous] = [0, 0, -1];
    for (const row of rows) {
      chunks += row.entries;
      docs += row.docs;
    }
    for (let index = 0; index < fresh.length; index += 3) {
      const doc = this.#columns.doc.values[fresh[index] ?? 0] ?? 0;
      if (doc !== previous) docs++;
      previous = doc;
    }
    return { chunks: chunks + fresh.length / 3, docs };
  }
}

/** A fold that is under way has moved part of the delta: what lies within the list already is not taken twice. */
function behind(fresh: Postings | undefined, last: number): Postings {
  if (!fresh || (fresh[0] ?? 0) > last) return fresh ?? [];
  let from = 0;
  while (from < fresh.length && (fresh[from] ?? 0) <= last) from += 3;
  return fresh.slice(from);
}

function idf(total: number, containing: number): number {
  return Math.log(1 + (total - containing + 0.5) / (containing + 0.5));
}

function saturation(weight: number, averageLength: number, b: number): Saturation {
  return { weight, base: K1 * (1 - b), slope: averageLength > 0 ? (K1 * b) / averageLength : 0 };
}
