import { matchSpans } from '@fumikura/text';
import type { QueryTerms } from '@fumikura/text';

/** More words find more of what is beside the matter. */
const MOST_WORDS = 8;
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * The words of a query as they were typed, without those that say nothing, and without every sign: none of them can be an operator of
 * a source's query language.
 */
export function liveWords(query: string, terms: QueryTerms): string[] {
  const words = runs(query, terms).flatMap((run) => run.split(/[^\p{L}\p{N}_]+/u));
  return [...new Set(words)]
    .filter((word) => !/^[\p{Script=Latin}\p{N}_]?$/u.test(word))
    .slice(0, MOST_WORDS);
}

/** Spans of a word and of its parts lie over one another: the whole counts once; of a text without blanks, its words. */
function runs(query: string, terms: QueryTerms): string[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of matchSpans(query, terms).toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined.flatMap(({ start, end }) => {
    const run = query.slice(start, end);
    const words = CJK.test(run) ? wordsIn(run.normalize('NFKC'), terms) : [];
    return words.length > 0 ? words : [run];
  });
}

function wordsIn(run: string, { terms }: QueryTerms): string[] {
  const words = terms.filter(({ term, class: kind }) => kind === 'word' && CJK.test(term));
  return words.map(({ term }) => term).filter((term) => run.includes(term));
}
