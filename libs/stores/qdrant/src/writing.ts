import { AppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import type { ConfirmedDocument, Settlement, VersionedDocument } from '@fumikura/ports';
import type { Schemas } from '@qdrant/js-client-rest';
import type { Call } from './client.ts';
import { anyOf, below, equals } from './filter.ts';
import type { Filter } from './filter.ts';
import { pointId, pointsOf } from './points.ts';
import type { Point } from './points.ts';
import type { Averages } from './terms.ts';
import { Vocabulary } from './vocabulary.ts';

/** Bytes of one write, about: larger ones are not faster. */
const WRITE_BYTES = 1_000_000;
const WRITES_IN_FLIGHT = 2;
const BYTES_OF_ENTRY = 28;
const BYTES_OF_FLOAT = 13;
const BYTES_OF_PAYLOAD = 400;
/** Documents named in one request of a clean-up. */
const DOCUMENTS_AT_ONCE = 100;
const IDS_AT_ONCE = 500;

export interface Target {
  readonly call: Call;
  readonly collection: string;
  readonly averages: Averages;
  readonly hasVectors: boolean;
}

/** Writes versions beside those that are there. @returns terms that share their number with another one */
export async function writeVersions(target: Target, writes: readonly VersionedDocument[]): Promise<number> {
  const kept = await keptVectors(target, writes);
  const vocabulary = new Vocabulary();
  let collisions = 0;
  function* points(): Generator<Point> {
    for (const write of writes) {
      const made = pointsOf(write, target.averages, kept.get(write) ?? new Map(), vocabulary);
      collisions += made.collisions;
      yield* made.points;
    }
  }
  // Made when there is room for them: while the server takes one batch, the next one is made.
  const batches = inBatches(points());
  const senders = Array.from({ length: WRITES_IN_FLIGHT }, async () => {
    // One that fails leaves its loop, which ends the batches for the others too.
    for (const batch of batches) await writePoints(target, batch);
  });
  try {
    await Promise.all(senders);
  } finally {
    // Whoever takes back what failed must not be overtaken by what was still on its way.
    await Promise.allSettled(senders);
  }
  return collisions;
}

export async function writePoints(
  { call, collection }: Pick<Target, 'call' | 'collection'>,
  points: readonly Point[],
): Promise<void> {
  const body = JSON.stringify({ points });
  const done = await call((_, post) => post(`/collections/${collection}/points?wait=true`, body, 'PUT'));
  requireCompleted(done as Schemas['UpdateResult']);
}

/** Versions that are no longer wanted, and acl_ids that changed; harmless to do again, in any order. */
export async function settleAll(target: Target, settlements: readonly Settlement[]): Promise<void> {
  const filters = settlements.flatMap(({ documentId, below: bound, version }): Filter[] => [
    ...(bound === undefined ? [] : [{ must: [equals('doc', documentId), below('ver', bound)] } as const]),
    ...(version === undefined
      ? []
      : [{ must: [equals('doc', documentId), equals('ver', version)] } as const]),
  ]);
  await deleteWhere(target, filters);
  const moved = settlements.flatMap(({ documentId, confirmed, isForced = false }) =>
    // A version carries the acl_id that it was written with; what came after it has a number of its own.
    confirmed && (isForced || confirmed.aclVersion !== confirmed.version)
      ? [{ documentId, confirmed, isForced }]
      : [],
  );
  await setAcls(target, moved);
}

export async function deleteWhere({ call, collection }: Target, filters: readonly Filter[]): Promise<void> {
  for (let at = 0; at < filters.length; at += DOCUMENTS_AT_ONCE) {
    const condition = anyOf(filters.slice(at, at + DOCUMENTS_AT_ONCE));
    if (!condition) return;
    const filter: Filter = { must: [condition] };
    const done = await call((client) =>
      client.delete(collection, { wait: true, filter: filter as unknown as Schemas['Filter'] }),
    );
    requireCompleted(done);
  }
}

/** A change that is older than what a chunk carries matches nothing; without a version it is of all versions. */
export async function setAcls(
  { call, collection }: Target,
  changes: readonly {
    readonly documentId: DocumentId;
    readonly isForced?: boolean;
    readonly confirmed: Pick<ConfirmedDocument, 'aclId' | 'aclVersion'> & { readonly version?: number };
  }[],
): Promise<void> {
  for (let at = 0; at < changes.length; at += DOCUMENTS_AT_ONCE) {
    const operations = changes
      .slice(at, at + DOCUMENTS_AT_ONCE)
      .map(({ documentId, isForced = false, confirmed: { aclId, aclVersion, version } }) => {
        const filter: Filter = {
          must: [
            equals('doc', documentId),
            ...(isForced ? [] : [below('acl_ver', aclVersion)]),
            ...(version === undefined ? [] : [equals('ver', version)]),
          ],
        };
        const payload = { acl_id: aclId, acl_ver: aclVersion };
        return { set_payload: { payload, filter: filter as unknown as Schemas['Filter'] } };
      });
    const done = await call((client) => client.batchUpdate(collection, { wait: true, operations }));
    for (const each of done) requireCompleted(each);
  }
}

/** Vectors of bodies that stay as they are, by write and ordinal. */
async function keptVectors(
  target: Target,
  writes: readonly VersionedDocument[],
): Promise<ReadonlyMap<VersionedDocument, Map<number, readonly number[]>>> {
  const kept = writes.filter(({ vectorsOf }) => vectorsOf !== undefined);
  const vectors = await readVectors(
    target,
    kept.map(({ document: { documentId, chunks }, vectorsOf: version = 0 }) => ({
      documentId,
      version,
      chunks: chunks.length,
    })),
  );
  return new Map(
    kept.map((write) => {
      const own = [...(vectors.get(write.document.documentId) ?? []).entries()];
      return [
        write,
        new Map(own.flatMap(([slot, each]) => (each ? [[slot, Array.from(each)] as const] : []))),
      ];
    }),
  );
}

/** By ordinal; undefined where a chunk has none. */
export async function readVectors(
  { call, collection, hasVectors }: Target,
  documents: readonly {
    readonly documentId: DocumentId;
    readonly version: number;
    readonly chunks: number;
  }[],
): Promise<ReadonlyMap<DocumentId, readonly (Float32Array | undefined)[]>> {
  const found = new Map(
    documents.map(({ documentId, chunks }) => [
      documentId,
      new Array<Float32Array | undefined>(chunks).fill(undefined),
    ]),
  );
  if (!hasVectors) return found;
  const wanted = documents.flatMap(({ documentId, version, chunks }) =>
    Array.from({ length: chunks }, (_, slot) => ({
      documentId,
      slot,
      id: pointId(documentId, version, slot),
    })),
  );
  for (let at = 0; at < wanted.length; at += IDS_AT_ONCE) {
    const part = new Map(wanted.slice(at, at + IDS_AT_ONCE).map((each) => [each.id, each]));
    const body = JSON.stringify({ ids: [...part.keys()], with_payload: false, with_vector: ['dense'] });
    const records = (await call((_, post) =>
      post(`/collections/${collection}/points`, body),
    )) as readonly Schemas['Record'][];
    for (const { id, vector } of records) {
      const known = part.get(String(id));
      const dense = (vector as { dense?: number[] } | null | undefined)?.dense;
      const vectors = known && found.get(known.documentId);
      if (vectors && dense) vectors[known.slot] = Float32Array.from(dense);
    }
  }
  return found;
}

function* inBatches(points: Iterable<Point>): Generator<readonly Point[]> {
  let batch: Point[] = [];
  let size = 0;
  for (const point of points) {
    const bytes = bytesOf(point);
    if (batch.length > 0 && size + bytes > WRITE_BYTES) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(point);
    size += bytes;
  }
  if (batch.length > 0) yield batch;
}

function bytesOf({ vector }: Point): number {
  return Object.values(vector).reduce(
    (sum, each) =>
      sum + ('indices' in each ? each.indices.length * BYTES_OF_ENTRY : each.length * BYTES_OF_FLOAT),
    BYTES_OF_PAYLOAD,
  );
}

/** A write whose wait ran out is answered like one that was done. */
export function requireCompleted({ status }: { readonly status: string }): void {
  if (status === 'completed') return;
  throw new AppError('STORE_UNREACHABLE', 'transient', `a write was only ${status}`, {
    publicMessage: 'The search index did not finish a write in time. Try again.',
  });
}
