import type { Collection } from './collection.ts';
import { conditionsOf } from './filter.ts';
import type { Condition, Filter } from './filter.ts';
import type { Json } from './payload.ts';
import type { Stored } from './collection.ts';
import { badRequest, LeftOut } from './refusal.ts';
import { isMulti, isSparse } from './vectors.ts';

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
    if ('phrase' in match) return ['text (with phrase_matching: true)'];
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
  const [match, { data_type: type, params = {} }] = [condition['match'] as object | undefined, index];
  if (match && 'phrase' in match) return type === 'text' && params['phrase_matching'] === true;
  if (match && type === 'integer' && params['lookup'] === false) return false;
  if (condition['range'] && type === 'integer' && params['range'] === false) return false;
  const types = typesFor(condition);
  return types.length === 0 || types.includes(type);
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
  const own = new Set(conditionsOf(filter, false));
  for (const condition of conditions) {
    const size =
      ((condition['match'] as Record<string, Json> | undefined)?.['any'] as Json[] | undefined)?.length ?? 0;
    const longest = strict['condition_max_size'];
    if (typeof longest === 'number' && size > longest)
      throw badRequest(
        `Condition size limit reached (${size} > ${longest}). Help: Reduce the size of your condition.`,
      );
    if (strict[kind] !== false || typeof condition['key'] !== 'string') continue;
    if (!own.has(condition)) throw new LeftOut('indexes of fields within nested conditions');
    if (indexFits(collection, condition)) continue;
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

export function checkUpdate(collection: Collection, points: number): void {
  checkLimit(collection, 'upsert_max_batchsize', points, 'update limit');
}

/** Lengths of the vectors of new points. */
export function checkVectors(
  collection: Collection,
  points: readonly { readonly vectors: ReadonlyMap<string, Stored> }[],
): void {
  const sparse = (collection.strict['sparse_config'] ?? {}) as Record<string, { max_length?: number }>;
  const multi = (collection.strict['multivector_config'] ?? {}) as Record<string, { max_vectors?: number }>;
  for (const { vectors } of points)
    for (const [name, vector] of vectors) {
      const [length, count] = [sparse[name]?.max_length, multi[name]?.max_vectors];
      if (isSparse(vector) && length !== undefined && vector.indices.length > length)
        throw badRequest(
          `Sparse vector '${name}' has a limit of ${length} indices, but ${vector.indices.length} were provided!`,
        );
      if (isMulti(vector) && count !== undefined && vector.length > count)
        throw badRequest(
          `Multivector '${name}' has a limit of ${count} vectors, but ${vector.length} were provided!`,
        );
    }
}

export function checkBatch(collection: Collection, searches: number): void {
  checkLimit(collection, 'search_max_batchsize', searches, 'search batch size');
}

export function checkTimeout(collection: Collection, timeout: number | undefined): void {
  checkLimit(collection, 'max_timeout', timeout, 'timeout');
}

interface Asked {
  readonly limit?: number | null;
  readonly params?: {
    readonly exact?: boolean;
    readonly hnsw_ef?: number;
    readonly quantization?: { readonly oversampling?: number };
  };
  readonly prefetch?: readonly Asked[] | Asked | null;
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

/** Vectors without a graph are looked at one by one, which strict mode may forbid; a tenant may have a graph of its own. */
export function checkGraph(
  collection: Collection,
  { query, using }: { readonly query?: unknown; readonly using?: string | null },
  filter: Filter | undefined,
): void {
  const name = using ?? '';
  if (collection.strict['search_allow_exact'] !== false || !collection.dense.has(name)) return;
  if (query === undefined || query === null) return;
  const { m, payload_m: ofTenants = m } = collection.graphOf(name);
  if (m !== 0) return;
  const ofTenant = conditionsOf(filter).some(
    ({ key }) => collection.indexes.get(String(key))?.params?.['is_tenant'] === true,
  );
  if (!ofTenant)
    throw badRequest(
      `Request is forbidden on '${name}' because global vector indexing is disabled (hnsw_config.m = 0). Help: Use tenant-specific filter, enable global vector indexing or enable strict mode \`search_allow_exact\` option`,
    );
  if (ofTenants === 0)
    throw badRequest(
      `Request is forbidden on '${name}' because vector indexing is disabled (hnsw_config.m = 0 and hnsw_config.payload_m = 0). Help: Enable vector indexing, use a prefetch query with indexed vectors or enable strict mode \`search_allow_exact\` option`,
    );
}
