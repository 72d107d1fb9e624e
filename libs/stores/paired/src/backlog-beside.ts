import type { DocumentId, Fingerprint } from '@fumikura/model';
import type {
  CatalogJournal,
  CataloguedDocument,
  DocumentWrite,
  EmbeddingJournal,
  EmbeddingStore,
  VersionedIndex,
  WaitingDocument,
} from '@fumikura/ports';

const PAGE = 200;

/** Documents as they were written, with the version that the index has them under. */
export type WrittenDocuments = (
  ids: readonly DocumentId[],
) => Promise<readonly { readonly write: DocumentWrite; readonly version: number }[]>;

export interface BacklogOptions {
  readonly journal: Pick<CatalogJournal, 'list'>;
  readonly embeddings: EmbeddingJournal;
  readonly documents: WrittenDocuments;
  readonly index: VersionedIndex;
  readonly fingerprint: Fingerprint;
  readonly signal: AbortSignal;
}

/** Pages of documents some of whose chunks have no vector in this index, in the order of their ids. */
export async function* lackingVectors(
  journal: Pick<CatalogJournal, 'list'>,
  index: VersionedIndex,
  signal: AbortSignal,
): AsyncGenerator<readonly CataloguedDocument[]> {
  for (let after: DocumentId | undefined; ;) {
    signal.throwIfAborted();
    const page: readonly CataloguedDocument[] = await journal.list(after, PAGE);
    if (page.length === 0) return;
    const held = await index.vectorsOf(page);
    const lacking = page.filter(({ documentId, chunks }) => {
      const own = held.get(documentId) ?? [];
      return chunks > own.filter((each) => each !== undefined).length;
    });
    if (lacking.length > 0) yield lacking;
    after = page.at(-1)?.documentId;
  }
}

/**
 * What an embedding stage works on for an index that is not asked yet: one pass over the documents that lack vectors
 * there. What was made before is known, and what is made is kept, as for any other.
 */
export function backlogBeside(options: BacklogOptions): EmbeddingStore {
  const { journal, embeddings, documents, index, fingerprint, signal } = options;
  const pages = lackingVectors(journal, index, signal);
  const waiting: CataloguedDocument[] = [];
  const take = async (chunks: number): Promise<CataloguedDocument[]> => {
    if (waiting.length === 0) waiting.push(...((await pages.next()).value ?? []));
    const taken: CataloguedDocument[] = [];
    for (let count = 0; waiting[0] && (count === 0 || count + waiting[0].chunks <= chunks);) {
      count += waiting[0].chunks;
      taken.push(...waiting.splice(0, 1));
    }
    return taken;
  };
  return {
    ...embeddings,
    bind: () => Promise.resolve(), // when it is asked
    status: async () => ({ ...(await embeddings.status()), fingerprint, isPaused: false }),
    setProblem: () => Promise.resolve(), // that would be one of the model that is asked
    waiting: async (chunks) => {
      const taken = await take(chunks);
      return (await documents(taken.map(({ documentId }) => documentId))).map(toWaiting);
    },
    put: async (_fingerprint, made) => {
      const versions = made.map(({ id, revision, vectors }) => ({
        documentId: id,
        version: revision,
        vectors,
      }));
      await index.putVectors(versions.filter(({ vectors }) => vectors.length > 0));
      return made.length;
    },
    prune: () => Promise.resolve(0), // those of the model that is asked are needed for a return
  };
}

function toWaiting({ write, version }: { write: DocumentWrite; version: number }): WaitingDocument {
  const { id, title, language, text } = write.document;
  return { id, revision: version, title, language, text, chunks: write.chunks };
}
