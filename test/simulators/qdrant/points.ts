import type { Collection, PointId, Stored } from './collection.ts';
import { compile } from './filter.ts';
import type { Filter } from './filter.ts';
import { idOf } from './ids.ts';
import type { Payload } from './payload.ts';
import type { Problems } from './problems.ts';
import { badFormat, LeftOut } from './refusal.ts';
import { fitted, readVectors } from './vectors.ts';

export type Body = Readonly<Record<string, unknown>>;

export interface NewPoint {
  readonly id: PointId;
  /** Not yet compared with what the collection holds. */
  readonly vectors: ReadonlyMap<string, Stored>;
  readonly payload: Payload;
}

/** @param where the place of the body in a larger one, as messages name it */
export function readPoints(body: Body, where: string, problems: Problems): NewPoint[] {
  if (body['batch']) return readColumns(body['batch'] as Body, where, problems);
  if (!('points' in body)) throw badFormat('Invalid PointInsertOperations format');
  const points = body['points'];
  if (!Array.isArray(points)) throw badFormat('invalid type: map, expected a sequence');
  return (points as Body[]).map((point, at) => {
    if (!('id' in point)) throw badFormat('missing field `id`');
    const id = idOf(point['id']);
    if (!('vector' in point)) throw badFormat('missing field `vector`');
    const place = `${where}points[${at}].vector`;
    const vectors = readVectors(point['vector'], problems, {
      unnamed: place,
      named: () => `${place}.?`,
    });
    return { id, vectors, payload: payloadOf(point['payload']) };
  });
}

function readColumns(batch: Body, where: string, problems: Problems): NewPoint[] {
  const ids = batch['ids'] as unknown[];
  const vectors = batch['vectors'];
  const payloads = (batch['payloads'] ?? []) as (Payload | null)[];
  return ids.map((id, at) => {
    const own = Array.isArray(vectors)
      ? (vectors as unknown[])[at]
      : Object.fromEntries(
          Object.entries(vectors as Record<string, unknown[]>).map(([name, list]) => [name, list[at]]),
        );
    const place = `${where}batch.?[${at}]`;
    return {
      id: idOf(id),
      vectors: readVectors(own, problems, { unnamed: place, named: () => place }),
      payload: payloadOf(payloads[at]),
    };
  });
}

/** New vectors of points that are there. */
export function readChanges(
  body: Body,
  where: string,
  problems: Problems,
): { readonly id: PointId; readonly vectors: ReadonlyMap<string, Stored> }[] {
  return (body['points'] as Body[]).map((point, at) => ({
    id: idOf(point['id']),
    vectors: readVectors(point['vector'], problems, {
      unnamed: `${where}points[${at}]`,
      named: (place) => `${where}points[${at}].?[${place}]`,
    }),
  }));
}

function payloadOf(value: unknown): Payload {
  if (value === undefined || value === null) return {};
  if (Array.isArray(value)) throw badFormat('invalid type: sequence, expected a map');
  if (typeof value !== 'object')
    throw badFormat(`invalid type: ${typeof value} ${JSON.stringify(value)}, expected a map`);
  return value as Payload;
}

/** All of them before any is stored, so that one wrong point leaves nothing of its request. */
export function fittedAll(collection: Collection, vectors: ReadonlyMap<string, Stored>): Map<string, Stored> {
  return new Map([...vectors].map(([name, vector]) => [name, fitted(collection, name, vector)]));
}

export interface Selection {
  readonly filter?: Filter;
  readonly ids: readonly PointId[];
}

/** Points named by id or filter; a filter wins, and an empty one means every point. */
export function readSelection(collection: Collection, body: Body, where: string): Selection {
  const { filter, points } = body as { filter?: Filter | null; points?: unknown[] | null };
  if (filter !== undefined && filter !== null) {
    compile(filter, collection, `${where}filter`);
    return { filter, ids: [] };
  }
  return { ids: (points ?? []).map(idOf) };
}

/** @throws LeftOut for bodies that send points to shards of their own */
export function checkShardKey(body: Body): void {
  if (body['shard_key'] !== undefined && body['shard_key'] !== null) throw new LeftOut('shard keys');
}
