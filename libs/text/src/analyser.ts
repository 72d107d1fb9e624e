import { isAsciiDigit, isAsciiLower, isAsciiUpper, isHiragana } from './characters.ts';
import { scanRuns } from './scan.ts';
import { stem } from './stemmer.ts';
import { JAPANESE_FUNCTION_WORDS } from './stop-words.ts';

/** First character of a bigram's and of a unigram's term; words begin with neither. */
export const BIGRAM = '\u0002';
export const UNIGRAM = '\u0001';

/** Receives every term of a text with the place it stands for; `start` and `end` are UTF-16 offsets. */
export type TermSink = (term: string, start: number, end: number) => void;

/** Longest identifier kept whole, UTF-16 units. */
const MAX_WHOLE = 64;

/** The one tokeniser of index and query: every term of a text, in order, repetitions included. */
export function analyse(text: string, emit: TermSink): void {
  scanRuns(text, {
    word: (start, end) => emitWord(text, start, end, emit),
    unspaced: (start, end) => emitUnspaced(text, start, end, emit),
    counted: (start, end) => emitCounted(text, start, end, emit),
    compound: (start, end) => emitCompound(text, start, end, emit),
  });
}

/** Stems of the first words seen: frequent ones come early, so nearly every word is found here. */
const stems = new Map<string, string>();
const MAX_STEMS = 100_000;
/** A longer slice shares the memory of its whole text, which a cache would keep alive. UTF-16 units. */
const MAX_KEPT = 12;

function stemOf(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const made = stem(foldWord(word));
  if (stems.size < MAX_STEMS && word.length <= MAX_KEPT) stems.set(word, made);
  return made;
}

/** NFKC, lower case, possessive and apostrophes gone. */
function foldWord(word: string): string {
  const lower = word.normalize('NFKC').toLowerCase();
  return /['’]/u.test(lower) ? lower.replace(/['’]s$/u, '').replace(/['’]/gu, '') : lower;
}

/** Terms of a run of letters and digits: they depend on nothing around it. */
export function emitWord(text: string, start: number, end: number, emit: TermSink): void {
  const word = text.slice(start, end);
  emit(stemOf(word), start, end);
  if (end - start > 3) emitCamelParts(text, start, end, emit);
}

/** `getUserById` → get, user, by, id; `HTTPServer` → http, server. ASCII only: elsewhere case means less. */
function emitCamelParts(text: string, start: number, end: number, emit: TermSink): void {
  let from = start;
  for (let at = start + 1; at < end; at++) {
    if (!isHump(text, at, end)) continue;
    if (at - from > 1) emit(stemOf(text.slice(from, at)), from, at);
    from = at;
  }
  if (from > start && end - from > 1) emit(stemOf(text.slice(from, end)), from, end);
}

function isHump(text: string, at: number, end: number): boolean {
  const code = text.charCodeAt(at);
  if (!isAsciiUpper(code)) return false;
  const before = text.charCodeAt(at - 1);
  if (isAsciiLower(before)) return true;
  return isAsciiUpper(before) && at + 1 < end && isAsciiLower(text.charCodeAt(at + 1));
}

/**
 * An identifier is kept whole, as written. Hyphens are written or left out as people like, so what they hold together is
 * a word without them, too: `BCL-2` is found as Bcl2, an `e-mail` as email; longer chains without a digit
 * (`state-of-the-art`) are only their words.
 */
export function emitCompound(text: string, start: number, end: number, emit: TermSink): void {
  if (end - start > MAX_WHOLE) return;
  let [hyphens, otherSigns, hasDigit, hasIdentifierSign] = [0, 0, false, false];
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === HYPHEN) hyphens++;
    else if (OTHER_JOINERS.has(code)) otherSigns++;
    hasDigit ||= isAsciiDigit(code);
    hasIdentifierSign ||= IDENTIFIER_SIGNS.has(code);
  }
  const whole = text.slice(start, end);
  if (otherSigns === 0 && (hasDigit || hyphens === 1)) emit(stemOf(whole.replaceAll('-', '')), start, end);
  if (hasDigit || hasIdentifierSign) emit(whole.normalize('NFKC').toLowerCase(), start, end);
}

/** `168条` is another article than the 168 of `168号`. */
export function emitCounted(text: string, start: number, end: number, emit: TermSink): void {
  emit(text.slice(start, end).normalize('NFKC'), start, end);
}

const HYPHEN = 0x2d;
const IDENTIFIER_SIGNS = new Set([...'_./:@#\\'].map((char) => char.charCodeAt(0)));
const OTHER_JOINERS = new Set([...IDENTIFIER_SIGNS, ...[...'+&~'].map((char) => char.charCodeAt(0))]);

const segmenter = new Intl.Segmenter('ja', { granularity: 'word' });

/** Words of the segmenter, bigrams without pure hiragana, unigrams. */
export function emitUnspaced(text: string, start: number, end: number, emit: TermSink): void {
  const run = text.slice(start, end);
  const folded = run.normalize('NFKC').toLowerCase();
  const written = folded.length === run.length ? undefined : writtenPlaces(run, folded);
  const place = (term: string, from: number, to: number) =>
    written
      ? emit(term, start + (written.starts[from] ?? 0), start + (written.ends[to - 1] ?? run.length))
      : emit(term, start + from, start + to);
  for (const { segment, index, isWordLike } of segmenter.segment(folded)) {
    if (isWordLike && isContentWord(segment)) place(segment, index, index + segment.length);
  }
  emitCharacters(folded, place);
}

/** A sign with the marks behind it, which normalising joins to it: `ﾊﾞ` is `バ`. */
const CLUSTER = /.[\uff9e\uff9f\p{M}]*/gsu;

/**
 * Where each unit of a run was written before normalising changed its length. Where that cannot be told sign by sign,
 * everything stands for the whole run.
 */
function writtenPlaces(
  run: string,
  folded: string,
): { readonly starts: readonly number[]; readonly ends: readonly number[] } {
  const [starts, ends]: [number[], number[]] = [[], []];
  let joined = '';
  for (const { 0: cluster, index } of run.matchAll(CLUSTER)) {
    const normal = cluster.normalize('NFKC').toLowerCase();
    joined += normal;
    for (let unit = 0; unit < normal.length; unit++) {
      starts.push(index);
      ends.push(index + cluster.length);
    }
  }
  return joined === folded ? { starts, ends } : { starts: [], ends: [] };
}

function isContentWord(segment: string): boolean {
  return !JAPANESE_FUNCTION_WORDS.has(segment) && !(segment.length === 1 && isHiragana(segment));
}

function emitCharacters(run: string, place: TermSink): void {
  let previous = '';
  let at = 0;
  for (const char of run) {
    place(UNIGRAM + char, at, at + char.length);
    const pair = previous + char;
    if (previous !== '' && !isHiragana(pair)) place(BIGRAM + pair, at - previous.length, at + char.length);
    previous = char;
    at += char.length;
  }
}
