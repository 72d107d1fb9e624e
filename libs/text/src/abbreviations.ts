/** A short form that a text explains: "Service Level Agreement (SLA)". */
export interface Abbreviation {
  /** Capitals, two to eight. */
  readonly short: string;
  /** Lower case, single blanks. */
  readonly long: string;
}

const SHORT = /\(([A-Z]{2,8})s?\)/gu;
/** UTF-16 units in front of the bracket that may hold the words. */
const LOOK_BACK = 160;
/** Have no letter in the short form, mostly: "Terms of Service (TOS)", "Point of Sale (POS)", "Research and Development (RD)". */
const SMALL_WORDS = new Set(['of', 'and', 'for', 'the', 'in', 'on', 'to', 'a', 'an']);
/** Looked at in one text, and learned of it. */
const MOST_SEEN = 2_000;
const MOST = 200;

/** Short forms whose letters begin the words in front of them, each once. Linear in the length of the text. */
export function abbreviationsOf(text: string): Abbreviation[] {
  const found = new Map<string, Abbreviation>();
  let seen = 0;
  for (const match of text.matchAll(SHORT)) {
    const short = match[1] ?? '';
    const long = wordsFor(short, text.slice(Math.max(0, match.index - LOOK_BACK), match.index));
    if (long !== undefined) found.set(`${short} ${long}`, { short, long });
    if (++seen >= MOST_SEEN || found.size >= MOST) break;
  }
  return [...found.values()];
}

/** Backwards, a word for each letter; small words may stand in between. */
function wordsFor(short: string, before: string): string | undefined {
  const words = before.toLowerCase().match(/\p{L}[\p{L}\p{N}'’]*/gu) ?? [];
  const letters = [...short.toLowerCase()];
  let at = words.length - 1;
  for (let letter = letters.length - 1; letter >= 0; at--) {
    const word = words[at];
    if (word === undefined) return undefined;
    if (word.startsWith(letters[letter] ?? '')) letter--;
    else if (!SMALL_WORDS.has(word)) return undefined;
  }
  return words.slice(at + 1).join(' ');
}
