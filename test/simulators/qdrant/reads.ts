import type { Collection } from './collection.ts';
import { compile } from './filter.ts';
import type { Filter } from './filter.ts';
import { orderBy } from './order.ts';
import { select } from './payload.ts';
import type { Json, Selector } from './payload.ts';
import { idOf } from './points.ts';
import { badRequest, invalid, LeftOut, wrongInput } from './refusal.ts';
import { checkNames, query, vectorsJson } from './search.ts';
import type { QueryRequest } from './search.ts';
import { checkBatch, checkFilter } from './strict.ts';
import { whole } from './whole.ts';

type Body = Readonly<Record<string, unknown>>;

type Read = (collection: Collection, body: Body, random: () => number) => Json;

export const READS: Readonly<Record<string, Read>> = {
  'POST points': (collection, body) => {
    const {
      ids,
      with_payload: payload,
      with_vector,
      with_vectors: vector = with_vector,
    } = body as unknown as Retrieve;
    checkNames(collection, vector);
    const points = [...new Set(ids.map(idOf))].flatMap((id) => collection.points.get(id) ?? []);
    return points.map((point) => pointJson(point, payload, vector));
  },
  'POST points/count': (collection, body) => {
    const filter = body['filter'] as Filter | undefined;
    if (filter?.should && body['exact'] === false) throw new LeftOut('estimated counts of alternatives');
    checkFilter(collection, filter, 'unindexed_filtering_retrieve');
    return { count: [...collection.points.values()].filter(compile(filter, collection, 'filter')).length };
  },
  'POST points/scroll': scroll,
  'POST points/query': (collection, body, random) => query(collection, body as QueryRequest, random),
  'POST points/query/batch': (collection, body, random) => {
    const searches = body['searches'] as QueryRequest[];
    checkBatch(collection, searches.length);
    return searches.map((each) => query(collection, each, random));
  },
};

interface Retrieve {
  readonly ids: readonly unknown[];
  readonly with_payload?: Selector;
  readonly with_vector?: boolean | readonly string[];
  /** Another name of the same. */
  readonly with_vectors?: boolean | readonly string[];
}

function pointJson(
  point: Parameters<typeof vectorsJson>[0],
  payload: Selector | undefined,
  vector: Parameters<typeof vectorsJson>[1],
): Json {
  const selected = select(point.payload, payload);
  return { id: point.id, ...(selected && { payload: selected }), ...vectorsJson(point, vector) };
}

function scroll(collection: Collection, body: Body): Json {
  const {
    filter,
    limit = 10,
    offset,
    order_by: order,
    with_payload: payload = true,
    with_vector: vector,
  } = body as {
    filter?: Filter;
    limit?: number;
    offset?: unknown;
    order_by?: Parameters<typeof orderBy>[2];
    with_payload?: Selector;
    with_vector?: boolean | string[];
  };
  whole(limit);
  if (limit === 0) throw invalid('scroll_request.limit: value 0 invalid, must be 1 or larger');
  const most = collection.strict['max_query_limit'];
  if (typeof most === 'number' && limit > most)
    throw badRequest(
      `Limit exceeded ${limit} > ${most} for "limit". Help: Reduce the "limit" parameter to or below ${most}.`,
    );
  checkFilter(collection, filter, 'unindexed_filtering_retrieve');
  const fits = compile(filter, collection, 'scroll_request.filter');
  const points = collection.ordered().filter(fits);
  if (order !== undefined && order !== null) {
    if (offset !== undefined && offset !== null)
      throw wrongInput(
        "Cannot use an `offset` when using `order_by`. The alternative for paging is to use `order_by.start_from` and a filter to exclude the IDs that you've already seen for the `order_by.start_from` value",
      );
    const hits = orderBy(collection, points, order).slice(0, limit);
    return {
      points: hits.map(({ point, orderValue }) => ({
        ...(pointJson(point, payload, vector) as object),
        order_value: orderValue ?? 0,
      })) as Json,
      next_page_offset: null,
    };
  }
  const from = offset === undefined || offset === null ? undefined : idOf(offset);
  const start = from === undefined ? 0 : points.findIndex(({ id }) => !isBefore(id, from));
  const page = start < 0 ? [] : points.slice(start, start + limit);
  const next = start < 0 ? undefined : points[start + limit]?.id;
  return { points: page.map((point) => pointJson(point, payload, vector)), next_page_offset: next ?? null };
}

function isBefore(a: number | string, b: number | string): boolean {
  if (typeof a === 'number') return typeof b === 'number' ? a < b : true;
  return typeof b === 'number' ? false : a < b;
}
