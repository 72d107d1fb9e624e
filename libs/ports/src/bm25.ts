import { isNumbered } from '@fumikura/text';

/** How much a text's length counts against it, 0 to 1; in titles less. */
export const BM25_LENGTH = { text: 0.75, title: 0.5 } as const;

const K1 = 1.2;
const K1_NUMBERED = 0.3;

/** How slowly repetitions of a term stop adding to its score. Every index scores with the same, so that all rank alike. */
export function saturationOf(term: string): number {
  return isNumbered(term) ? K1_NUMBERED : K1;
}
