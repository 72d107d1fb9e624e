import type { Collection, Point, PointId, SparseVector, Stored } from './collection.ts';
import { compile, mergeFilters } from './filter.ts';
import type { Filter } from './filter.ts';
import { fuse, fusionOf } from './fusion.ts';
import type { Hit } from './hit.ts';
import { orderBy } from './order.ts';
import type { OrderBy } from './order.ts';
import { select } from './payload.ts';
import type { Json, Selector } from './payload.ts';
import { idOf, normalised, vectorJson } from './points.ts';
import { badFormat, badRequest, invalid, LeftOut, notFound, wrongInput } from './refusal.ts';
import { frequencies, sparseHits } from './sparse.ts';
import { checkFilter, checkQuery } from './strict.ts';
import { whole } from './whole.ts';

export interface QueryRequest {
  readonly query?: unknown;
  readonly using?: string;
  readonly prefetch?: QueryRequest | readonly QueryRequest[];
  readonly filter?: Filter | null;
  readonly limit?: number;
  readonly offset?: number;
  readonly score_threshold?: number;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly with_payload?: Selector;
  readonly with_vector?: boolean | readonly string[];
}

const DEFAULT_LIMIT = 10;

/** Answers of `points/query`; equal scores come in another order each time, as they do from the server. */
export function query(collection: Collection, request: QueryRequest, shuffle: () => number): Json {
  checkShape(request);
  checkQuery(collection, request);
  checkNames(collection, request.with_vector);
  const hits = run(collection, request, undefined, shuffle, true);
  return { points: hits.map((hit) => hitJson(hit, request)) };
}

/** @throws Refusal when a vector is asked for that the collection does not have */
export function checkNames(collection: Collection, wanted: boolean | readonly string[] | undefined): void {
  const names = Array.isArray(wanted) ? (wanted as string[]) : [];
  const unknown = names.find((name) => !collection.dense.has(name) && !collection.sparse.has(name));
  if (unknown !== undefined) throw wrongInput(`Not existing vector name error: ${unknown}`);
}

function hitJson({ point, score, orderValue }: Hit, { with_payload, with_vector }: QueryRequest): Json {
  const payload = select(point.payload, with_payload);
  return {
    id: point.id,
    version: point.version,
    score: Number.isFinite(score) ? Math.fround(score) : null,
    ...(payload && { payload }),
    ...vectorsJson(point, with_vector),
    ...(orderValue !== undefined && { order_value: orderValue }),
  };
}

export function vectorsJson(
  point: Point,
  wanted: boolean | readonly string[] | undefined,
): { vector?: Json } {
  if (!wanted) return {};
  const names =
    wanted === true ? [...point.vectors.keys()] : wanted.filter((name) => point.vectors.has(name));
  const unnamed = point.vectors.get('');
  if (unnamed && names.includes('') && point.vectors.size === 1) return { vector: vectorJson(unnamed) };
  return {
    vector: Object.fromEntries(names.map((name) => [name, vectorJson(point.vectors.get(name) as Stored)])),
  };
}

/** `inherited` is the filter of the levels above. */
function run(
  collection: Collection,
  request: QueryRequest,
  inherited: Filter | undefined,
  shuffle: () => number,
  isRoot: boolean,
): Hit[] {
  if ('lookup_from' in request) throw new LeftOut('vectors looked up in another collection');
  const own = request.filter ?? undefined;
  checkFilter(collection, own, 'unindexed_filtering_retrieve');
  const filter = mergeFilters(inherited, own);
  const limit = request.limit ?? DEFAULT_LIMIT;
  const offset = isRoot ? (request.offset ?? 0) : 0;
  const prefetches = [request.prefetch ?? []].flat() as QueryRequest[];
  const lists = prefetches.map((each) => run(collection, each, filter, shuffle, false));
  // With prefetches the filter has done its work in them and is not applied again.
  const candidates =
    lists.length > 0
      ? [...new Set(lists.flat().map(({ point }) => point))]
      : collection.ordered().filter(compile(filter, collection, 'internal.filter'));
  const hits = ranked(collection, request, candidates, lists, shuffle);
  return hits.slice(offset, offset + limit);
}

function ranked(
  collection: Collection,
  request: QueryRequest,
  candidates: readonly Point[],
  lists: readonly (readonly Hit[])[],
  shuffle: () => number,
): Hit[] {
  const { query: asked } = request;
  if (asked === undefined || asked === null) {
    if (lists.length > 0) throw new LeftOut('prefetches without a query over them');
    if (request.score_threshold !== undefined && request.score_threshold !== null)
      throw badRequest(
        "A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
      );
    return candidates.map((point) => ({ point: { ...point, version: 0 }, score: 1 }));
  }
  const kind = typeof asked === 'object' && !Array.isArray(asked) ? (asked as Record<string, unknown>) : {};
  if ('order_by' in kind && typeof request.score_threshold === 'number')
    throw badRequest("Can't use score_threshold with an order_by query.");
  if ('order_by' in kind) return orderBy(collection, candidates, kind['order_by'] as OrderBy);
  const fused = fusionOf(kind);
  if (fused) {
    if (lists.length === 0) throw new LeftOut('a fusion without prefetches');
    if (request.using !== undefined && request.using !== null)
      throw new LeftOut('a fusion that names a vector');
    return threshold(sorted(fuse(lists, fused), true, shuffle), request, true);
  }
  for (const name of ['recommend', 'discover', 'context', 'sample', 'formula', 'mmr', 'relevance_feedback'])
    if (name in kind) throw new LeftOut(`queries by ${name}`);
  const vector = 'nearest' in kind ? kind['nearest'] : asked;
  return nearest(collection, request, vector, candidates, shuffle);
}

