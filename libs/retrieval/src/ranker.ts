import { toAppError } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import type { AccessFilter, Candidate, IndexFilter, SearchIndex, SearchRequest } from '@fumikura/ports';
import type { QueryTerms, TextConditions } from '@fumikura/text';
import { fuse } from './fusion.ts';
import type { FusionWeights, Ranked } from './fusion.ts';

/** Documents each side hands to fusion: below 200 the fused order begins to suffer (docs/retrieval.md). */
export const CANDIDATES = 200;

/**
 * A query as a vector; undefined when the model does not know the query's language, which leaves it to the words.
 * Rejects when there is none now, and keeps a time limit of its own.
 */
export type EmbedQuery = (
  query: string,
  language: string,
  signal: AbortSignal,
) => Promise<QueryVector | undefined>;

export interface QueryVector {
  readonly vector: Float32Array;
  readonly fingerprint: Fingerprint;
}

export interface RankerOptions {
  readonly index: SearchIndex;
  readonly embedQuery?: EmbedQuery;
  readonly fusion?: FusionWeights;
  /** Told of what made a query be answered by its words alone. */
  readonly onWithoutVectors?: (error: AppError) => void;
}

export interface Ranking {
  readonly ranked: readonly Ranked[];
  readonly indexVersion: number;
  /** As the index tells it; see SearchAnswer. */
  readonly rarity?: ReadonlyMap<string, number>;
  /** As of the index's answer, to ask later whether it still holds. */
  readonly mark?: string;
  readonly statistics?: string;
  /** There are more than these: whoever needs them asks for more depth. */
  readonly isCut?: boolean;
  /** What the index was asked; with a vector, vectors had their part in it. */
  readonly request: SearchRequest;
  /** Said to the asker: what is missing from this ranking. */
  readonly notices: readonly string[];
}

export interface RankedQuery {
  /** Empty for what was changed last, newest first. */
  readonly text: string;
  readonly terms: QueryTerms;
  readonly filter?: IndexFilter;
  readonly conditions?: TextConditions;
  /** Places that will be looked at; a cache keeps no deeper ones. */
  readonly depth?: number;
  /** See SearchRequest; a cache keeps none of these. */
  readonly statistics?: 'readable';
}

/** Retrieves and fuses: the whole ranking, before anything of a document is read. */
export type Ranker = (query: RankedQuery, access: AccessFilter, signal: AbortSignal) => Promise<Ranking>;

const WITHOUT_VECTORS = 'Ranked by words alone: meaning cannot be compared at the moment.';
const OTHER_MODEL =
  'Ranked by words alone: the index holds vectors of another model. Run "fumi sync", or restart what serves.';

export function createRanker({ index, embedQuery, fusion, onWithoutVectors }: RankerOptions): Ranker {
  const failed = (cause: unknown, signal: AbortSignal): void => {
    // Who asked no longer wants an answer, or the whole search is out of time: neither is the embedder's failure.
    if (signal.aborted) throw toAppError(signal.reason);
    onWithoutVectors?.(toAppError(cause));
  };
  return async (query, access, signal) => {
    const { text, terms } = query;
    const notices: string[] = [];
    const isQuestion = text !== '';
    const dense = await (isQuestion ? embedQuery : undefined)?.(text, terms.language, signal).catch(
      (cause: unknown) => {
        failed(cause, signal);
        notices.push(WITHOUT_VECTORS);
        return undefined;
      },
    );
    const request = requestOf(query, dense);
    const answer = await index.search(request, access, signal).catch((cause: unknown) => {
      if (!dense || toAppError(cause).code !== 'FINGERPRINT_MISMATCH') throw cause;
      failed(cause, signal);
      notices.push(OTHER_MODEL);
      return index.search(requestOf(query), access, signal);
    });
    if (answer.comparedAtMost !== undefined) notices.push(comparedAtMost(answer.comparedAtMost));
    return {
      ranked: isQuestion ? fuse(answer.candidates, fusion) : asAnswered(answer.candidates),
      indexVersion: answer.indexVersion,
      ...(answer.rarity && { rarity: answer.rarity }),
      ...(answer.mark !== undefined && { mark: answer.mark }),
      ...(answer.statistics !== undefined && { statistics: answer.statistics }),
      request,
      notices,
    };
  };
}

export function requestOf(
  { text, terms, filter, conditions, statistics }: RankedQuery,
  dense?: QueryVector,
): SearchRequest {
  return {
    ...(text !== '' && { lexical: { query: terms } }),
    ...(dense && { dense }),
    ...(filter && { filter }),
    ...(conditions && { conditions }),
    ...(statistics && { statistics }),
    candidates: CANDIDATES,
  };
}

function asAnswered(candidates: readonly Candidate[]): Ranked[] {
  return candidates.map((candidate) => ({ candidate, score: 0, parts: {} }));
}

function comparedAtMost(documents: number): string {
  return `Exact words were looked for in the ${documents} best documents alone; there were more. Add a word or a filter.`;
}
