import { AppError, toAppError } from '@fumikura/errors';
import type { DocumentId, SourceId } from '@fumikura/model';
import type { Catalog, Connector } from '@fumikura/ports';
import { parentOf } from './documents.ts';
import type { IngestLimits } from './types.ts';

const PAGE = 1_000;

/**
 * Ids that are indexed and no longer exist, and ids that exist and are not indexed. Asks the source for all its ids and
 * compares; a listing that fails removes nothing.
 * @throws AppError CENSUS_FAILED (transient)
 */
export async function findRemoved(
  connector: Connector,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<{ gone: DocumentId[]; unread: DocumentId[]; indexed: number }> {
  const existing = await listAll(connector, signal);
  const ownerOf = (id: DocumentId) => parentOf(id) ?? connector.partOf?.(id) ?? id;
  const gone: DocumentId[] = [];
  const unread = new Set(existing);
  let indexed = 0;
  for await (const ids of indexedIds(catalog, connector.id)) {
    signal.throwIfAborted();
    indexed += ids.length;
    for (const id of ids) unread.delete(id);
    gone.push(...ids.filter((id) => !existing.has(id) && !existing.has(ownerOf(id))));
  }
  return { gone, unread: [...unread], indexed };
}

/** @throws AppError REMOVAL_GUARD (conflict) when the share is too large to be believed */
export function guardRemovals(source: SourceId, gone: number, indexed: number, limits: IngestLimits): void {
  if (indexed < limits.guardFrom || gone <= indexed * limits.maxRemovedShare) return;
  const what = `${gone} of ${indexed} documents of ${source} would be removed`;
  throw new AppError('REMOVAL_GUARD', 'conflict', what, {
    publicMessage: `${what}, more than ${limits.maxRemovedShare * 100} %. Nothing was removed. If that is right, run: fumi sync ${source} --allow-removals`,
    details: { gone, indexed },
  });
}

async function* indexedIds(catalog: Catalog, source: SourceId): AsyncGenerator<readonly DocumentId[]> {
  for (let after: DocumentId | undefined; ;) {
    const ids = await catalog.listIds(source, after, PAGE);
    if (ids.length > 0) yield ids;
    if (ids.length < PAGE) return;
    after = ids.at(-1);
  }
}

async function listAll(connector: Connector, signal: AbortSignal): Promise<Set<DocumentId>> {
  const existing = new Set<DocumentId>();
  try {
    for await (const ids of connector.listIds?.(signal) ?? []) for (const id of ids) existing.add(id);
  } catch (error) {
    if (signal.aborted) throw error;
    const cause = toAppError(error);
    throw new AppError('CENSUS_FAILED', 'transient', cause.message, {
      publicMessage: `The list of existing items could not be read completely, so nothing was removed. ${cause.publicMessage}`,
      cause,
    });
  }
  return existing;
}
