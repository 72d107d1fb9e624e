import type { DocumentId } from '@fumikura/model';
import type { Damage, IndexedVersion } from '@fumikura/ports';
import type { Schemas } from '@qdrant/js-client-rest';
import type { Call } from './client.ts';
import type { Condition, Filter } from './filter.ts';
import { pagesOf } from './requests.ts';

const PAGE = 1_000;

/** All points of a collection, or those that meet the conditions. */
export async function countPoints(
  call: Call,
  collection: string,
  must: readonly Condition[],
): Promise<number> {
  const body = JSON.stringify({ exact: true, ...allOf(must) });
  const counted = await call((_, send) => send('POST', `/collections/${collection}/points/count`, body));
  return (counted as Schemas['CountResult']).count;
}

/** Versions that a collection holds, page by page; the chunks of one may come on several pages. */
export async function* heldVersions(
  call: Call,
  collection: string,
  must: readonly Condition[],
  signal: AbortSignal,
): AsyncGenerator<readonly IndexedVersion[]> {
  const wanted = { limit: PAGE, with_payload: ['doc', 'ver', 'acl_id', 'acl_ver', 'chunks'], ...allOf(must) };
  for await (const { points } of pagesOf({ call, collection }, wanted, signal)) yield points.map(versionOf);
}

function allOf([first, ...rest]: readonly Condition[]): { readonly filter?: Filter } {
  return first ? { filter: { must: [first, ...rest] } } : {};
}

/** One entry a version. */
export function joined(parts: Iterable<IndexedVersion>): IndexedVersion[] {
  const versions = new Map<string, IndexedVersion>();
  for (const part of parts) {
    const key = JSON.stringify([part.documentId, part.version]);
    const known = versions.get(key);
    versions.set(key, known ? together(known, part) : part);
  }
  return [...versions.values()];
}

/** The oldest readers of its chunks: a change that reached only some of them is done again. */
function together(a: IndexedVersion, b: IndexedVersion): IndexedVersion {
  const { aclId, aclVersion } = a.aclVersion <= b.aclVersion ? a : b;
  return { ...b, aclId, aclVersion, chunks: a.chunks + b.chunks };
}

function versionOf({ payload }: Pick<Schemas['Record'], 'payload'>): IndexedVersion {
  const { doc, ver, acl_id: aclId, acl_ver: aclVersion, chunks } = (payload ?? {}) as Record<string, never>;
  return {
    documentId: doc ?? '',
    version: ver ?? -1,
    aclId: aclId ?? -1,
    aclVersion: aclVersion ?? -1,
    chunks: 1,
    stated: chunks ?? 0,
  };
}

/** Documents that stand in several versions, or lack chunks. Memory: one entry a version. */
export async function damagesAmong(
  pages: AsyncIterable<readonly IndexedVersion[]>,
): Promise<readonly Damage[]> {
  const seen = new Map<DocumentId, Map<number, { chunks: number; stated: number }>>();
  for await (const page of pages)
    for (const { documentId, version, chunks, stated } of page) {
      const versions = seen.get(documentId) ?? new Map<number, { chunks: number; stated: number }>();
      const known = versions.get(version)?.chunks ?? 0;
      seen.set(documentId, versions.set(version, { chunks: known + chunks, stated }));
    }
  const remedy = 'Run "fumi index check --repair".';
  return [...seen].flatMap(([id, versions]): Damage[] => [
    ...(versions.size > 1 ? [{ what: `${id} is there in ${versions.size} versions`, remedy }] : []),
    ...[...versions.values()]
      .filter(({ chunks, stated }) => chunks !== stated)
      .map(({ chunks, stated }) => ({ what: `${id} has ${chunks} chunks instead of ${stated}`, remedy })),
  ]);
}
