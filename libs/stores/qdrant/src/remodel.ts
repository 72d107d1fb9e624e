import type { Fingerprint } from '@fumikura/model';
import type { Schemas } from '@qdrant/js-client-rest';
import { isSame, requireFingerprint } from './check-vectors.ts';
import type { Call } from './client.ts';
import { countPoints } from './held-versions.ts';
import type { Point } from './points.ts';
import { collectionName, createCollection, pointAlias, setShape, shapeOf } from './schema.ts';
import type { Layout, LiveCollection } from './schema.ts';
import { requireCompleted, writePoints } from './writing.ts';

/** Points copied in one request. */
const COPIED_AT_ONCE = 200;

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
  const filter = { must: [{ has_vector: 'dense' }] } as unknown as Schemas['Filter'];
  requireCompleted(
    await call((client) => client.deleteVectors(name, { wait: true, filter, vector: ['dense'] })),
  );
}

async function copyPoints(call: Call, from: string, to: string): Promise<void> {
  let offset: string | number | undefined;
  do {
    const after = offset;
    const page = await call((client) =>
      client.scroll(from, {
        limit: COPIED_AT_ONCE,
        with_payload: true,
        with_vector: true,
        ...(after !== undefined && { offset: after }),
      }),
    );
    const points = page.points.map(
      ({ id, payload, vector }) => ({ id, payload, vector }) as unknown as Point,
    );
    if (points.length > 0) await writePoints({ call, collection: to }, points);
    offset = (page.next_page_offset as string | number | null | undefined) ?? undefined;
  } while (offset !== undefined);
}
