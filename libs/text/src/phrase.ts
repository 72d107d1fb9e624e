import { BIGRAM, emitWord, UNIGRAM } from './analyser.ts';
import { CHARACTER, characterClass, isHiragana } from './characters.ts';
import { scanRuns } from './scan.ts';

/** Words that have to stand next to each other. */
export type Phrase = readonly string[];

/** The form in which texts are compared with phrases: NFKC and lower case. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Words as written but for case and width; signs between them do not matter. Empty for signs alone. */
export function phraseOf(text: string): Phrase {
  const folded = foldText(text);
  const words: string[] = [];
  let from = 0;
  for (let at = 0; at <= folded.length; at++) {
    if (at < folded.length && classOf(folded, at) !== CHARACTER.other) continue;
    if (at > from) words.push(folded.slice(from, at));
    from = at + 1;
  }
  return words;
}

/**
 * Where a phrase stands first in a folded text from `from` on: whole words, with nothing but signs and blanks between
 * them. Scripts without blanks have no word boundaries: there it may begin and end anywhere.
 */
export function findPhrase(
  folded: string,
  phrase: Phrase,
  from = 0,
): { readonly start: number; readonly end: number } | undefined {
  const [first] = phrase;
  if (first === undefined) return undefined;
  for (let start = folded.indexOf(first, from); start >= 0; start = folded.indexOf(first, start + 1)) {
    const end = isBoundary(folded, start) ? endOfPhrase(folded, phrase, start) : -1;
    if (end >= 0) return { start, end };
  }
  return undefined;
}

function endOfPhrase(folded: string, phrase: Phrase, start: number): number {
  let at = start;
  for (const [index, word] of phrase.entries()) {
    const before = at;
    if (index > 0) while (at < folded.length && classOf(folded, at) === CHARACTER.other) at++;
    if ((index > 0 && at === before) || !folded.startsWith(word, at)) return -1;
    at += word.length;
  }
  return isBoundary(folded, at) ? at : -1;
}

/** Terms that every text has in which the phrase stands: what an index can look for before any text is read. */
export function termsOfPhrase(text: string): string[] {
  const terms = new Set<string>();
  scanRuns(text, {
    word: (start, end) => {
      const term = firstTerm(text, start, end);
      if (term !== undefined) terms.add(term);
    },
    unspaced: (start, end) => addCharacters(text.slice(start, end), terms),
    counted: () => undefined,
    compound: () => undefined,
  });
  return [...terms];
}

/** Of a single word in a script with blanks; undefined for anything else, which is compared as a phrase. */
export function termOfWord(text: string): string | undefined {
  let term: string | undefined;
  let runs = 0;
  scanRuns(text, {
    word: (start, end) => {
      runs++;
      term = firstTerm(text, start, end);
    },
    unspaced: () => (runs += 2),
    counted: () => undefined,
    compound: () => undefined,
  });
  return runs === 1 ? term : undefined;
}

/** The word itself; behind it come the parts of `getUserById`. */
function firstTerm(text: string, start: number, end: number): string | undefined {
  let first: string | undefined;
  emitWord(text, start, end, (term) => (first ??= term));
  return first;
}

/** Pairs without pure hiragana are in the index, single characters always. */
function addCharacters(run: string, terms: Set<string>): void {
  const characters = [...foldText(run)];
  for (const [at, character] of characters.entries()) {
    const pair = character + (characters[at + 1] ?? '');
    const isPair = at + 1 < characters.length && !isHiragana(pair);
    terms.add(isPair ? BIGRAM + pair : UNIGRAM + character);
  }
}

function isBoundary(text: string, at: number): boolean {
  if (at === 0 || at >= text.length) return true;
  return !(classOf(text, at) === CHARACTER.word && classOf(text, at - 1) === CHARACTER.word);
}

/** Of the character that the unit at `at` belongs to. */
function classOf(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0xd800 || unit > 0xdfff) return characterClass(unit);
  return characterClass(text.codePointAt(unit >= 0xdc00 && at > 0 ? at - 1 : at) ?? unit);
}
