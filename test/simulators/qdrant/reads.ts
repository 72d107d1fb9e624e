import type { Point } from './collection.ts';
import { compile, expectedHits } from './filter.ts';
import type { Filter } from './filter.ts';
import { compareIds, idJson, idOf } from './ids.ts';
import { orderBy } from './order.ts';
import { select } from './payload.ts';
import type { Json, Selector } from './payload.ts';
import { checkShape } from './query-shape.ts';
import type { QueryRequest } from './query-shape.ts';
import { readCost } from './rate.ts';
import { badFormat, badRequest, invalid, wrongInput } from './refusal.ts';
import { checkNames, hitJson, search, vectorsJson } from './search.ts';
import type { Setting } from './search.ts';
import { checkBatch, checkFilter, checkQuery } from './strict.ts';
import { whole } from './whole.ts';

type Body = Readonly<Record<string, unknown>>;

type Read = (setting: Setting, body: Body) => Json;

export const READS: Readonly<Record<string, Read>> = {
  'POST points': retrieve,
  'POST points/count': count,
  'POST points/scroll': scroll,
  'POST points/query': (setting, body) => {
    check(setting, body as QueryRequest);
    return answered(setting, body as QueryRequest);
  },
  'POST points/query/batch': (setting, body) => {
    const searches = body['searches'] as QueryRequest[];
    checkBatch(setting.collection, searches.length);
    for (const each of searches) check(setting, each);
    return searches.map((each) => answered(setting, each));
  },
};

function check({ collection }: Setting, request: QueryRequest): void {
  checkShape(request);
  checkQuery(collection, request);
  checkNames(collection, request.with_vector);
}

function answered(setting: Setting, request: QueryRequest): Json {
  return { points: search(setting, request).map((hit) => hitJson(hit, request)) };
}

interface Retrieve {
  readonly ids: readonly unknown[];
  readonly with_payload?: Selector;
  readonly with_vector?: boolean | readonly string[];
  /** Another name of the same. */
  readonly with_vectors?: boolean | readonly string[];
}

function retrieve({ collection }: Setting, body: Body): Json {
  const {
    ids,
    with_payload: payload,
    with_vector,
    with_vectors: vector = with_vector,
  } = body as unknown as Retrieve;
  if (typeof ids === 'string')
    throw badFormat(`invalid type: string ${JSON.stringify(ids)}, expected a sequence`);
  const wanted = ids.map(idOf);
  checkNames(collection, vector);
  collection.rates.take(collection, 'read', wanted.length);
  const points = [...new Set(wanted)].flatMap((id) => collection.points.get(id) ?? []);
  return points.map((point) => pointJson(point, payload, vector));
}

function count({ collection }: Setting, body: Body): Json {
  const { filter, exact = true } = body as { filter?: Filter; exact?: unknown };
  if (typeof exact !== 'boolean')
    throw badFormat(`invalid type: string ${JSON.stringify(exact)}, expected a boolean`);
  const fits = compile(filter, collection, 'filter');
  checkFilter(collection, filter, 'unindexed_filtering_retrieve');
  collection.rates.take(collection, 'read', readCost(filter));
  if (!exact && filter?.should) return { count: expectedHits(collection, filter) };
  return { count: [...collection.points.values()].filter(fits).length };
}

function pointJson(point: Point, payload: Selector | undefined, vector: Retrieve['with_vector']): Json {
  const selected = select(point.payload, payload);
  return { id: idJson(point.id), ...(selected && { payload: selected }), ...vectorsJson(point, vector) };
}

interface Scroll {
  readonly filter?: Filter;
  readonly limit?: number | null;
  readonly offset?: unknown;
  readonly order_by?: Parameters<typeof orderBy>[2] | null;
  readonly with_payload?: Selector;
  readonly with_vector?: boolean | readonly string[];
}

function scroll({ collection }: Setting, body: Body): Json {
  const { filter, limit: asked, offset, order_by: order, with_payload = true, with_vector } = body as Scroll;
  whole(asked);
  const from = offset === undefined || offset === null ? undefined : idOf(offset);
  const limit = asked ?? 10;
  if (limit === 0) throw invalid('scroll_request.limit: value 0 invalid, must be 1 or larger');
  const fits = compile(filter, collection, 'scroll_request.filter');
  const most = collection.strict['max_query_limit'];
  if (typeof most === 'number' && limit > most)
    throw badRequest(
      `Limit exceeded ${limit} > ${most} for "limit". Help: Reduce the "limit" parameter to or below ${most}.`,
    );
  checkFilter(collection, filter, 'unindexed_filtering_retrieve');
  collection.rates.take(collection, 'read', readCost(filter));
  const points = collection.ordered().filter(fits);
  const shown = (point: Point) => pointJson(point, with_payload, with_vector);
  if (order !== undefined && order !== null) {
    if (from !== undefined)
      throw wrongInput(
        "Cannot use an `offset` when using `order_by`. The alternative for paging is to use `order_by.start_from` and a filter to exclude the IDs that you've already seen for the `order_by.start_from` value",
      );
    const hits = orderBy(collection, points, order).slice(0, limit);
    return {
      points: hits.map(({ point, orderValue }) => ({
        ...(shown(point) as object),
        order_value: orderValue ?? 0,
      })) as Json,
      next_page_offset: null,
    };
  }
  const start = from === undefined ? 0 : points.findIndex(({ id }) => compareIds(id, from) >= 0);
  const page = start < 0 ? [] : points.slice(start, start + limit);
  const next = start < 0 ? undefined : points[start + limit]?.id;
  return { points: page.map(shown), next_page_offset: next === undefined ? null : idJson(next) };
}
