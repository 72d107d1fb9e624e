import type { DocumentId } from '@fumikura/model';
import type { Settlement, VersionedDocument } from '@fumikura/ports';
import type { Schemas } from '@qdrant/js-client-rest';
import { anyOf, below, equals } from './filter.ts';
import type { Filter } from './filter.ts';
import type { MakeBodies } from './making/bodies.ts';
import { pointId } from './points.ts';
import { setAcls } from './readers.ts';
import { change } from './requests.ts';
import type { Place } from './requests.ts';
import type { Averages } from './terms.ts';

export const WRITES_IN_FLIGHT = 2;
/** Documents named in one request of a clean-up. */
const DOCUMENTS_AT_ONCE = 100;
const IDS_AT_ONCE = 500;

export interface Target extends Place {
  readonly averages: Averages;
  readonly hasVectors: boolean;
}

/** How versions become requests, and how many of those are on their way. */
export interface Writer {
  readonly make: MakeBodies;
  /** Runs a request when there is room for it: `WRITES_IN_FLIGHT` of all writes of this process. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Writes versions beside those that are there. @returns terms that share their number with another one */
export async function writeVersions(
  target: Target,
  writes: readonly VersionedDocument[],
  { make, inTurn }: Writer,
): Promise<number> {
  const kept = await keptVectors(target, writes);
  const bodies = make({
    averages: target.averages,
    writes: writes.map((write) => ({ write, kept: kept.get(write) ?? new Map() })),
  });
  let collisions = 0;
  // A body is asked for when there is somebody to send it: while the server takes one, the next one is made.
  const senders = Array.from({ length: WRITES_IN_FLIGHT }, async () => {
    for (let next = await bodies.next(); !next.done; next = await bodies.next()) {
      const { bytes, collisions: own } = next.value;
      collisions += own;
      await inTurn(() => change(target, '', bytes, 'PUT'));
      // Given back at once: left to itself a megabyte outside the heap stays until somebody looks for garbage in it.
      bytes.buffer.transfer(0);
    }
  });
  try {
    await Promise.all(senders);
  } finally {
    await bodies.return();
    // Whoever takes back what failed must not be overtaken by what was still on its way.
    await Promise.allSettled(senders);
  }
  return collisions;
}

/** Versions that are no longer wanted, and acl_ids that changed; harmless to do again, in any order. */
export async function settleAll(
  target: Target,
  settlements: readonly Settlement[],
  changedAtOnce?: number,
): Promise<void> {
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
  await setAcls(target, moved, changedAtOnce);
}

async function deleteWhere(target: Target, filters: readonly Filter[]): Promise<void> {
  for (let at = 0; at < filters.length; at += DOCUMENTS_AT_ONCE) {
    const condition = anyOf(filters.slice(at, at + DOCUMENTS_AT_ONCE));
    if (!condition) return;
    await change(target, '/delete', { filter: { must: [condition] } satisfies Filter });
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
    const records = (await call((_, send) =>
      send('POST', `/collections/${collection}/points`, body),
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
