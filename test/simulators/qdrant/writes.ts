import type { Collection, Point, PointId } from './collection.ts';
import { compile } from './filter.ts';
import type { Filter } from './filter.ts';
import { assigned, removed } from './payload.ts';
import type { Payload } from './payload.ts';
import { checkShardKey, fittedAll, readChanges, readPoints, readSelection } from './points.ts';
import type { Body, Selection } from './points.ts';
import { Problems } from './problems.ts';
import { checkQuotas } from './quota.ts';
import { writeCost } from './rate.ts';
import { badFormat, badRequest, LeftOut, notFound, wrongInput } from './refusal.ts';
import { checkFilter, checkUpdate, checkUpsert, checkVectors } from './strict.ts';

/** Done to a collection that the body was read for. */
type Work = () => void;
type Reader = (collection: Collection, body: Body, where: string, problems: Problems) => Work;

/** One write. */
export function write(collection: Collection, kind: string, body: Body): void {
  const problems = new Problems();
  const work = reader(kind)(collection, body, '', problems);
  problems.raise();
  work();
}

/** Several: all of them are read first, and each is done as far as it comes. */
export function writeAll<T>(
  collection: Collection,
  operations: readonly Readonly<Record<string, Body>>[],
  done: () => T,
): T[] {
  const problems = new Problems();
  const works = operations.map((operation, at) => {
    const [[kind, own] = ['', {}]] = Object.entries(operation);
    const body: Body = Array.isArray(own) ? { points: own } : own;
    return reader(kind)(collection, body, `operations[${at}].${kind}.`, problems);
  });
  problems.raise();
  return works.map((work) => {
    work();
    return done();
  });
}

function reader(kind: string): Reader {
  const found = READERS[kind];
  if (found) return found;
  throw new LeftOut(`the operation ${kind}`);
}

const READERS: Readonly<Record<string, Reader>> = {
  upsert: (collection, body, where, problems) => {
    checkShardKey(body);
    const mode = body['update_mode'] ?? 'upsert';
    if (!['upsert', 'insert_only', 'update_only'].includes(mode as string))
      throw badFormat(
        `unknown variant \`${String(mode)}\`, expected one of \`upsert\`, \`insert_only\`, \`update_only\``,
      );
    const points = readPoints(body, where, problems);
    const filter = body['update_filter'] as Filter | undefined;
    const mayReplace = compile(filter, collection, `${where}update_filter`);
    return () => {
      checkUpsert(collection, points.length);
      checkVectors(collection, points);
      checkQuotas(collection);
      collection.rates.take(collection, 'write', points.length);
      if (points.length === 0) throw badRequest('Empty update request');
      const fitting = points.map((point) => ({ ...point, vectors: fittedAll(collection, point.vectors) }));
      collection.operation++;
      for (const { id, vectors, payload } of fitting) {
        const known = collection.points.get(id);
        if (known ? mode === 'insert_only' || !mayReplace(known) : mode === 'update_only') continue;
        collection.sizes.wrotePayload(payload);
        const version = collection.operation;
        collection.points.set(id, { id, payload: structuredClone(payload), vectors, version });
      }
    };
  },
  delete: (collection, body, where) => {
    checkShardKey(body);
    if (!('points' in body) && !('filter' in body))
      throw badFormat('data did not match any variant of untagged enum PointsSelector');
    const selection = readSelection(collection, body, where);
    return () => {
      const points = selected(collection, selection);
      collection.operation++;
      for (const { id, vectors } of points) {
        collection.ghosts.push(vectors);
        collection.points.delete(id);
      }
    };
  },
  set_payload: (collection, body, where) => {
    const { key, payload } = body as { key?: string | null; payload: Payload };
    return changing(collection, body, where, (point) => {
      point.payload = assigned(point.payload, key ?? undefined, payload);
    });
  },
  overwrite_payload: (collection, body, where) =>
    changing(collection, body, where, (point) => {
      point.payload = { ...(body['payload'] as Payload) };
    }),
  delete_payload: (collection, body, where) => {
    const keys = body['keys'] as string[];
    return changing(collection, body, where, (point) => {
      point.payload = removed(point.payload, keys);
    });
  },
  clear_payload: (collection, body, where) =>
    changing(collection, body, where, (point) => {
      point.payload = {};
    }),
  update_vectors: (collection, body, where, problems) => {
    const points = readChanges(body, where, problems);
    const filter = body['update_filter'] as Filter | undefined;
    const mayChange = compile(filter, collection, `${where}update_filter`);
    return () => {
      checkUpdate(collection, points.length);
      checkVectors(collection, points);
      collection.rates.take(collection, 'write', points.length);
      if (points.length === 0) throw badRequest('Empty update request');
      const fitting = points.map(({ id, vectors }) => ({ id, vectors: fittedAll(collection, vectors) }));
      collection.operation++;
      for (const { id, vectors } of fitting) {
        const known = collection.points.get(id);
        if (!known || !mayChange(known)) continue;
        for (const [name, vector] of vectors) known.vectors.set(name, vector);
        known.version = collection.operation;
      }
      requireAll(
        collection,
        points.map(({ id }) => id),
      );
    };
  },
  delete_vectors: (collection, body, where) => {
    const names = body['vector'] as string[];
    const change = changing(collection, body, where, (point) => {
      for (const name of names) point.vectors.delete(name);
    });
    return () => {
      const unknown = names.find((name) => !collection.dense.has(name) && !collection.sparse.has(name));
      if (unknown !== undefined) throw wrongInput(`Not existing vector name error: ${unknown}`);
      change();
    };
  },
};

function selected(collection: Collection, { filter, ids }: Selection): Point[] {
  if (filter) checkFilter(collection, filter, 'unindexed_filtering_update');
  if (collection.isLimited('write'))
    collection.rates.take(collection, 'write', writeCost(collection, filter ? { filter } : { points: ids }));
  if (filter) return [...collection.points.values()].filter(compile(filter, collection, 'filter'));
  if (ids.length === 0) throw badRequest('Empty update request');
  return ids.flatMap((id) => collection.points.get(id) ?? []);
}

/** Points that are there are changed even where another one that was named is not. */
function changing(collection: Collection, body: Body, where: string, change: (point: Point) => void): Work {
  if (!body['points'] && !body['filter'])
    throw badFormat('Either list of point ids or filter must be provided');
  checkShardKey(body);
  const selection = readSelection(collection, body, where);
  return () => {
    const points = selected(collection, selection);
    collection.operation++;
    for (const point of points) {
      change(point);
      point.version = collection.operation;
      collection.sizes.wrotePayload(point.payload);
    }
    requireAll(collection, selection.ids);
  };
}

function requireAll(collection: Collection, ids: readonly PointId[]): void {
  const absent = ids.find((id) => !collection.points.has(id));
  if (absent !== undefined) throw notFound(`No point with id ${absent} found`);
}
