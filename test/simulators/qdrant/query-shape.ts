import type { Collection } from './collection.ts';
import { mergeFilters } from './filter.ts';
import type { Filter } from './filter.ts';
import type { Selector } from './payload.ts';
import { readCost } from './rate.ts';
import { badFormat, invalid } from './refusal.ts';
import { isMulti } from './vectors.ts';
import { whole } from './whole.ts';

export interface QueryRequest {
  readonly query?: unknown;
  readonly using?: string | null;
  readonly prefetch?: QueryRequest | readonly QueryRequest[] | null;
  readonly filter?: Filter | null;
  readonly limit?: number | null;
  readonly offset?: number | null;
  readonly score_threshold?: number | null;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly with_payload?: Selector;
  readonly with_vector?: boolean | readonly string[];
  readonly lookup_from?: { readonly collection: string; readonly vector?: string | null } | null;
}

const KINDS = [
  'nearest',
  'recommend',
  'discover',
  'context',
  'order_by',
  'fusion',
  'rrf',
  'formula',
  'sample',
  'relevance_feedback',
];

/** A query that is more than a vector or an id; empty for those. */
export function kindOf(asked: unknown): Readonly<Record<string, unknown>> {
  if (asked === null || typeof asked !== 'object' || Array.isArray(asked)) return {};
  const kind = asked as Readonly<Record<string, unknown>>;
  const isVector = 'indices' in kind && 'values' in kind;
  if (!isVector && !KINDS.some((name) => name in kind))
    throw badFormat('Expected some form of vector, id, or a type of query');
  return isVector ? {} : kind;
}

/** What the server refuses before it looks at the collection. */
export function checkShape(request: QueryRequest): void {
  const { limit, offset, params, score_threshold: least, with_payload: payload } = request;
  whole(limit);
  whole(offset);
  kindOf(request.query);
  if (limit === 0) throw invalid('internal.limit: value 0 invalid, must be 1 or larger');
  if (least !== undefined && least !== null && typeof least !== 'number')
    throw badFormat(`invalid type: string ${JSON.stringify(least)}, expected f32`);
  if (typeof payload === 'string')
    throw badFormat('Expected a boolean, an array of strings, or an object with an include/exclude field');
  if (params?.['hnsw_ef'] === 0)
    throw invalid('internal.params.hnsw_ef: value 0 invalid, must be 1 or larger');
  const oversampling = (params?.['quantization'] as { oversampling?: number } | undefined)?.oversampling;
  if (oversampling !== undefined && oversampling < 1)
    throw invalid(
      `internal.params.quantization.oversampling: value ${oversampling} invalid, must be 1.0 or larger`,
    );
}

/** Tokens that a search takes: of prefetches the sum, else one a vector that is compared and one a condition. */
export function readCostOf(collection: Collection, request: QueryRequest, inherited?: Filter): number {
  const filter = mergeFilters(inherited, request.filter ?? undefined);
  const prefetches = [request.prefetch ?? []].flat() as QueryRequest[];
  if (prefetches.length > 0)
    return prefetches.reduce((sum, each) => sum + readCostOf(collection, each, filter), 0);
  return readCost(filter, compared(collection, request));
}

function compared(collection: Collection, { query: asked, using }: QueryRequest): number {
  const kind = kindOf(asked);
  const { positive, negative, strategy } = (kind['recommend'] ?? {}) as Record<string, unknown[]>;
  if (strategy) return (positive?.length ?? 0) + (negative?.length ?? 0);
  const nearest = 'nearest' in kind ? kind['nearest'] : asked;
  if (Array.isArray(nearest) && Array.isArray((nearest as unknown[])[0])) return nearest.length;
  const named =
    typeof nearest === 'number' ? collection.points.get(nearest)?.vectors.get(using ?? '') : undefined;
  return named && isMulti(named) ? named.length : 1;
}
