import type { DocumentId, SourceId } from '@fumikura/model';
import type { DocumentWrite, StoreExport } from '@fumikura/ports';
import type { IndexCore } from '../index/index-core.ts';
import type { AclStore } from './acls.ts';
import type { DocumentStore } from './documents.ts';

/** Inside a transaction; vectors only of documents whose chunks all have one. */
export function exportedDocuments(
  { documents, index }: { readonly documents: DocumentStore; readonly index: IndexCore },
  ids: readonly DocumentId[],
): DocumentWrite[] {
  return documents.records(ids).flatMap((record): DocumentWrite[] => {
    const { aclId: _, similarity, syncedAt: __, ...head } = record;
    const stored = documents.text(record.id);
    if (!stored) return [];
    const { text, outline, chunks, defaultChunks, history } = stored;
    const vectors = index.vectors(record.id).slice(0, chunks.length);
    const isWhole = vectors.length === chunks.length && vectors.length > 0;
    const whole = isWhole ? vectors.filter((each) => each !== undefined) : [];
    return [
      {
        document: { ...head, text, outline },
        chunks,
        similarity,
        ...(defaultChunks && { defaultChunks }),
        ...(history && { history }),
        ...(whole.length === chunks.length && whole.length > 0 && { vectors: whole }),
      },
    ];
  });
}

export function exportedLists(acls: AclStore): Awaited<ReturnType<StoreExport['lists']>> {
  const bySource = Map.groupBy(acls.listsBySource(), ({ source }) => source);
  return [...bySource].map(([source, names]) => ({
    source: (source ?? undefined) as SourceId | undefined,
    lists: acls.lists(names.map(({ id }) => id)),
  }));
}
