import type { LexicalWeights } from '@fumikura/ports';
import type { QueryTerms } from '@fumikura/text';
import type { Database } from '../database.ts';
import type { Columns } from './columns.ts';
import type { DeltaCache } from './delta.ts';
import type { IndexMeta } from './meta.ts';
import { decodePostings } from './posting-codec.ts';
import type { Postings } from './posting-lists.ts';
import { TITLE_LIST } from './schema.ts';
import { TopK } from './top-k.ts';

const K1 = 1.2;
const B = 0.75;
const TITLE_B = 0.5;

interface Row {
  readonly first: number;
  readonly last: number;
  readonly entries: number;
  readonly docs: number;
  readonly data: Uint8Array;
}

export interface LexicalScore {
  readonly doc: number;
  readonly total: number;
  readonly document: number;
  readonly chunk: number;
  readonly title: number;
  /** Slot within the document; -1 when the chunk part is 0. */
  readonly bestSlot: number;
}

/** Constants of one term's score in one part: weight · tf / (tf + base + slope · length). */
interface Saturation {
  readonly weight: number;
  readonly base: number;
  readonly slope: number;
}

/**
 * BM25 in three parts, term at a time, in one pass over each list: chunks of a document are neighbours, so its counts
 * are summed on the way. A chunk that is not admitted is skipped before it has any score.
 */
export class LexicalScan {
  readonly #columns: Columns;
  readonly #meta: IndexMeta;
  readonly #admitted: Uint8Array;
  readonly #chunkScore: Float32Array;
  readonly #docScore: Float32Array;
  readonly #titleScore: Float32Array;
  #touched: Int32Array;
  #touchedCount = 0;

  constructor(columns: Columns, meta: IndexMeta, admitted: Uint8Array, scratch: Scratch) {
    this.#columns = columns;
    this.#meta = meta;
    this.#admitted = admitted;
    const { chunkScore, docScore, titleScore, touched } = scratch.cleared(meta.nextChunk, meta.nextDoc);
    this.#chunkScore = chunkScore;
    this.#docScore = docScore;
    this.#titleScore = titleScore;
    this.#touched = touched;
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
    const touched = this.#touched;
    const chunkScore = this.#chunkScore;
    for (let index = 0; index < this.#touchedCount; index++) {
      const doc = touched[index] as number;
      const first = firstChunk.values[doc] as number;
      const end = first + (slots.values[doc] as number);
      let chunk = 0;
      for (let at = first; at < end; at++)
        if ((chunkScore[at] as number) > chunk) chunk = chunkScore[at] as number;
      const total =
        weights.document * (this.#docScore[doc] as number) +
        weights.chunk * chunk +
        weights.title * (this.#titleScore[doc] as number);
      if (total >= top.threshold) top.offer(doc, total);
    }
    return top.take().map(({ key }) => this.score(key, weights));
  }

  bestSlot(doc: number): number {
    return this.#bestChunk(doc).slot;
  }

  score(doc: number, weights: LexicalWeights): LexicalScore {
    const { score: chunk, slot: bestSlot } = this.#bestChunk(doc);
    const document = this.#docScore[doc] ?? 0;
    const title = this.#titleScore[doc] ?? 0;
    const total = weights.document * document + weights.chunk * chunk + weights.title * title;
    return { doc, total, document, chunk, title, bestSlot };
  }

  #bestChunk(doc: number): { score: number; slot: number } {
    const first = this.#columns.docs.firstChunk.values[doc] ?? 0;
    const slots = this.#columns.docs.slots.values[doc] ?? 0;
    let best = 0;
    let bestSlot = -1;
    for (let slot = 0; slot < slots; slot++) {
      const score = this.#chunkScore[first + slot] ?? 0;
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
    const accumulate = this.#accumulator(
      isWord,
      saturation(weight * idf(meta.nextChunk, chunks), lengths.chunk / meta.chunks, B),
      saturation(weight * idf(meta.nextDoc, docs), lengths.doc / meta.documents, B),
      saturation(titleWeight * idf(meta.nextDoc, titles.documents), lengths.title / meta.documents, TITLE_B),
      titles,
    );
    for (const row of rows) accumulate.row(row);
    for (let index = 0; index < fresh.length; index += 3) {
      accumulate.posting(fresh[index] ?? 0, fresh[index + 1] ?? 0, fresh[index + 2] ?? 0);
    }
    accumulate.finish();
  }

  #frequencies(rows: readonly Row[], fresh: Postings): { chunks: number; docs: number } {
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

  /** The hot loop; local constants instead of fields, one branch per form of entry. */
  #accumulator(
    isWord: boolean,
    inChunk: Saturation,
    inDoc: Saturation,
    inTitle: Saturation,
    titles: TitleCounts,
  ) {
    const admitted = this.#admitted;
    const docOf = this.#columns.doc.values;
    const chunkScore = this.#chunkScore;
    const chunkLength = isWord ? this.#columns.words.values : this.#columns.bigrams.values;
    const { docs } = this.#columns;
    const docLength = isWord ? docs.words.values : docs.bigrams.values;
    const titleLength = isWord ? docs.titleWords.values : docs.titleBigrams.values;
    const { weight: chunkWeight, base: chunkBase, slope: chunkSlope } = inChunk;
    const docScore = this.#docScore;
    const titleScore = this.#titleScore;
    const touched = this.#touched;
    let touchedCount = this.#touchedCount;
    let current = -1;
    let inSpans = 0;
    const finish = () => {
      if (current < 0) return;
      if (docScore[current] === 0) touched[touchedCount++] = current;
      titles.moveTo(current);
      const tf = inSpans + titles.head;
      docScore[current] =
        (docScore[current] as number) +
        (inDoc.weight * tf) / (tf + inDoc.base + inDoc.slope * (docLength[current] as number));
      if (titles.title === 0) return;
      const length = inTitle.base + inTitle.slope * (titleLength[current] ?? 0);
      titleScore[current] =
        (titleScore[current] as number) + (inTitle.weight * titles.title) / (titles.title + length);
    };
    const posting = (at: number, a: number, b: number) => {
      if (admitted[at] !== 1) return;
      const tf = a + b;
      chunkScore[at] =
        (chunkScore[at] as number) +
        (chunkWeight * tf) / (tf + chunkBase + chunkSlope * (chunkLength[at] as number));
      const doc = docOf[at] as number;
      if (doc !== current) {
        finish();
        current = doc;
        inSpans = 0;
      }
      inSpans += a;
    };
    const row = ({ data, first }: Row) => {
      const size = data.length;
      let at = first - 1;
      let next = 0;
      while (next < size) {
        let byte = data[next++] as number;
        let code = byte & 127;
        for (let shift = 7; byte > 127; shift += 7) {
          byte = data[next++] as number;
          code |= (byte & 127) << shift;
        }
        at += code >>> 2;
        const form = code & 3;
        let a = 1;
        let b = 0;
        if (form !== 0) {
          byte = data[next++] as number;
          a = byte & 127;
          for (let shift = 7; byte > 127; shift += 7) {
            byte = data[next++] as number;
            a |= (byte & 127) << shift;
          }
          if (form === 2) {
            byte = data[next++] as number;
            b = byte & 127;
            for (let shift = 7; byte > 127; shift += 7) {
              byte = data[next++] as number;
              b |= (byte & 127) << shift;
            }
          }
        }
        posting(at, a, b);
      }
    };
    const end = () => {
      finish();
      this.#touchedCount = touchedCount;
    };
    return { posting, row, finish: end };
  }
}

