import { termOfWord } from '@fumikura/text';
import type { TextOf } from './conditions.ts';
import { mayRead } from './readable-sums.ts';
import type { IndexReader } from './reader.ts';
import { TITLE_LIST } from './schema.ts';
import { visitPostings } from './visit-postings.ts';

/** Documents whose texts are looked through for the forms of one term. */
const TEXTS_READ = 2;
/** Characters of each: a word that stands further behind is found in another document or not told. */
const CHARACTERS_READ = 60_000;
/** Places in each where it might stand. */
const PLACES_READ = 200;

/** Some documents that have the term and may be shown, in no order; at most `limit`. */
export function documentsWith(
  reader: IndexReader,
  term: string,
  admitted: Uint8Array,
  limit = TEXTS_READ,
): number[] {
  const docs = new Set<number>();
  const doc = reader.columns.doc.values;
  visitPostings(
    reader.source,
    term,
    (chunk) => {
      if (admitted[chunk] === 1) docs.add(doc[chunk] ?? 0);
      return docs.size < limit;
    },
    admitted,
  );
  return [...docs];
}

/** Whether a document that may be shown has the term, in a chunk or in its title. */
export function isRead(reader: IndexReader, term: string, admitted: Uint8Array): boolean {
  if (documentsWith(reader, term, admitted, 1).length > 0) return true;
  let isFound = false;
  visitPostings(reader.source, TITLE_LIST + term, (doc, inTitle) => {
    isFound = inTitle > 0 && mayRead(reader.columns, doc, admitted);
    return !isFound;
  });
  return isFound;
}

/**
 * The forms in which documents that may be shown write a term. The index holds stems alone, and of a stem's forms some
 * may stand in hidden documents only: so nothing is told that was not read in a text that the caller may read.
 */
export function formsOf(
  reader: IndexReader,
  textOf: TextOf,
  term: string,
  admitted: Uint8Array,
  mayBe: (folded: string) => boolean,
): string[] {
  const docs = documentsWith(reader, term, admitted);
  const ids = reader.documentIds(docs);
  for (const doc of docs) {
    const text = textOf(ids.get(doc) ?? '');
    if (!text) continue;
    const forms = formsIn([text.title, ...text.breadcrumbs, text.text].join('\n'), term, mayBe);
    if (forms.length > 0) return forms;
  }
  return [];
}

function formsIn(text: string, term: string, mayBe: (folded: string) => boolean): string[] {
  const all = text.slice(0, CHARACTERS_READ).normalize('NFKC');
  const folded = all.toLowerCase();
  // A stem's last letter may be another one in the text: `happi` of `happy`.
  const isSpaced = termOfWord(term) !== undefined;
  const sought = isSpaced ? term.slice(0, Math.max(2, term.length - 1)) : term;
  const forms = new Set<string>();
  let seen = 0;
  for (let at = folded.indexOf(sought); at >= 0 && seen < PLACES_READ; at = folded.indexOf(sought, at + 1)) {
    seen++;
    if (isSpaced && WORD.test(folded[at - 1] ?? '')) continue;
    const end = isSpaced ? wordEnd(folded, at) : at + term.length;
    const word = folded.slice(at, end);
    if (!mayBe(word) || (isSpaced ? termOfWord(word) !== term : word !== term)) continue;
    forms.add(folded.length === all.length ? shown(all.slice(at, end)) : word);
  }
  return [...forms];
}

const WORD = /[\p{L}\p{N}\p{M}]/u;

function wordEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && WORD.test(text[end] ?? '')) end++;
  return end;
}

/** `GitHub` and `SLA` as written; capitals that only begin a sentence are no part of a word. */
function shown(written: string): string {
  return /\p{Lu}/u.test(written.slice(1)) ? written : written.toLowerCase();
}
