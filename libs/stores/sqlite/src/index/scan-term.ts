import { BM25_LENGTH, saturationOf } from '@fumikura/ports';
import type { LexicalWeights } from '@fumikura/ports';
import type { QueryTerms } from '@fumikura/text';
import type { Database } from '../database.ts';
import type { Columns } from './columns.ts';
import type { DeltaCache } from './delta.ts';
import type { Statistics } from './mark.ts';
import type { IndexMeta } from './meta.ts';
import type { Postings } from './posting-lists.ts';
import { rowsFrom, rowsOf } from './posting-row.ts';
import type { PostingRow } from './posting-row.ts';
import { mayRead, readableFrequencies } from './readable-sums.ts';
import type { Readable } from './readable-sums.ts';
import { TITLE_LIST } from './schema.ts';
import type { Saturation, TermParts } from './term-accumulator.ts';
import { TitleCounts } from './title-counts.ts';

/** A term of a query with all it needs to be scored. */
export interface ScanTerm {
  readonly isWord: boolean;
  readonly rows: readonly PostingRow[];
  /** Entries that still wait in the delta, behind those of the rows. */
  readonly fresh: Postings;
  readonly titles: TitleCounts;
  readonly parts: TermParts;
  /** Entries of the body list: what it costs to scan. */
  readonly entries: number;
  /** No document gets more than this from the term, whatever its counts: a saturation never reaches 1. */
  readonly bound: number;
  /** Its inverse document frequency, whatever its count and class. */
  readonly rarity: number;
}

export interface TermSource {
  readonly db: Database;
  readonly delta: DeltaCache;
  readonly columns: Columns;
  readonly meta: IndexMeta;
}

/** Chunks, documents and titles that have a term. */
export type TermFrequencies = readonly [chunks: number, documents: number, titles: number];

/**
 * Undefined for a term that no chunk has.
 * @param readable counted alone; without it everything is
 */
export function scanTerm(
  source: TermSource,
  term: QueryTerms['terms'][number],
  weights: LexicalWeights,
  readable?: Readable,
): (ScanTerm & { readonly frequencies: TermFrequencies }) | undefined {
  const { db } = source;
  const rows = rowsOf(db, term.term);
  const lists = listsOf(source, term.term, rows, rowsOf(db, TITLE_LIST + term.term));
  const frequencies = frequenciesOf(lists, source.columns, readable?.admitted);
  if (frequencies[0] === 0) return undefined;
  const { meta } = readable ?? source;
  return { ...lists, ...scoredTerm(term, weights, meta, frequencies), frequencies };
}

function frequenciesOf(
  { rows, fresh, titles }: Pick<ScanTerm, 'rows' | 'fresh' | 'titles'>,
  columns: Columns,
  readable: Uint8Array | undefined,
): TermFrequencies {
  if (!readable) {
    const { chunks, docs } = bodyFrequencies(rows, fresh, columns);
    return [chunks, docs, titles.documents];
  }
  const { chunks, docs } = readableFrequencies(rows, fresh, columns.doc.values, readable);
  return [chunks, docs, titles.countAmong((doc) => mayRead(columns, doc, readable))];
}

/**
 * The end of a term's lists, to be scored as if it had been there when the frequencies were taken. Undefined when nothing
 * is there.
 */
export function scanTermSince(
  source: TermSource,
  term: QueryTerms['terms'][number],
  weights: LexicalWeights,
  from: { readonly chunk: number; readonly doc: number },
  { meta, frequencies }: Statistics,
): ScanTerm | undefined {
  const { db } = source;
  const rows = rowsFrom(db, term.term, from.chunk);
  const lists = listsOf(source, term.term, rows, rowsFrom(db, TITLE_LIST + term.term, from.doc));
  if (rows.length === 0 && lists.fresh.length === 0) return undefined;
  return { ...lists, ...scoredTerm(term, weights, meta, frequencies.get(term.term) ?? [0, 0, 0]) };
}

function listsOf(
  { delta }: TermSource,
  term: string,
  rows: readonly PostingRow[],
  titleRows: readonly PostingRow[],
): Pick<ScanTerm, 'rows' | 'fresh' | 'titles'> {
  const fresh = behind(delta.lists.get(term), rows.at(-1)?.last ?? -1);
  const freshTitles = behind(delta.lists.get(TITLE_LIST + term), titleRows.at(-1)?.last ?? -1);
  return { rows, fresh, titles: new TitleCounts(titleRows, freshTitles) };
}

function scoredTerm(
  { term, class: kind, count }: QueryTerms['terms'][number],
  weights: LexicalWeights,
  meta: IndexMeta,
  [chunks, docs, titles]: TermFrequencies,
): Pick<ScanTerm, 'isWord' | 'parts' | 'entries' | 'bound' | 'rarity'> {
  const isWord = kind === 'word';
  const lengths = isWord
    ? { chunk: meta.chunkWords, doc: meta.docWords, title: meta.titleWords }
    : { chunk: meta.chunkBigrams, doc: meta.docBigrams, title: meta.titleBigrams };
  const weight = count * (isWord ? 1 : weights.bigram);
  const titleWeight = count * (isWord ? 1 : weights.titleBigram);
  const [k1, b] = [saturationOf(term), BM25_LENGTH];
  const parts = {
    chunk: saturation(weight * idf(meta.nextChunk, chunks), lengths.chunk / meta.chunks, k1, b.text),
    document: saturation(weight * idf(meta.nextDoc, docs), lengths.doc / meta.documents, k1, b.text),
    title: saturation(titleWeight * idf(meta.nextDoc, titles), lengths.title / meta.documents, k1, b.title),
  };
  const bound =
    weights.chunk * parts.chunk.weight +
    weights.document * parts.document.weight +
    (titles > 0 ? weights.title * parts.title.weight : 0);
  return { isWord, parts, entries: chunks, bound, rarity: idf(meta.nextDoc, docs) };
}

function bodyFrequencies(
  rows: readonly PostingRow[],
  fresh: Postings,
  columns: Columns,
): { readonly chunks: number; readonly docs: number } {
  let [chunks, docs, previous] = [0, 0, -1];
  for (const row of rows) {
    chunks += row.entries;
    docs += row.docs;
  }
  for (let index = 0; index < fresh.length; index += 3) {
    const doc = columns.doc.values[fresh[index] ?? 0] ?? 0;
    if (doc !== previous) docs++;
    previous = doc;
  }
  return { chunks: chunks + fresh.length / 3, docs };
}

/** A fold that is under way has moved part of the delta: what lies within the list already is not taken twice. */
function behind(fresh: Postings, last: number): Postings {
  if ((fresh[0] ?? 0) > last) return fresh;
  let from = 0;
  while (from < fresh.length && (fresh[from] ?? 0) <= last) from += 3;
  return fresh.slice(from);
}

export function idf(total: number, containing: number): number {
  return Math.log(1 + (total - containing + 0.5) / (containing + 0.5));
}

function saturation(weight: number, averageLength: number, k1: number, b: number): Saturation {
  return { weight, base: k1 * (1 - b), slope: averageLength > 0 ? (k1 * b) / averageLength : 0 };
}
