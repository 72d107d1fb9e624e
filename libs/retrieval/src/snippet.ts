import type { Passage } from '@fumikura/ports';
import { findPhrase, foldText, matchSpans, phraseOf } from '@fumikura/text';
import type { QueryTerms } from '@fumikura/text';
import type { Snippet } from './types.ts';

/** Characters shown; about three lines of a terminal, 75 tokens of English. */
const WINDOW = 300;

interface Span {
  readonly start: number;
  readonly end: number;
  readonly term: string;
  /** What an exact phrase matched says more than its words. */
  readonly isPhrase?: boolean;
}

/** The window of a chunk that shows most of the query, with the matches in it. */
export function makeSnippet(
  { chunk, text }: Passage,
  query: QueryTerms,
  phrases: readonly string[] = [],
): Snippet {
  const spans = withPhrases(matchSpans(text, query), phraseSpans(text, phrases));
  const [from, to] = bestWindow(text, spans);
  const shown = text.slice(from, to);
  return {
    text: shown,
    highlights: spans
      .filter(({ start, end }) => start >= from && end <= to)
      .map(({ start, end }) => [start - from, end - from]),
    headingPath: chunk.headingPath,
    start: chunk.start + from,
    end: chunk.start + to,
    ...(chunk.place && { place: chunk.place }),
  };
}

/** Every place of every phrase; none in the rare text that changes its length when it is folded. */
function phraseSpans(text: string, phrases: readonly string[]): Span[] {
  const folded = phrases.length === 0 ? '' : foldText(text);
  if (folded.length !== text.length) return [];
  return phrases.flatMap((term) => {
    const phrase = phraseOf(term);
    const spans: Span[] = [];
    for (let place = findPhrase(folded, phrase); place; place = findPhrase(folded, phrase, place.end))
      spans.push({ ...place, term, isPhrase: true });
    return spans;
  });
}

/** A word within a phrase is shown as part of it. */
function withPhrases(words: readonly Span[], phrases: readonly Span[]): readonly Span[] {
  if (phrases.length === 0) return words;
  const isWithin = ({ start, end }: Span) =>
    phrases.some((phrase) => start < phrase.end && end > phrase.start);
  const apart = phrases
    .toSorted((a, b) => a.start - b.start)
    .filter((phrase, at, all) => at === 0 || phrase.start >= (all[at - 1]?.end ?? 0));
  return [...words.filter((word) => !isWithin(word)), ...apart].sort((a, b) => a.start - b.start);
}

/** For a document whose title alone matched and that has no text. */
export function emptySnippet(): Snippet {
  return { text: '', highlights: [], headingPath: [], start: 0, end: 0 };
}

function bestWindow(text: string, spans: readonly Span[]): [number, number] {
  if (text.length <= WINDOW) return trim(text, 0, text.length);
  let best = { from: 0, value: -1 };
  for (let first = 0; first < spans.length; first++) {
    const from = spans[first]?.start ?? 0;
    const value = windowValue(spans, first, from + WINDOW * 0.8);
    if (value > best.value) best = { from, value };
  }
  return trim(text, ...widen(text, best.from));
}

/** Distinct terms first, then repetitions: a window with all words beats one with the same word thrice. */
function windowValue(spans: readonly Span[], first: number, until: number): number {
  const terms = new Set<string>();
  let [matches, phrases] = [0, 0];
  for (let index = first; index < spans.length; index++) {
    const span = spans[index];
    if (!span || span.end > until) break;
    terms.add(span.term);
    matches++;
    if (span.isPhrase) phrases++;
  }
  return terms.size + matches / 100 + (phrases > 0 ? 10 : 0);
}

/** Begins at the sentence or line that holds the first match when it is near, else at a word. */
function widen(text: string, firstMatch: number): [number, number] {
  const earliest = Math.max(0, Math.min(firstMatch - WINDOW / 5, text.length - WINDOW));
  const before = text.slice(earliest, firstMatch);
  const sentence = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('. '), before.lastIndexOf('。'));
  const word = before.indexOf(' ');
  const from = earliest === 0 ? 0 : earliest + (sentence >= 0 ? sentence + 1 : word >= 0 ? word + 1 : 0);
  const latest = Math.min(text.length, from + WINDOW);
  if (latest === text.length) return [from, latest];
  const lastBlank = text.slice(from, latest).search(/\s\S*$/u);
  return [from, lastBlank > WINDOW / 2 ? from + lastBlank : latest];
}

function trim(text: string, from: number, to: number): [number, number] {
  let [start, end] = [from, to];
  while (start < end && /\s/u.test(text[start] ?? '')) start++;
  while (end > start && /\s/u.test(text[end - 1] ?? '')) end--;
  if (isLowSurrogate(text, start)) start++;
  if (isLowSurrogate(text, end)) end--;
  return [start, end];
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
