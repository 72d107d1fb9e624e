import { foldText, termOfWord } from '@fumikura/text';
import type { IndexReader } from './reader.ts';

/** A word of the index: a stem, an identifier, or a word of a script without blanks. */
export interface VocabularyTerm {
  readonly term: string;
  /** About how many chunks have it. */
  readonly entries: number;
}

const LAST_CHARACTER = '\u{10ffff}';
/** Characters that endings add to a stem at most. */
const LONGEST_ENDING = 5;
const LEAST_STEM = 3;

/** Words that may begin with a prefix, the most frequent first; of any document, so nothing of it may be shown unchecked. */
export function termsBeginning(reader: IndexReader, prefix: string, limit: number): VocabularyTerm[] {
  const folded = foldText(prefix);
  const rows = reader.db.all<VocabularyTerm>(
    'SELECT term, entries FROM vocabulary WHERE term >= ? AND term < ? ORDER BY entries DESC LIMIT ?',
    folded,
    folded + LAST_CHARACTER,
    limit,
  );
  const shorter = stemsOf(folded).flatMap((term) => {
    const row = reader.db.get<VocabularyTerm>('SELECT term, entries FROM vocabulary WHERE term = ?', term);
    return row ? [row] : [];
  });
  const stems = new Set(stemsOf(folded));
  const fresh = freshTerms(reader).filter(({ term }) => term.startsWith(folded) || stems.has(term));
  return joined([...rows, ...shorter, ...fresh]).slice(0, limit);
}

/**
 * Words whose length differs little and that begin alike: a slip in the first two letters is not looked for, unless the second
 * one was added or exchanged with the third. All words of a first letter would take a tenth of a second on a large index.
 */
export function termsLike(reader: IndexReader, word: string): VocabularyTerm[] {
  const [first = '', second = '', third = ''] = word;
  const beginnings = [...new Set([first + second, first + third])];
  const [shortest, longest] = [Math.max(2, word.length - LONGEST_ENDING - 2), word.length + 2];
  const rows = beginnings.flatMap((beginning) =>
    reader.db.all<VocabularyTerm>(
      'SELECT term, entries FROM vocabulary WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?',
      ...[beginning, beginning + LAST_CHARACTER, shortest, longest],
    ),
  );
  const fresh = freshTerms(reader).filter(
    ({ term }) =>
      beginnings.some((beginning) => term.startsWith(beginning)) &&
      term.length >= shortest &&
      term.length <= longest,
  );
  return joined([...rows, ...fresh]);
}

/** What is typed of a word may already be longer than its stem: `rotati` of `rotating`, whose stem is `rotat`. */
function stemsOf(folded: string): string[] {
  const stem = termOfWord(folded);
  const shorter = Array.from({ length: LONGEST_ENDING }, (_, at) => folded.slice(0, -1 - at)).filter(
    ({ length }) => length >= LEAST_STEM,
  );
  return stem === undefined ? [] : [...new Set([stem, ...shorter])].filter((term) => term !== folded);
}

/** Of documents that still wait to be folded into the lists. */
function freshTerms({ delta: { lists } }: IndexReader): VocabularyTerm[] {
  const terms: VocabularyTerm[] = [];
  for (let number = 0; number < lists.numbers.size; number++) {
    const term = lists.numbers.termOf(number);
    if (term.charCodeAt(0) > 3) terms.push({ term, entries: lists.get(term).length / 3 });
  }
  return terms;
}

function joined(terms: readonly VocabularyTerm[]): VocabularyTerm[] {
  const entries = new Map<string, number>();
  for (const { term, entries: count } of terms) entries.set(term, (entries.get(term) ?? 0) + count);
  return [...entries]
    .map(([term, count]) => ({ term, entries: count }))
    .sort((a, b) => b.entries - a.entries || (a.term < b.term ? -1 : 1));
}
