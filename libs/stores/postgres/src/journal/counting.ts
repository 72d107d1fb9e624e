import type { DocumentId, SourceId } from '@fumikura/model';
import type { Before } from '../catalog/document-rows.ts';
import type { DocumentStore } from '../catalog/documents.ts';
import { FacetChanges } from '../catalog/facets.ts';
import type { SyncState } from '../catalog/sync-state.ts';
import type { Connection, Executor } from '../connection.ts';

interface CountedParts {
  readonly connection: Connection;
  readonly documents: DocumentStore;
  readonly sync: SyncState;
}

const PAGE = 2_000;

/** Sums of sources and their facets, by what stood in the place of what stands there now. */
export async function count(
  { connection, sync }: CountedParts,
  db: Executor,
  before: ReadonlyMap<DocumentId, Before>,
  after: ReadonlyMap<DocumentId, Before>,
): Promise<void> {
  const facets = new FacetChanges();
  const sums = new Map<SourceId, { documents: number; chunks: number }>();
  const add = ({ source, head, aclId, chunks }: Before, sign: 1 | -1) => {
    facets.add(source, head, aclId, sign);
    const sum = sums.get(source) ?? { documents: 0, chunks: 0 };
    sums.set(source, { documents: sum.documents + sign, chunks: sum.chunks + sign * chunks });
  };
  for (const each of before.values()) add(each, -1);
  for (const each of after.values()) add(each, 1);
  await facets.write(db, connection);
  for (const [source, { documents, chunks }] of sums)
    if (documents !== 0 || chunks !== 0) await sync.countIn(db, source, documents, chunks);
}

/** As if none of its documents were there. */
export async function shrinkFacets(
  { connection, documents }: Pick<CountedParts, 'connection' | 'documents'>,
  db: Executor,
  source: SourceId,
): Promise<void> {
  const facets = new FacetChanges();
  for (let after = ''; ;) {
    const ids = await documents.listIds(db, source, after, PAGE);
    for (const { head, aclId } of (await documents.before(db, ids)).values())
      facets.add(source, head, aclId, -1);
    after = ids.at(-1) ?? '';
    if (ids.length < PAGE) break;
  }
  await facets.write(db, connection);
}
