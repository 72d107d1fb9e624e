import type { DocumentId } from '@fumikura/model';
import type { DocumentWrite, IndexBatch, StoreBatch } from '@fumikura/ports';
import { toIndexDocument } from '@fumikura/ports';
import type { DocumentStore } from './catalog/documents.ts';
import type { SyncState } from './catalog/sync-state.ts';
import type { EmbeddingTables } from './embedding/embedding-state.ts';
import type { IndexCore } from './index/index-core.ts';

interface CatalogParts {
  readonly documents: DocumentStore;
  readonly embeddings: EmbeddingTables;
  readonly sync: SyncState;
  readonly index: IndexCore;
}

/**
 * Writes a batch to the catalog and notes what waits for vectors; inside a transaction.
 * @returns what the index has to hear of it
 */
export function catalogued(
  { documents: catalog, embeddings, sync, index }: CatalogParts,
  { upserts = [], heads = [], acls = [], removals = [] }: StoreBatch,
  syncedAt: string,
): IndexBatch {
  for (const id of removals) {
    catalog.remove(id);
    embeddings.forget(id);
    sync.clearDeadLetter(id);
  }
  const written = new Map<DocumentId, DocumentWrite>();
  const documents = upserts.map((write) => {
    const aclId = catalog.put(write, syncedAt);
    embeddings.forget(write.document.id);
    if (write.chunks.length > 0 && !write.vectors) embeddings.wait(write.document.id);
    if (!write.isRecut) sync.clearDeadLetter(write.document.id);
    written.set(write.document.id, write);
    return toIndexDocument({ ...write.document, aclId }, write.document.text, write.chunks, write.vectors);
  });
  const moved: { documentId: DocumentId; aclId: number }[] = [];
  for (const head of heads) {
    const change = catalog.putHead(head, syncedAt);
    if (!change) continue;
    sync.clearDeadLetter(head.id);
    moved.push({ documentId: head.id, aclId: change.aclId });
    if (!change.isIndexed) continue;
    // The body is as it was, and so are its vectors: those of this batch, or those the index has.
    const vectors = written.get(head.id)?.vectors ?? index.vectors(head.id);
    const document = catalog.indexDocument(head.id, vectors);
    if (document) documents.push(document);
  }
  for (const { id, acl } of acls) {
    const aclId = catalog.setAcl(id, acl);
    if (aclId !== undefined) moved.push({ documentId: id, aclId });
  }
  return { upserts: documents, acls: moved, removals };
}
