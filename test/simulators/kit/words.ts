/** Words of a text as a search box cuts it. */
export function wordsOf(text: string): Set<string> {
  const segments = new Intl.Segmenter('ja', { granularity: 'word' }).segment(
    text.normalize('NFKC').toLowerCase(),
  );
  return new Set([...segments].flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : [])));
}

/** `a OR b` and `a b` as written in a query: what may hold, and whether all has to. */
export function parseWords(text: string): { readonly words: readonly string[]; readonly isAny: boolean } {
  const isAny = /\bOR\b/u.test(text);
  return { words: [...wordsOf(text.replace(/\bOR\b/gu, ' '))], isAny };
}

/** Those that hold any (or all) of the words, most of them first. */
export function found<T>(
  items: Iterable<T>,
  textOf: (item: T) => string,
  { words, isAny }: ReturnType<typeof parseWords>,
): T[] {
  return [...items]
    .map((item) => ({ item, held: heldBy(textOf(item), words) }))
    .filter(({ held }) => held > 0 && (isAny || held === words.length))
    .sort((a, b) => b.held - a.held)
    .map(({ item }) => item);
}

function heldBy(text: string, words: readonly string[]): number {
  const own = wordsOf(text);
  return words.filter((word) => own.has(word)).length;
}
