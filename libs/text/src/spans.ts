import { analyse } from './analyser.ts';
import type { QueryTerms } from './query.ts';

export interface MatchSpan {
  readonly start: number;
  readonly end: number;
  /** The query term found; of several at one place the longest. */
  readonly term: string;
}

/**
 * Where a text says what the query asks, however it is inflected or written: ascending, without overlap, offsets into
 * `text` as given. Neighbouring bigrams become one span.
 */
export function matchSpans(text: string, query: QueryTerms): MatchSpan[] {
  const wanted = new Set(query.terms.map(({ term }) => term));
  const found: MatchSpan[] = [];
  analyse(text, (term, start, end) => {
    if (wanted.has(term)) found.push({ start, end, term });
  });
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: MatchSpan[] = [];
  for (const span of found) {
    const last = merged.at(-1);
    if (last && span.start < last.end) {
      if (span.end > last.end) merged[merged.length - 1] = { ...last, end: span.end };
    } else merged.push(span);
  }
  return merged;
}
