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
  const words = folded.match(/[\p{L}\p{N}]+/gu) ?? [];
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

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