/** Arrays of the size of the index, kept between searches and cleared before each. */
export class Scratch {
  #chunkScore = new Float32Array(0);
  #docScore = new Float32Array(0);
  #titleScore = new Float32Array(0);
  #touched = new Int32Array(0);

  cleared(chunks: number, docs: number) {
    if (this.#chunkScore.length < chunks) this.#chunkScore = new Float32Array(Math.ceil(chunks * 1.1));
    else this.#chunkScore.fill(0, 0, chunks);
    if (this.#docScore.length < docs) {
      const size = Math.ceil(docs * 1.1);
      this.#docScore = new Float32Array(size);
      this.#titleScore = new Float32Array(size);
      this.#touched = new Int32Array(size);
    } else {
      this.#docScore.fill(0, 0, docs);
      this.#titleScore.fill(0, 0, docs);
    }
    return {
      chunkScore: this.#chunkScore,
      docScore: this.#docScore,
      titleScore: this.#titleScore,
      touched: this.#touched,
    };
  }
}

/** Counts of a term in titles, asked for in ascending order of documents. */
class TitleCounts {
  readonly documents: number;
  readonly #docs: Int32Array;
  readonly #title: Int32Array;
  readonly #head: Int32Array;
  #next = 0;
  title = 0;
  head = 0;

  constructor(rows: readonly Row[], fresh: Postings) {
    const size = rows.reduce((sum, { entries }) => sum + entries, fresh.length / 3);
    this.#docs = new Int32Array(size);
    this.#title = new Int32Array(size);
    this.#head = new Int32Array(size);
    let index = 0;
    let documents = 0;
    for (const postings of [...rows.map(({ data, first }) => decodePostings(data, first - 1)), fresh]) {
      for (let next = 0; next < postings.length; next += 3) {
        this.#docs[index] = postings[next] ?? 0;
        this.#title[index] = postings[next + 1] ?? 0;
        this.#head[index++] = postings[next + 2] ?? 0;
        if ((postings[next + 1] ?? 0) > 0) documents++;
      }
    }
    this.documents = documents;
  }

  moveTo(doc: number): void {
    if (this.#docs.length === 0) return;
    while (this.#next < this.#docs.length && (this.#docs[this.#next] as number) < doc) this.#next++;
    const isThere = this.#docs[this.#next] === doc;
    this.title = isThere ? (this.#title[this.#next] ?? 0) : 0;
    this.head = isThere ? (this.#head[this.#next] ?? 0) : 0;
  }
}

function rowsOf(db: Database, term: string): Row[] {
  return db.all<Row>(
    'SELECT first, last, entries, docs, data FROM posting WHERE term = ? ORDER BY first',
    term,
  );
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
