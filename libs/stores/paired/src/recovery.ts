import type { CatalogJournal, VersionedIndex } from '@fumikura/ports';

const AT_ONCE = 500;

/**
 * Settles in the index what the catalog has noted, until nothing is left or nothing moves any more.
 * @returns how many notes were settled
 */
export async function settleNotes(
  journal: CatalogJournal,
  index: VersionedIndex,
  of: Parameters<CatalogJournal['unsettled']>[0],
  signal?: AbortSignal,
): Promise<number> {
  let settled = 0;
  const seen = new Set<string>();
  while (!signal?.aborted) {
    const notes = await journal.unsettled(of, AT_ONCE);
    const fresh = notes.filter(({ documentId, note }) => !seen.has(`${note} ${documentId}`));
    if (fresh.length === 0) break;
    await index.settle(fresh);
    await journal.settled(fresh);
    for (const { documentId, note } of fresh) seen.add(`${note} ${documentId}`);
    settled += fresh.length;
  }
  return settled;
}
