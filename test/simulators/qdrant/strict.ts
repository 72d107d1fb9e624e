import type { Collection } from './collection.ts';
import { conditionsOf } from './filter.ts';
import type { Condition, Filter } from './filter.ts';
import type { Json } from './payload.ts';
import { badRequest } from './refusal.ts';

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** Which index types answer a condition, as the server names them. */
function typesFor(condition: Condition): string[] {
  const match = condition['match'] as Record<string, Json> | undefined;
  if (match) {
    const sample =
      match['value'] ??
      (match['any'] as Json[] | undefined)?.[0] ??
      (match['except'] as Json[] | undefined)?.[0];
    if ('text' in match) return ['text'];
    return typeof sample === 'number'
      ? ['integer']
      : typeof sample === 'boolean'
        ? ['bool']
        : UUID.test(String(sample))
          ? ['keyword', 'uuid']
          : ['keyword'];
  }
  const range = condition['range'] as Record<string, Json> | undefined;
  if (range)
    return Object.values(range).some((each) => typeof each === 'string')
      ? ['datetime']
      : ['integer', 'float'];
  return [];
}

function indexFits(collection: Collection, condition: Condition): boolean {
  const index = collection.indexes.get(condition['key'] as string);
  if (!index) return false;
  const types = typesFor(condition);
  return types.length === 0 || types.includes(index.data_type);
}

export function checkFilter(
  collection: Collection,
  filter: Filter | null | undefined,
  kind: 'unindexed_filtering_retrieve' | 'unindexed_filtering_update',
): void {
  const { strict } = collection;
  const conditions = conditionsOf(filter);
  const most = strict['filter_max_conditions'];
  if (typeof most === 'number' && conditions.length > most)
    throw badRequest(
      `Filter condition limit reached (${conditions.length} > ${most}). Help: Reduce the amount of conditions of your filter.`,
    );
  for (const condition of conditions) {
    const size =
      ((condition['match'] as Record<string, Json> | undefined)?.['any'] as Json[] | undefined)?.length ?? 0;
    const longest = strict['condition_max_size'];
    if (typeof longest === 'number' && size > longest)
      throw badRequest(
        `Condition size limit reached (${size} > ${longest}). Help: Reduce the size of your condition.`,
      );
    if (strict[kind] !== false || typeof condition['key'] !== 'string' || indexFits(collection, condition))
      continue;
    throw badRequest(
      `Index required but not found for "${condition['key']}" of one of the following types: [${typesFor(condition).join(', ')}]. Help: Create an index for this key or use a different filter.`,
    );
  }
}

function checkLimit(collection: Collection, name: string, value: unknown, shown: string): void {
  const most = collection.strict[name];
  if (typeof most === 'number' && typeof value === 'number' && value > most)
    throw badRequest(
      `Limit exceeded ${value} > ${most} for "${shown}". Help: Reduce the "${shown}" parameter to or below ${most}.`,
    );
}

export function checkUpsert(collection: Collection, points: number): void {
  checkLimit(collection, 'upsert_max_batchsize', points, 'upsert limit');
}

export function checkBatch(collection: Collection, searches: number): void {
  checkLimit(collection, 'search_max_batchsize', searches, 'search batch size');
}

export function checkTimeout(collection: Collection, timeout: number | undefined): void {
  checkLimit(collection, 'max_timeout', timeout, 'timeout');
}

interface Asked {
  readonly limit?: number;
  readonly params?: {
    readonly exact?: boolean;
    readonly hnsw_ef?: number;
    readonly quantization?: { readonly oversampling?: number };
  };
  readonly prefetch?: readonly Asked[] | Asked;
}

export function checkQuery(collection: Collection, request: Asked): void {
  checkLimit(collection, 'max_query_limit', request.limit, 'limit');
  if (collection.strict['search_allow_exact'] === false && request.params?.exact)
    throw badRequest('Exact search disabled!. Help: Set exact=false.');
  checkLimit(collection, 'search_max_hnsw_ef', request.params?.hnsw_ef, 'hnsw_ef');
  checkLimit(
    collection,
    'search_max_oversampling',
    request.params?.quantization?.oversampling,
    'oversampling',
  );
  for (const prefetch of [request.prefetch ?? []].flat() as Asked[]) checkQuery(collection, prefetch);
}
