import { cutAs } from '@fumikura/documents';
import type { ChunkerOptions } from '@fumikura/documents';
import { fingerprintOf } from '@fumikura/embedding';
import type { SourceId } from '@fumikura/model';
import type { Embedder, EmbeddingStore, WaitingDocument } from '@fumikura/ports';
import type { InstalledStore } from './store.ts';

const PAGE = 100;

/**
 * One pass over all documents of a store, for a model that its index is not bound to: what is made is kept by what was
 * embedded and reaches no index, so that binding the model later costs no call of the embedder.
 * @param chunking as the chunks will be cut then
 */
export function knownBacklog(
  store: InstalledStore,
  embedder: Embedder,
  chunking: ChunkerOptions,
): EmbeddingStore {
  const documents = everyDocument(store, chunking);
  return {
    ...store.embeddings,
    bind: () => Promise.resolve(),
    status: async () => ({
      ...(await store.embeddings.status()),
      fingerprint: fingerprintOf(embedder, chunking),
      isPaused: false,
    }),
    setProblem: () => Promise.resolve(), // that would be one of the model that is asked
    waiting: async (chunks) => {
      const taken: WaitingDocument[] = [];
      for (let count = 0; count < chunks;) {
        const { value } = await documents.next();
        if (!value) break;
        taken.push(value);
        count += value.chunks.length;
      }
      return taken;
    },
    put: (_fingerprint, made) => Promise.resolve(made.length),
    prune: () => Promise.resolve(0), // those of the model that is asked are needed for a return
  };
}

async function* everyDocument(
  store: InstalledStore,
  chunking: ChunkerOptions,
): AsyncGenerator<WaitingDocument, undefined> {
  for (const { id } of await store.catalog.sources()) yield* documentsOf(store, id, chunking);
  return undefined;
}

async function* documentsOf(
  store: InstalledStore,
  source: SourceId,
  chunking: ChunkerOptions,
): AsyncGenerator<WaitingDocument> {
  for (let after: string | undefined; ;) {
    const ids = await store.catalog.listIds(source, after, PAGE);
    if (ids.length === 0) return;
    for (const write of await store.export.documents(ids)) {
      const { id, title, language, text } = write.document;
      const { chunks } = cutAs({ ...write.document, ...write }, chunking);
      yield { id, revision: 0, title, language, text, chunks };
    }
    after = ids.at(-1);
  }
}
