import { toAppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import type {
  CatalogJournal,
  CataloguedDocument,
  Damage,
  EmbeddingJournal,
  IndexedVersion,
  Settlement,
  VersionedDocument,
  VersionedIndex,
} from '@fumikura/ports';

const PAGE = 500;

/** How an index differs from its catalog. */
export interface Comparison {
  /** Versions that the catalog does not know, in the index. */
  readonly orphans: number;
  /** Documents whose chunks carry other readers than the catalog says; nobody is shown them meanwhile. */
  readonly readers: number;
  /** Documents that the index has not, or not whole. */
  readonly missing: number;
  readonly repaired: boolean;
}

export interface Halves {
  readonly journal: CatalogJournal;
  readonly index: VersionedIndex;
  readonly embeddings: Pick<EmbeddingJournal, 'waitAgain'>;
  /** Has vectors of the same versions, for those that are missing. */
  readonly vectorsFrom?: VersionedIndex;
}

/** Looks at everything both hold. With `repair`, the index is made to say what the catalog says. */
export async function compare(
  { journal, index, embeddings, vectorsFrom }: Halves,
  { repair, signal }: { readonly repair: boolean; readonly signal: AbortSignal },
): Promise<Comparison> {
  let [orphans, readers, missing] = [0, 0, 0];
  for await (const page of index.versions(signal)) {
    const found = await strangers(journal, page);
    orphans += found.filter(({ version }) => version !== undefined).length;
    readers += found.filter(({ confirmed }) => confirmed !== undefined).length;
    if (repair) await index.settle(found);
  }
  for (let after: DocumentId | undefined; ;) {
    requireGoing(signal);
    const page = await journal.list(after, PAGE);
    const lost = await incomplete(index, page);
    missing += lost.length;
    if (repair && lost.length > 0) {
      await index.stage(await again(journal, lost, vectorsFrom));
      await embeddings.waitAgain(lost.map(({ documentId }) => documentId));
    }
    after = page.at(-1)?.documentId;
    if (after === undefined) break;
  }
  return { orphans, readers, missing, repaired: repair };
}

export function damagesOf({ orphans, readers, missing }: Comparison): Damage[] {
  const remedy = 'Run "fumi index check --repair".';
  return [
    [orphans, 'versions in the index that the catalog does not know'],
    [readers, 'documents carry other readers in the index than in the catalog'],
    [missing, 'documents are not in the index, or not whole'],
  ].flatMap(([count, what]) => (count === 0 ? [] : [{ what: `${count} ${what}`, remedy }]));
}

/** What is under way is asked first: whatever was confirmed since is then found confirmed. */
async function strangers(journal: CatalogJournal, page: readonly IndexedVersion[]): Promise<Settlement[]> {
  const ids = [...new Set(page.map(({ documentId }) => documentId))];
  const underWay = await journal.underWay(ids);
  const confirmed = await journal.confirmed(ids);
  return page.flatMap(({ documentId, version, aclId, aclVersion }): Settlement[] => {
    const known = confirmed.get(documentId);
    if (known?.version !== version)
      return underWay.has(version) ? [] : [{ documentId, note: version, version }];
    const isOld = aclId !== known.aclId || aclVersion !== known.aclVersion;
    return isOld ? [{ documentId, note: version, confirmed: known, isForced: true }] : [];
  });
}

async function incomplete(
  index: VersionedIndex,
  page: readonly CataloguedDocument[],
): Promise<CataloguedDocument[]> {
  const held = await index.held(page.map(({ documentId }) => documentId));
  const whole = new Set(
    held
      .filter(({ chunks, stated }) => chunks === stated)
      .map(({ documentId, version }) => `${version} ${documentId}`),
  );
  return page.filter(({ documentId, version }) => !whole.has(`${version} ${documentId}`));
}

/** The version it has to be, with the vectors of those of its chunks that are still there. */
async function again(
  journal: CatalogJournal,
  lost: readonly CataloguedDocument[],
  vectorsFrom: VersionedIndex | undefined,
): Promise<VersionedDocument[]> {
  const documents = await journal.documents(lost.map(({ documentId }) => documentId));
  if (!vectorsFrom) return documents.map((each) => ({ ...each, vectorsOf: each.version }));
  const held = await vectorsFrom.vectorsOf(
    documents.map(({ version, document: { documentId, chunks } }) => ({
      documentId,
      version,
      chunks: chunks.length,
    })),
  );
  return documents.map(({ version, document }) => {
    const vectors = held.get(document.documentId) ?? [];
    const chunks = document.chunks.map((chunk, slot) => {
      const vector = vectors[slot];
      return vector ? { ...chunk, vector } : chunk;
    });
    return { version, document: { ...document, chunks } };
  });
}

function requireGoing(signal: AbortSignal): void {
  if (signal.aborted) throw toAppError(new DOMException('aborted', 'AbortError'));
}
