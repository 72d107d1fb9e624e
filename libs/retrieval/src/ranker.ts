import type { Fingerprint } from '@fumikura/model';
import type { AccessFilter, IndexFilter, SearchIndex } from '@fumikura/ports';
import type { QueryTerms } from '@fumikura/text';
import { fuse } from './fusion.ts';
import type { FusionWeights, Ranked } from './fusion.ts';

/** Documents each side hands to fusion: below 200 the fused order begins to suffer (docs/retrieval.md). */
export const CANDIDATES = 200;

/** A query as a vector; undefined when the model does not know the query's language, which leaves it to the words. */
export type EmbedQuery = (
  query: string,
  language: string,
  signal: AbortSignal,
) => Promise<{ readonly vector: Float32Array; readonly fingerprint: Fingerprint } | undefined>;

export interface RankerOptions {
  readonly index: SearchIndex;
  readonly embedQuery?: EmbedQuery;
  readonly fusion?: FusionWeights;
}

/** Retrieves and fuses: the whole ranking, before anything of a document is read. */
export type Ranker = (
  query: { readonly text: string; readonly terms: QueryTerms; readonly filter?: IndexFilter },
  access: AccessFilter,
  signal: AbortSignal,
) => Promise<{ readonly ranked: readonly Ranked[]; readonly indexVersion: number }>;

export function createRanker({ index, embedQuery, fusion }: RankerOptions): Ranker {
  return async ({ text, terms, filter }, access, signal) => {
    const dense = await embedQuery?.(text, terms.language, signal);
    const answer = await index.search(
      {
        ...(terms.terms.length > 0 && { lexical: { query: terms } }),
        ...(dense && { dense }),
        ...(filter && { filter }),
        candidates: CANDIDATES,
      },
      access,
      signal,
    );
    return { ranked: fuse(answer.candidates, fusion), indexVersion: answer.indexVersion };
  };
}
