import { detectLanguage } from '@fumikura/text';
import type { QueryResult } from './evaluate.ts';
import { mean } from './metrics.ts';

export interface Slice {
  readonly name: string;
  readonly queries: number;
  readonly ndcg10: number;
}

/** `PROJ-123`, `getUserById`, `ERR_TIMEOUT`, `a.b.c`, `/etc/hosts`, `v1.2`. */
const IDENTIFIER = /\p{L}+[-_]\d|\d[-_]\p{L}|\p{Ll}\p{Lu}|\p{L}_\p{L}|\w\.\w|\/\w|\bv?\d+\.\d/u;
const FEW_WORDS = 4;
const MANY_WORDS = 12;

type QueryOf = Pick<QueryResult, 'text'>;

const SLICES: readonly (readonly [name: string, of: (query: QueryOf) => boolean])[] = [
  [`up to ${FEW_WORDS} words`, ({ text }) => words(text) <= FEW_WORDS],
  [
    `${FEW_WORDS + 1} to ${MANY_WORDS} words`,
    ({ text }) => words(text) > FEW_WORDS && words(text) <= MANY_WORDS,
  ],
  [`over ${MANY_WORDS} words`, ({ text }) => words(text) > MANY_WORDS],
  ['with identifiers', ({ text }) => IDENTIFIER.test(text)],
];

/** Kinds of queries by language, length and identifiers, as far as a collection has them; a query may be in several. */
export function slicesOf(queries: readonly QueryResult[]): Slice[] {
  const languages = [...new Set(queries.map(({ text }) => detectLanguage(text)))].sort();
  const byLanguage = languages.map(
    (language) => [`language ${language}`, ({ text }: QueryOf) => detectLanguage(text) === language] as const,
  );
  return [...byLanguage, ...SLICES].flatMap(([name, belongs]) => {
    const members = queries.filter(belongs);
    if (members.length === 0) return [];
    return [{ name, queries: members.length, ndcg10: mean(members.map(({ ndcg10 }) => ndcg10)) }];
  });
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

function words(text: string): number {
  let count = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) count++;
  return count;
}
