import { analyseQuery, foldText, termOfWord } from '@fumikura/text';
import type { QueryTerms } from '@fumikura/text';
import type {
  AccessGrant,
  Completions,
  FacetCounts,
  FacetRequest,
  IndexFilter,
  WordReport,
} from '@fumikura/ports';
import { MAX_COMPARED, meeting, openTest } from './conditions.ts';
import type { TextOf } from './conditions.ts';
import type { Columns } from './columns.ts';
import { DocValues } from './doc-values.ts';
import { mayRead } from './readable-sums.ts';
import type { IndexReader } from './reader.ts';
import { rowsOf } from './posting-row.ts';
import { TITLE_LIST } from './schema.ts';
import { FrequentTerms } from './frequent-terms.ts';
import { longFormsIn } from './long-forms.ts';
import { editsAllowed, stemDistance, wordDistance } from './spelling.ts';
import { TopK } from './top-k.ts';
import { visitChunks, visitPostings } from './visit-postings.ts';
import { termsBeginning, termsLike } from './vocabulary.ts';
import { documentsWith, formsOf, isRead } from './written-words.ts';

/** Words looked at for one that is being typed, and to be corrected. */
const BEGINNINGS = 60;
const LOOKALIKES = 24;
/** Words that are looked at for those that the caller may read: more than begin alike in most collections. */
const LOOKED_AT = 2_000;
const NEAR = 3;
/** Chunks with a word that nobody takes for a slip. */
const FREQUENT = 20_000;
/** More than any two times, in minutes, are apart. */
const BEYOND_TIMES = 2 ** 33;
/** Letters of scripts with blanks that must be typed before words are offered. */
const LEAST_TYPED = 2;

/** Answers for the person who types, of what that person may read; inside a reading transaction, after a refresh. */
export class Explorer {
  readonly #reader: IndexReader;
  readonly #textOf: TextOf;
  readonly #values = new DocValues();
  readonly #frequent = new FrequentTerms();

  constructor(reader: IndexReader, textOf: TextOf) {
    this.#reader = reader;
    this.#textOf = textOf;
  }

  complete(
    { text, filter, limit }: { text: string; filter?: IndexFilter; limit: number },
    grant: AccessGrant,
  ): Completions {
    const { before, last } = lastWord(text);
    if (last === '' || grant.aclIds.length === 0) return { words: [], documents: [] };
    const admitted = this.#reader.admitted(grant, filter);
    const beginnings = this.#beginnings(last, admitted);
    return {
      words: this.#words(beginnings, last, admitted, limit),
      documents: this.#titled(before, [...beginnings, ...termsOf(last)], admitted, limit),
    };
  }