function nearest(
  collection: Collection,
  request: QueryRequest,
  vector: unknown,
  candidates: readonly Point[],
  shuffle: () => number,
): Hit[] {
  const name = request.using ?? '';
  const dense = collection.dense.get(name);
  const sparse = collection.sparse.get(name);
  const { vector: wanted, except } = wantedVector(collection, vector, name);
  if (!dense && !sparse) throw wrongInput(`Not existing vector name error: ${name}`);
  const others = candidates.filter(({ id, vectors }) => id !== except && vectors.has(name));
  if (sparse) {
    if (wanted instanceof Float32Array)
      throw wrongInput('Conversion between sparse and regular vectors failed');
    if (request.params?.['idf'] !== undefined && sparse.modifier !== 'idf')
      throw wrongInput(
        `Validation failed: search param \`idf\` requires a sparse vector with the \`idf\` modifier, which vector "${name}" is not`,
      );
    const idf = sparse.modifier === 'idf' ? frequencies(collection, name, request.params) : undefined;
    return threshold(sorted(sparseHits(others, name, wanted, idf), true, shuffle), request, true);
  }
  if (!(wanted instanceof Float32Array))
    throw wrongInput('Conversion between sparse and regular vectors failed');
  if (wanted.length !== dense?.size)
    throw wrongInput(`Vector dimension error: expected dim: ${dense?.size}, got ${wanted.length}`);
  const rescore = (request.params?.['quantization'] as { rescore?: boolean } | undefined)?.rescore;
  if (rescore === false && JSON.stringify(collection.config).includes('"binary"'))
    throw new LeftOut('scores of binary vectors');
  const isDistance = dense.distance === 'Euclid' || dense.distance === 'Manhattan';
  const against = dense.distance === 'Cosine' ? normalised(wanted) : wanted;
  const hits = others.map((point) => ({
    point,
    score: compare(against, point.vectors.get(name) as Float32Array, dense.distance),
  }));
  return threshold(sorted(hits, !isDistance, shuffle), request, !isDistance);
}

function wantedVector(
  collection: Collection,
  value: unknown,
  name: string,
): { readonly vector: Stored; readonly except?: PointId } {
  if (typeof value === 'number' || typeof value === 'string') {
    if (typeof value === 'string' && !/^[0-9a-f-]{32,36}$/i.test(value))
      throw badFormat('Expected some form of vector, id, or a type of query');
    const id = idOf(value);
    const point = collection.points.get(id);
    if (!point) throw notFound(`No point with id ${id} found`);
    const vector = point.vectors.get(name);
    if (!vector) throw notFound(`Vector with name "${name}" for point not found`);
    return { vector, except: id };
  }
  if (Array.isArray(value)) {
    if (Array.isArray((value as unknown[])[0]))
      throw wrongInput('Conversion between multi and regular vectors failed');
    return { vector: Float32Array.from(value as number[]) };
  }
  const { indices, values } = (value ?? {}) as Partial<SparseVector>;
  if (indices && new Set(indices).size !== indices.length)
    throw invalid('internal.query.indices: Validation error: must be unique [{}]');
  if (indices && values && indices.length !== values.length)
    throw invalid('internal.query.values: Validation error: must be the same length as indices [{}]');
  const isSparse =
    Array.isArray(indices) &&
    Array.isArray(values) &&
    indices.every((each) => Number.isInteger(each) && each >= 0 && each < 2 ** 32);
  if (!isSparse) throw badFormat('Expected some form of vector, id, or a type of query');
  return { vector: { indices, values } };
}

function compare(a: Float32Array, b: Float32Array, distance: string): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] as number, b[at] as number];
    if (distance === 'Euclid') sum += (x - y) ** 2;
    else if (distance === 'Manhattan') sum += Math.abs(x - y);
    else sum += x * y;
  }
  return distance === 'Euclid' ? Math.sqrt(sum) : sum;
}

function threshold(hits: Hit[], { score_threshold: least }: QueryRequest, isHigherBetter: boolean): Hit[] {
  if (least === undefined || least === null) return hits;
  const bound = Math.fround(least);
  return hits.filter(({ score }) =>
    isHigherBetter ? Math.fround(score) > bound : Math.fround(score) < bound,
  );
}

/** Not-a-number stands first, as it does on the server; equal scores in any order. */
function sorted(hits: readonly Hit[], isHigherBetter: boolean, shuffle: () => number): Hit[] {
  const keyed = hits.map((hit) => ({ hit, key: shuffle(), score: Math.fround(hit.score) }));
  keyed.sort((a, b) => {
    if (Number.isNaN(a.score) || Number.isNaN(b.score))
      return Number(Number.isNaN(b.score)) - Number(Number.isNaN(a.score));
    return (isHigherBetter ? b.score - a.score : a.score - b.score) || a.key - b.key;
  });
  return keyed.map(({ hit }) => hit);
}

/** What the server refuses before it looks at the collection. */
function checkShape(request: QueryRequest): void {
  const { limit, offset, params, score_threshold: least, with_payload: payload } = request;
  whole(limit);
  whole(offset);
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
