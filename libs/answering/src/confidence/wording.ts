const WIDE = /[\u3040-\u30ff\u3400-\u9fff]/u;
/** Characters of unspaced text that are looked for together. */
const GRAM = 4;

/** Neighbouring words of a question, or short runs of characters where words are not spaced. */
export function orderedPairs(question: string): string[] {
  const folded = fold(question);
  if (WIDE.test(question)) {
    const letters = folded.replace(/[^\p{L}\p{N}]/gu, '');
    return Array.from({ length: Math.max(0, letters.length - GRAM + 1) }, (_, at) =>
      letters.slice(at, at + GRAM),
    );
  }
  const words = wordsOf(question);
  return words.slice(1).map((word, at) => ` ${words[at]} ${word} `);
}

/** Share of them that stand together in the text, 0 to 1. */
export function pairsHeld(pairs: readonly string[], text: string): number {
  if (pairs.length === 0) return 0;
  const folded = fold(text);
  const flat = pairs[0]?.startsWith(' ')
    ? ` ${(folded.match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `
    : folded.replace(/[^\p{L}\p{N}]/gu, '');
  return pairs.filter((pair) => flat.includes(pair)).length / pairs.length;
}

/** Letters that tell a word from others well enough where its ending differs. */
const BEGINNING = 4;
/** Shorter words mean little, and a long one does not mean ever more. */
const LETTERS = { least: 3, most: 6 };

/** Share of a question's words, longer ones counting more, with which a word of the text begins alike; 0 to 1. */
export function beginningsHeld(question: string, text: string): number {
  const there = new Set(wordsOf(text).map((word) => word.slice(0, BEGINNING)));
  let [held, all] = [0, 0];
  for (const word of new Set(wordsOf(question))) {
    if (word.length < LETTERS.least) continue;
    const weight = Math.min(LETTERS.most, word.length);
    all += weight;
    if (there.has(word.slice(0, BEGINNING))) held += weight;
  }
  return all === 0 ? 0 : held / all;
}

/** Runs of characters of the words of a text, their edges included. */
export function gramsOf(text: string): ReadonlySet<string> {
  const grams = new Set<string>();
  for (const word of new Set(wordsOf(text))) for (const gram of gramsOfWord(word)) grams.add(gram);
  return grams;
}

/** Of a shorter word nothing can be said. */
const LEAST_GRAMS = 3;

/** 0 to .5: how far beyond a half a word is made of these. */
export function resemblance(word: string, grams: ReadonlySet<string>): number {
  const own = gramsOfWord(word);
  if (own.length < LEAST_GRAMS) return 0;
  return Math.max(0, own.filter((gram) => grams.has(gram)).length / own.length - 0.5);
}

function gramsOfWord(word: string): string[] {
  const edged = `#${word}#`;
  return Array.from({ length: Math.max(0, edged.length - GRAM + 1) }, (_, at) => edged.slice(at, at + GRAM));
}

function wordsOf(text: string): readonly string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
