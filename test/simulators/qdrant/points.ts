import type { Collection, Point, PointId, SparseVector, Stored } from './collection.ts';
import { compile } from './filter.ts';
import type { Filter } from './filter.ts';
import type { Json, Payload } from './payload.ts';
import { badFormat, badRequest, invalid, LeftOut, notFound, wrongInput } from './refusal.ts';
import { checkFilter, checkUpsert } from './strict.ts';

type Body = Readonly<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Ids as the server writes them: numbers, or UUIDs in lower case with hyphens. */
export function idOf(value: unknown): PointId {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) {
    if (!Number.isSafeInteger(value)) throw new LeftOut('ids above 2^53');
    return value;
  }
  if (typeof value === 'string') {
    const bare = value
      .toLowerCase()
      .replace(/^urn:uuid:/, '')
      .replace(/^\{(.*)\}$/, '$1');
    const text = /^[0-9a-f]{32}$/.test(bare)
      ? bare.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
      : bare;
    if (UUID.test(text)) return text;
  }
  const shown = value === null ? 'Unit' : String(value);
  throw badFormat(
    `value ${shown} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

interface NewPoint {
  readonly id: PointId;
  readonly vectors: ReadonlyMap<string, Stored>;
  readonly payload: Payload;
}

/** Parses everything before anything is stored, so that one wrong point leaves nothing of its request. */
function pointsOf(collection: Collection, body: Body): NewPoint[] {
  if (body['batch']) return batchOf(collection, body['batch'] as Body);
  if (!('points' in body)) throw badFormat('Invalid PointInsertOperations format');
  const points = body['points'];
  if (!Array.isArray(points)) throw badFormat('invalid type: map, expected a sequence');
  return (points as Body[]).map((point, at) => {
    if (!('id' in point)) throw badFormat('missing field `id`');
    const id = idOf(point['id']);
    if (!('vector' in point)) throw badFormat('missing field `vector`');
    return { id, vectors: vectorsOf(collection, point['vector'], at), payload: payloadOf(point['payload']) };
  });
}

function batchOf(collection: Collection, batch: Body): NewPoint[] {
  const ids = batch['ids'] as unknown[];
  const vectors = batch['vectors'] as unknown;
  const payloads = (batch['payloads'] ?? []) as (Payload | null)[];
  return ids.map((id, at) => {
    const own = Array.isArray(vectors)
      ? (vectors as unknown[])[at]
      : Object.fromEntries(
          Object.entries(vectors as Record<string, unknown[]>).map(([name, list]) => [name, list[at]]),
        );
    return { id: idOf(id), vectors: vectorsOf(collection, own, at), payload: payloadOf(payloads[at]) };
  });
}

function payloadOf(value: unknown): Payload {
  if (value === undefined || value === null) return {};
  if (Array.isArray(value)) throw badFormat('invalid type: sequence, expected a map');
  if (typeof value !== 'object')
    throw badFormat(`invalid type: ${typeof value} ${JSON.stringify(value)}, expected a map`);
  return value as Payload;
}

const noVector = () => badFormat('data did not match any variant of untagged enum VectorStruct');

function vectorsOf(collection: Collection, value: unknown, at: number): ReadonlyMap<string, Stored> {
  if (value === null || typeof value !== 'object') throw noVector();
  const named = Array.isArray(value) ? { '': value as unknown } : (value as Record<string, unknown>);
  const vectors = new Map<string, Stored>();
  for (const [name, vector] of Object.entries(named))
    vectors.set(name, vectorOf(collection, name, vector, at));
  return vectors;
}

function vectorOf(collection: Collection, name: string, value: unknown, at: number): Stored {
  const isDense = Array.isArray(value);
  if (isDense && Array.isArray((value as unknown[])[0])) throw new LeftOut('multivectors');
  if (!isDense && typeof value === 'object' && value !== null && ('text' in value || 'model' in value))
    throw new LeftOut('inference');
  const parsed = isDense ? denseOf(value as unknown[], at) : sparseOf(value, at);
  const size = collection.dense.get(name)?.size;
  const isSparse = collection.sparse.has(name);
  if (size === undefined && !isSparse) throw wrongInput(`Not existing vector name error: ${name}`);
  if (isDense === isSparse) throw wrongInput('Conversion between sparse and regular vectors failed');
  if (!(parsed instanceof Float32Array) || size === undefined) return parsed;
  if (parsed.length !== size)
    throw wrongInput(
      `Vector dimension error: expected dim: ${size}, got ${parsed.length}${name === '' ? '' : ` for vector '${name}'`}`,
    );
  return collection.dense.get(name)?.distance === 'Cosine' ? normalised(parsed) : parsed;
}

function denseOf(values: readonly unknown[], at: number): Float32Array {
  if (values.length === 0) throw invalid(`points[${at}].vector.?.vector: dense vector must not be empty`);
  if (values.some((each) => typeof each !== 'number')) throw noVector();
  if (values.includes(Infinity)) throw badFormat('number out of range');
  return Float32Array.from(values as number[]);
}

function sparseOf(value: unknown, at: number): SparseVector {
  const { indices, values } = (value ?? {}) as Partial<SparseVector>;
  const fits =
    Array.isArray(indices) &&
    Array.isArray(values) &&
    indices.every((each) => Number.isInteger(each) && each >= 0) &&
    values.every((each) => typeof each === 'number');
  if (!fits) throw noVector();
  if (new Set(indices).size !== indices.length)
    throw invalid(`points[${at}].vector.?.indices: Validation error: must be unique [{}]`);
  if (indices.length !== values.length)
    throw invalid(`points[${at}].vector.?.values: Validation error: must be the same length as indices [{}]`);
  const order = indices
    .map((index, place) => [index, values[place] as number] as const)
    .sort(([a], [b]) => a - b);
  return { indices: order.map(([index]) => index), values: order.map(([, each]) => Math.fround(each)) };
}

export function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, each) => sum + each * each, 0));
  return length === 0 ? vector : vector.map((each) => each / length);
}

/** Writes of one kind; each answers by the number it was given. */
export function apply(collection: Collection, operation: string, body: Body): void {
  const work = OPERATIONS[operation];
  if (!work) throw new LeftOut(`the operation ${operation}`);
  work(collection, body);
}

const OPERATIONS: Readonly<Record<string, (collection: Collection, body: Body) => void>> = {
  upsert: (collection, body) => {
    const mode = body['update_mode'] ?? 'upsert';
    if (!['upsert', 'insert_only', 'update_only'].includes(mode as string))
      throw badFormat(
        `unknown variant \`${String(mode)}\`, expected one of \`upsert\`, \`insert_only\`, \`update_only\``,
      );
    const points = pointsOf(collection, body);
    checkUpsert(collection, points.length);
    if (points.length === 0) throw badRequest('Empty update request');
    const mayReplace = compile(body['update_filter'] as Filter | undefined, collection, 'update_filter');
    collection.operation++;
    for (const { id, vectors, payload } of points) {
      const known = collection.points.get(id);
      if (known ? mode === 'insert_only' || !mayReplace(known) : mode === 'update_only') continue;
      collection.points.set(id, {
        id,
        payload: structuredClone(payload),
        vectors: new Map(vectors),
        version: collection.operation,
      });
    }
  },
  delete: (collection, body) => {
    if (!('points' in body) && !('filter' in body))
      throw badFormat('data did not match any variant of untagged enum PointsSelector');
    const ids = selected(collection, body, 'delete').map(({ id }) => id);
    collection.operation++;
    for (const id of ids) {
      const point = collection.points.get(id);
      if (point) collection.ghosts.push(point.vectors);
      collection.points.delete(id);
    }
  },
  set_payload: (collection, body) => {
    const { key, payload } = body as { key?: string | null; payload: Payload };
    changing(collection, body, (point) => {
      if (key === undefined || key === null) {
        point.payload = { ...point.payload, ...payload };
        return;
      }
      if (/[.[\]"]/.test(key)) throw new LeftOut('payload set within nested keys');
      const inner = point.payload[key];
      const before =
        typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Payload) : {};
      point.payload = { ...point.payload, [key]: { ...before, ...payload } };
    });
  },
  overwrite_payload: (collection, body) =>
    changing(collection, body, (point) => {
      point.payload = { ...(body['payload'] as Payload) };
    }),
  delete_payload: (collection, body) => {
    const keys = body['keys'] as string[];
    if (keys.some((key) => /[.[\]"]/.test(key))) throw new LeftOut('payload deleted within nested keys');
    changing(collection, body, (point) => {
      point.payload = Object.fromEntries(
        Object.entries(point.payload).filter(([key]) => !keys.includes(key)),
      );
    });
  },
  clear_payload: (collection, body) =>
    changing(collection, body, (point) => {
      point.payload = {};
    }),
  update_vectors: (collection, body) => {
    const points = (body['points'] as Body[]).map((point, at) => ({
      id: idOf(point['id']),
      vectors: vectorsOf(collection, point['vector'], at),
    }));
    if (points.length === 0) throw badRequest('Empty update request');
    const mayChange = compile(body['update_filter'] as Filter | undefined, collection, 'update_filter');
    collection.operation++;
    const absent: PointId[] = [];
    for (const { id, vectors } of points) {
      const known = collection.points.get(id);
      if (!known) absent.push(id);
      else if (mayChange(known)) {
        for (const [name, vector] of vectors) known.vectors.set(name, vector);
        known.version = collection.operation;
      }
    }
    if (absent[0] !== undefined) throw notFound(`No point with id ${absent[0]} found`);
  },
  delete_vectors: (collection, body) => {
    const names = body['vector'] as string[];
    const unknown = names.find((name) => !collection.dense.has(name) && !collection.sparse.has(name));
    if (unknown !== undefined) throw wrongInput(`Not existing vector name error: ${unknown}`);
    changing(collection, body, (point) => {
      for (const name of names) point.vectors.delete(name);
    });
  },
};

/** Points named by id or filter; a filter wins, and an empty one means every point. */
function selected(collection: Collection, body: Body, where: string): Point[] {
  const { filter, points } = body as { filter?: Filter; points?: unknown[] };
  if (filter !== undefined && filter !== null) {
    checkFilter(collection, filter, 'unindexed_filtering_update');
    return [...collection.points.values()].filter(compile(filter, collection, `${where}.filter`));
  }
  if (points?.length === 0) throw badRequest('Empty update request');
  return (points ?? []).flatMap((id) => collection.points.get(idOf(id)) ?? []);
}

/** Points that are there are changed even where another one that was named is not. */
function changing(collection: Collection, body: Body, change: (point: Point) => void): void {
  if (!body['points'] && !body['filter'])
    throw badFormat('Either list of point ids or filter must be provided');
  const points = selected(collection, body, 'set_payload');
  collection.operation++;
  for (const point of points) {
    change(point);
    point.version = collection.operation;
  }
  if (body['filter']) return;
  const absent = (body['points'] as unknown[]).map(idOf).find((id) => !collection.points.has(id));
  if (absent !== undefined) throw notFound(`No point with id ${absent} found`);
}

export function vectorJson(vector: Stored): Json {
  if (!(vector instanceof Float32Array)) return vector as unknown as Json;
  return Array.from(vector, (value) => (Number.isFinite(value) ? value : null));
}