  reports(
    { words, filter }: { words: readonly string[]; filter?: IndexFilter },
    grant: AccessGrant,
  ): WordReport[] {
    const admitted = this.#reader.admitted(grant, filter);
    return words.map((word) => {
      const isKnown = termsOf(word).some((term) => this.#isKnown(term, admitted));
      return { word, isKnown, near: isKnown ? [] : this.#near(foldText(word), admitted) };
    });
  }

  longForms({ text, filter }: { text: string; filter?: IndexFilter }, grant: AccessGrant): string[] {
    return longFormsIn(this.#reader, text, this.#reader.admitted(grant, filter));
  }

  facets({ query, filter, conditions, fields, limit }: FacetRequest, grant: AccessGrant): FacetCounts {
    const admitted = meeting(this.#reader, conditions, this.#reader.admitted(grant, filter));
    const matching = this.#matching(query, admitted);
    const isLowerBound = this.#compare(matching, conditions);
    return { isLowerBound, ...this.#values.count(this.#reader, fields, matching, limit) };
  }

  rarity(terms: readonly string[]): number[] {
    const { delta, meta } = this.#reader;
    return terms.map((term) => {
      const inRows = rowsOf(this.#reader.db, term).reduce((sum, { entries }) => sum + entries, 0);
      const chunks = inRows + delta.lists.get(term).length / 3;
      return chunks === 0 ? 0 : Math.log(1 + meta.nextChunk / chunks);
    });
  }

  /** A frequent word is no slip, whoever may read it: looking for somebody's among many entries would cost more than it tells. */
  #isKnown(term: string, admitted: Uint8Array): boolean {
    const entries = rowsOf(this.#reader.db, term).reduce((sum, row) => sum + row.entries, 0);
    return entries > FREQUENT || documentsWith(this.#reader, term, admitted, 1).length > 0;
  }

  /** Of what the caller may read alone: words of hidden documents would take the places of theirs, and tell by it. */
  #beginnings(last: string, admitted: Uint8Array): string[] {
    if (last.length < LEAST_TYPED && termOfWord(last) !== undefined) return [];
    return this.#read(termsBeginning(this.#reader, last, LOOKED_AT), admitted, BEGINNINGS).map(
      ({ term }) => term,
    );
  }

  #read<T extends { readonly term: string }>(
    terms: readonly T[],
    admitted: Uint8Array,
    limit: number,
  ): readonly T[] {
    const found: T[] = [];
    for (const each of terms) {
      if (isRead(this.#reader, each.term, admitted)) found.push(each);
      if (found.length >= limit) break;
    }
    return found;
  }

  #words(terms: readonly string[], last: string, admitted: Uint8Array, limit: number): string[] {
    const typed = foldText(last);
    const words: string[] = [];
    for (const term of terms) {
      const begins = (folded: string) => folded.startsWith(typed) && folded !== typed;
      const forms = formsOf(this.#reader, this.#textOf, term, admitted, begins);
      const shortest = forms.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
      if (shortest !== undefined && !words.includes(shortest)) words.push(shortest);
      if (words.length >= limit) break;
    }
    return words;
  }

  /** Titles that say the most about the words, which are the shortest, first; of those the newest. */
  #titled(before: string, beginnings: readonly string[], admitted: Uint8Array, limit: number): string[] {
    const { columns, meta } = this.#reader;
    const matching = new Uint8Array(meta.nextDoc);
    for (const term of new Set(beginnings)) this.#markTitled(term, matching);
    const others = termsOfText(before).map(({ term }) => {
      const having = new Uint8Array(meta.nextDoc);
      this.#markTitled(term, having);
      return having;
    });
    const { titleWords, titleBigrams, updated } = columns.docs;
    const best = new TopK(limit);
    for (let doc = matching.indexOf(1); doc >= 0; doc = matching.indexOf(1, doc + 1)) {
      if (!mayRead(columns, doc, admitted) || !others.every((having) => having[doc] === 1)) continue;
      const length = (titleWords.values[doc] ?? 0) + (titleBigrams.values[doc] ?? 0);
      best.offer(doc, (updated.values[doc] ?? 0) - length * BEYOND_TIMES);
    }
    const docs = best.take().map(({ key }) => key);
    const ids = this.#reader.documentIds(docs);
    return docs.flatMap((doc) => ids.get(doc) ?? []);
  }

  #markTitled(term: string, docs: Uint8Array): void {
    visitPostings(this.#reader.source, TITLE_LIST + term, (doc, inTitle) => {
      if (inTitle > 0) docs[doc] = 1;
    });
  }

  #near(word: string, admitted: Uint8Array): string[] {
    const allowed = editsAllowed(word);
    if (allowed === 0) return [];
    const all = termsLike(this.#reader, word)
      .map(({ term, entries }) => ({ term, entries, edits: stemDistance(word, term, allowed) }))
      .filter(({ edits }) => edits <= allowed)
      .sort((a, b) => a.edits - b.edits || b.entries - a.entries);
    const alike = this.#read(all, admitted, LOOKALIKES);
    const near = alike.flatMap(({ term, entries }) =>
      formsOf(
        this.#reader,
        this.#textOf,
        term,
        admitted,
        (form) => wordDistance(word, form, allowed) <= allowed,
      ).map((form) => ({ form, entries, edits: wordDistance(word, foldText(form), allowed) })),
    );
    near.sort((a, b) => a.edits - b.edits || b.entries - a.entries);
    return [...new Set(near.map(({ form }) => form))].slice(0, NEAR);
  }

  /** One byte per document. */
  #matching(query: QueryTerms | undefined, admitted: Uint8Array): Uint8Array {
    const { columns, meta } = this.#reader;
    const words = query?.terms.filter((term) => term.class === 'word') ?? [];
    const terms = words.length > 0 ? words : (query?.terms ?? []);
    const counts = new Uint8Array(meta.nextDoc);
    const docOf = columns.doc.values;
    for (const { term } of terms) {
      const frequent = this.#frequent.docs(this.#reader, term);
      if (frequent) {
        addAdmitted(frequent, admitted, columns, counts);
        continue;
      }
      let previous = -1;
      const visit = (chunks: Int32Array, count: number): void => {
        previous = countDocuments(chunks, count, { admitted, docOf, counts, previous });
      };
      visitChunks(this.#reader.source, term, visit, admitted);
    }
    if (query === undefined) this.#markAdmitted(admitted, counts);
    const all = query === undefined ? 1 : Math.min(255, terms.length);
    const least = counts.includes(all) ? all : 1;
    for (let doc = 0; doc < counts.length; doc++) counts[doc] = (counts[doc] as number) >= least ? 1 : 0;
    return counts;
  }

  #markAdmitted(admitted: Uint8Array, docs: Uint8Array): void {
    const { doc } = this.#reader.columns;
    for (let chunk = 0; chunk < admitted.length; chunk++)
      if (admitted[chunk] === 1) docs[doc.values[chunk] ?? 0] = 1;
  }

  /** Leaves the documents that meet what only texts tell. @returns whether there were too many to compare */
  #compare(matching: Uint8Array, conditions: FacetRequest['conditions']): boolean {
    const test = openTest(conditions, this.#textOf);
    if (!test) return false;
    const docs: number[] = [];
    for (let doc = matching.length - 1; doc >= 0; doc--) if (matching[doc] === 1) docs.push(doc);
    const ids = this.#reader.documentIds(docs.slice(0, MAX_COMPARED));
    for (const doc of docs) {
      const id = ids.get(doc);
      if (id === undefined || !test(id)) matching[doc] = 0;
    }
    return docs.length > MAX_COMPARED;
  }
}

/** What is typed last, as far as it is one word, and what stands before it. */
function lastWord(text: string): { readonly before: string; readonly last: string } {
  const last = /[\p{L}\p{N}\p{M}'’._-]+$/u.exec(text)?.[0] ?? '';
  return { before: text.slice(0, text.length - last.length), last };
}

function termsOf(word: string): string[] {
  return termsOfText(word).map(({ term }) => term);
}

function termsOfText(text: string): QueryTerms['terms'] {
  const { terms } = analyseQuery(text);
  const words = terms.filter((term) => term.class === 'word');
  return words.length > 0 ? words : terms;
}

interface Counting {
  readonly admitted: Uint8Array;
  readonly docOf: Int32Array;
  readonly counts: Uint8Array;
  /** Counted last: the chunks of a document are neighbours, and may stand in two rows. */
  readonly previous: number;
}

/** @returns the document counted last */
function countDocuments(
  chunks: Int32Array,
  count: number,
  { admitted, docOf, counts, previous: before }: Counting,
): number {
  let previous = before;
  for (let at = 0; at < count; at++) {
    const chunk = chunks[at] as number;
    if (admitted[chunk] !== 1) continue;
    const doc = docOf[chunk] as number;
    if (doc === previous) continue;
    previous = doc;
    if ((counts[doc] as number) < 255) counts[doc] = (counts[doc] as number) + 1;
  }
  return previous;
}

/** All chunks of a document are admitted or none is. */
function addAdmitted(
  docs: Uint8Array,
  admitted: Uint8Array,
  { docs: { firstChunk, slots } }: Columns,
  counts: Uint8Array,
): void {
  const [first, chunks] = [firstChunk.values, slots.values];
  for (let doc = 0; doc < docs.length; doc++)
    if (docs[doc] === 1 && admitted[first[doc] as number] === 1 && (chunks[doc] as number) > 0)
      if ((counts[doc] as number) < 255) counts[doc] = (counts[doc] as number) + 1;
}
