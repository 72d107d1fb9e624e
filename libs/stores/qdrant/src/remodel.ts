import type { Fingerprint } from '@fumikura/model';
import { isSame, requireFingerprint } from './check-vectors.ts';
import type { Call } from './client.ts';
import type { Filter } from './filter.ts';
import { countPoints } from './held-versions.ts';
import { CHANGED_AT_ONCE, change, pagesOf } from './requests.ts';
import { collectionName, createCollection, pointAlias, setShape, shapeOf } from './schema.ts';
import type { Layout, LiveCollection } from './schema.ts';

/** Points copied in one request. */
const COPIED_AT_ONCE = 200;
const WITH_VECTOR: Filter = { must: [{ has_vector: 'dense' }] };

interface Remodelled {
  readonly call: Call;
  readonly alias: string;
  readonly layout: Layout;
  readonly live: LiveCollection;
}

/**
 * Binds a collection to a model. One without vectors is made anew beside for another dimension, and the alias is led there.
 * @throws AppError FINGERPRINT_MISMATCH (config) while vectors of another model exist
 */
export async function bindModel(
  { call, alias, layout, live: { name, shape } }: Remodelled,
  fingerprint: Fingerprint,
): Promise<void> {
  const { fingerprint: bound, averages } = shape;
  if (bound && isSame(bound, fingerprint)) return;
  if (bound && (await countPoints(call, name, [{ has_vector: 'dense' }])) > 0)
    requireFingerprint(bound, fingerprint);
  const wanted = shapeOf(averages, fingerprint);
  if (bound?.dimension === fingerprint.dimension) {
    await setShape(call, name, wanted);
    return;
  }
  const generation = Number(/_(\d+)$/.exec(name)?.[1] ?? 0) + 1;
  const made = collectionName(alias, fingerprint, generation);
  await createCollection(call, made, wanted, layout);
  await copyPoints(call, name, made);
  await pointAlias(call, alias, made);
  await call((client) => client.deleteCollection(name));
}

/** Makes room for vectors of another model. */
export async function unbindModel(
  { call, live: { name, shape } }: Remodelled,
  fingerprint: Fingerprint,
): Promise<void> {
  const { fingerprint: bound } = shape;
  if (!bound || isSame(bound, fingerprint)) return;
  // Named first: from here on nobody compares with the vectors that are about to go.
  if (bound.dimension === fingerprint.dimension)
    await setShape(call, name, shapeOf(shape.averages, fingerprint));
  const place = { call, collection: name };
  for await (const { points } of pagesOf(place, { limit: CHANGED_AT_ONCE, filter: WITH_VECTOR }))
    if (points.length > 0)
      await change(place, '/vectors/delete', { points: points.map(({ id }) => id), vector: ['dense'] });
}

async function copyPoints(call: Call, from: string, to: string): Promise<void> {
  const wanted = { limit: COPIED_AT_ONCE, with_payload: true, with_vector: true };
  for await (const { points } of pagesOf({ call, collection: from }, wanted)) {
    const copies = points.map(({ id, payload, vector }) => ({ id, payload, vector }));
    if (copies.length > 0) await change({ call, collection: to }, '', { points: copies }, 'PUT');
  }
}
