import { AppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import type { ConfirmedDocument, Settlement, VersionedDocument } from '@fumikura/ports';
import type { Schemas } from '@qdrant/js-client-rest';
import type { Call } from './client.ts';
import { anyOf, below, equals } from './filter.ts';
import type { Filter } from './filter.ts';
import type { MakeBodies } from './making/bodies.ts';
import { pointId } from './points.ts';
import type { Averages } from './terms.ts';

export const WRITES_IN_FLIGHT = 2;
/** Documents named in one request of a clean-up. */
const DOCUMENTS_AT_ONCE = 100;
const IDS_AT_ONCE = 500;

export interface Target {
  readonly call: Call;
  readonly collection: string;
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
      await inTurn(() => putPoints(target, bytes));
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

export async function writePoints(
  target: Pick<Target, 'call' | 'collection'>,
  points: readonly unknown[],
): Promise<void> {
  await putPoints(target, JSON.stringify({ points }));
}

async function putPoints(
  { call, collection }: Pick<Target, 'call' | 'collection'>,
  body: string | Uint8Array,
): Promise<void> {
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

/** A write whose wait ran out is answered like one that was done. */
export function requireCompleted({ status }: { readonly status: string }): void {
  if (status === 'completed') return;
  throw new AppError('STORE_UNREACHABLE', 'transient', `a write was only ${status}`, {
    publicMessage: 'The search index did not finish a write in time. Try again.',
  });
}
