import type { Collection, Point } from './collection.ts';
import type { Hit } from './hit.ts';
import { compareIds } from './ids.ts';
import { elementsAt, timeOf } from './payload.ts';
import type { Json } from './payload.ts';
import { wrongInput } from './refusal.ts';

export type OrderBy =
  string | { readonly key: string; readonly direction?: 'asc' | 'desc'; readonly start_from?: Json };

/** A point stands once for each of its values. */
export function orderBy(collection: Collection, points: readonly Point[], order: OrderBy): Hit[] {
  const { key, direction = 'asc', start_from: from } = typeof order === 'string' ? { key: order } : order;
  const index = collection.indexes.get(key);
  const isRange =
    index && ['integer', 'float', 'datetime'].includes(index.data_type) && index.params?.['range'] !== false;
  if (!isRange)
    throw wrongInput(
      `No range index for \`order_by\` key: \`${key}\`. Please create one to use \`order_by\`. Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Range conditions`,
    );
  const valueOf = (value: Json) =>
    index.data_type === 'datetime' ? timeOf(value) : typeof value === 'number' ? value : undefined;
  const start = from === undefined || from === null ? undefined : (valueOf(from) ?? Number(from));
  const sign = direction === 'desc' ? -1 : 1;
  return points
    .flatMap((point) =>
      elementsAt(point.payload, key).flatMap((value) => {
        const orderValue = valueOf(value);
        return orderValue === undefined ? [] : [{ point: { ...point, version: 0 }, score: 1, orderValue }];
      }),
    )
    .filter(({ orderValue }) => start === undefined || sign * (orderValue - start) >= 0)
    .sort((a, b) => sign * (a.orderValue - b.orderValue || compareIds(a.point.id, b.point.id)));
}
