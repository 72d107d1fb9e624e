import { AppError } from '@fumikura/errors';
import { analyseQuery, findPhrase, foldText, isStopWord, phraseOf, termOfWord } from '@fumikura/text';
import type { QueryTerm } from '@fumikura/text';

/** Of one file. */
const MOST_BYTES = 1_048_576;
const MOST_LINES = 10_000;
const MOST_ENTRIES = 20;
const MOST_CHARACTERS = 80;
/** Told of a file that is wrong all over. */
const MOST_PROBLEMS = 20;
/** Phrases looked for beside one query. */
const MOST_FOUND = 12;

/** Something looked for beside what was typed. */
export interface Expansion {
  /** As typed; absent where the documents' own explanation of an abbreviation does not say which one it was of. */
  readonly from?: string;
  readonly to: string;
  /** `spelling`: the same words in another of the ways in which Japanese is written. */
  readonly by: 'synonym' | 'abbreviation' | 'spelling';
}

/** Words and phrases that mean the same in one company. */
export interface Synonyms {
  /** What a query says in other words, in the order of the query, each once. Linear in the length of the query. */
  of(text: string): readonly Expansion[];
  readonly lines: number;
}

interface Entry {
  readonly text: string;
  readonly words: readonly string[];
  /** `IT` means something else than `it`. */
  readonly isAsWritten: boolean;
  readonly others: readonly string[];
}

export const NO_SYNONYMS: Synonyms = { of: () => [], lines: 0 };

/**
 * One group a line, separated by commas: each stands for all of the others; `a, b => c, d`: whoever writes a or b also
 * means c and d, and not the other way round. `#` begins a comment, empty lines do not count, UTF-8.
 * @param name of the file, for problems
 * @throws AppError SYNONYMS_INVALID (config), with each line that cannot be used
 */
export function parseSynonyms(text: string, name: string): Synonyms {
  const problems: string[] = [];
  const entries: Entry[] = [];
  if (Buffer.byteLength(text) > MOST_BYTES) throw invalid([`${name}: larger than ${MOST_BYTES} bytes`]);
  const lines = text.replace(/^\uFEFF/u, '').split(/\r?\n/u);
  if (lines.length > MOST_LINES)
    throw invalid([`${name}: ${lines.length} lines; at most ${MOST_LINES} are read`]);
  let used = 0;
  for (const [at, line] of lines.entries()) {
    const content = line.replace(/(^|\s)#.*$/u, '').trim();
    if (content === '') continue;
    const problem = readLine(content, entries);
    if (problem === undefined) used++;
    else problems.push(`${name}:${at + 1}: ${problem}`);
  }
  if (problems.length > 0) throw invalid(problems);
  return { of: finder(entries), lines: used };
}

/** @returns what is wrong with it */
function readLine(line: string, entries: Entry[]): string | undefined {
  const sides = line.split(/=>|⇒/u).map(entriesOf);
  const [left = [], right = left] = sides;
  const all = new Set([...left, ...right]);
  if (sides.length > 2) return 'more than one "=>"';
  if (left.length === 0 || right.length === 0) return 'nothing on one side of "=>"';
  if (all.size < 2) return 'only one entry; write at least two, separated by commas';
  if (all.size > MOST_ENTRIES) return `${all.size} entries; at most ${MOST_ENTRIES}`;
  for (const entry of all) {
    if ([...entry].length > MOST_CHARACTERS)
      return `"${entry.slice(0, 20)}…" is longer than ${MOST_CHARACTERS} characters`;
    if (phraseOf(entry).length === 0) return `"${entry}" has no letter and no digit`;
  }
  for (const text of left) {
    const others = right.filter((other) => other !== text);
    entries.push({ text, words: stemmed(text), isAsWritten: isOrdinaryInSmall(text), others });
  }
  return undefined;
}

function entriesOf(side: string): string[] {
  return [
    ...new Set(
      side
        .split(/[,，、]/u)
        .map((entry) => entry.trim().replace(/\s+/gu, ' '))
        .filter((entry) => entry !== ''),
    ),
  ];
}

function isOrdinaryInSmall(text: string): boolean {
  return /^\p{Lu}{2,}$/u.test(text) && isStopWord(text.toLowerCase());
}

/** `VPNs` are several of them; no stemmer knows a word without vowels. */
const SEVERAL = /(?<![\p{L}\p{N}])(\p{Lu}{2,8})s(?![\p{L}\p{N}])/gu;

/** Words in the form in which the index knows them, so that `laptops` is said by `laptop`. */
function stemmed(text: string): string[] {
  return phraseOf(text.replace(SEVERAL, '$1')).map((word) => termOfWord(word) ?? word);
}

/** Entries are found by the two characters they begin with: a query is compared with few, however long the file is. */
function finder(entries: readonly Entry[]): Synonyms['of'] {
  const byStart = Map.groupBy(entries, ({ words: [first = ''] }) => first.slice(0, 2));
  return (text) => {
    const folded = stemmed(text).join(' ');
    const near = new Set<Entry>();
    for (let at = 0; at < folded.length; at++)
      for (const length of [1, 2])
        for (const entry of byStart.get(folded.slice(at, at + length)) ?? []) near.add(entry);
    const said = [...near].filter((entry) => isSaid(entry, folded, text));
    return expansionsOf(said, text);
  };
}

function isSaid({ words, isAsWritten, text }: Entry, folded: string, typed: string): boolean {
  if (isAsWritten && !typed.split(/[^\p{L}\p{N}]+/u).includes(text)) return false;
  return findPhrase(folded, words) !== undefined;
}

function expansionsOf(said: readonly Entry[], text: string): Expansion[] {
  const typed = foldText(text);
  const found = new Map<string, Expansion>();
  for (const { text: from, others } of said)
    for (const to of others) {
      const key = foldText(to);
      if (!found.has(key) && !findPhrase(typed, phraseOf(to))) found.set(key, { from, to, by: 'synonym' });
    }
  return [...found.values()].slice(0, MOST_FOUND);
}

function invalid(problems: readonly string[]): AppError {
  const shown = problems.slice(0, MOST_PROBLEMS);
  if (problems.length > shown.length) shown.push(`… and ${problems.length - shown.length} more`);
  const text = shown.join('\n');
  return new AppError('SYNONYMS_INVALID', 'config', text, {
    publicMessage: `The file of synonyms cannot be used:\n${text}`,
  });
}

/** Of a word of a phrase that was added, against one that was typed; measured in docs/retrieval.md. */
const PHRASE_WEIGHT = 0.3;
/** A single word with the same meaning carries all of it. */
const WORD_WEIGHT = 0.6;

/** Terms of expansions, those typed left out. */
export function termsOf(expansions: readonly Expansion[], typed: readonly QueryTerm[]): QueryTerm[] {
  const known = new Set(typed.map(({ term }) => term));
  const added: QueryTerm[] = [];
  for (const { to, by } of expansions) {
    const { terms } = analyseQuery(to);
    const words = terms.filter((term) => term.class === 'word').length;
    const isSame = by === 'spelling' || (by === 'synonym' && words <= 1);
    const count = isSame ? WORD_WEIGHT : PHRASE_WEIGHT;
    for (const term of terms) {
      if (known.has(term.term)) continue;
      known.add(term.term);
      added.push({ ...term, count });
    }
  }
  return added;
}

/** Words that expansions are of, in any of their forms. */
export function wordsMeant(expansions: readonly Expansion[]): (word: string) => boolean {
  const meant = new Set(expansions.flatMap(({ from = '' }) => stemmed(from)));
  return (word) => meant.has(termOfWord(word) ?? word);
}
