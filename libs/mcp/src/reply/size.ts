import { cutAt } from '../untrusted/clean.ts';

/** Bytes of UTF-8 to a token. Tokenisers of today need fewer tokens than this gives: see the test. */
const BYTES_PER_TOKEN = 3;

/** What every reply stays below. */
export const MAX_REPLY_TOKENS = 9_500;

/** An upper estimate of the tokens of a value as compact JSON. */
export function tokensOf(value: unknown): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(value)) / BYTES_PER_TOKEN);
}

/** As much of the text's beginning as fits, cut between words where it can; a cut is shown by "…". */
export function fitText(text: string, maxTokens: number): string {
  if (tokensOf(text) <= maxTokens) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tokensOf(`${text.slice(0, middle)}…`) <= maxTokens) low = middle;
    else high = middle - 1;
  }
  const cut = cutAt(text, low);
  const blank = cut.lastIndexOf(' ');
  return `${blank > cut.length * 0.6 ? cut.slice(0, blank) : cut}…`;
}

/** As many of the first items as fit together. */
export function fitItems<T>(items: readonly T[], maxTokens: number): readonly T[] {
  let left = maxTokens;
  for (const [index, item] of items.entries()) {
    left -= tokensOf(item) + 1;
    if (left < 0) return items.slice(0, index);
  }
  return items;
}
